/**
 * The stamp that every message written by this package carries in its custom metadata, so that a reader
 * can tell whole from torn and ours from foreign before it parses anything:
 *
 *     litmus.frame/1 k=B w=0123456789abcdef s=00000000002a r=00001000 m=000001f8 b=0000000c3500 c=89abcdef
 *                    |   writer             sequence       rows       metadata   body           CRC-32
 *                    kind: S schema, B batch
 *
 * All numbers are lower-case hexadecimal of fixed width. The CRC covers the encapsulated message, from
 * the continuation marker to the end of the body, with its own eight digits read as zeros. The text is
 * found by a byte search in the metadata block alone; the body is never searched. Key and text both hold
 * the word `litmus.frame`, so that no single flipped bit makes a stamped message look like one without
 * a stamp. A later layout needs another key, not another number: a flip turns 1 into 3.
 *
 * @module
 */
import { crc32 } from "node:zlib";

/** Key of the custom metadata entry. */
export const STAMP_KEY = "litmus.frame";

const MARK = "litmus.frame/1 k=";
const TEXT_LENGTH = MARK.length + 1 + " w=".length + 16 + " s=".length + 12 + " r=".length + 8 +
  " m=".length + 8 + " b=".length + 12 + " c=".length + 8;
const PATTERN =
  /^litmus\.frame\/1 k=([SB]) w=([0-9a-f]{16}) s=([0-9a-f]{12}) r=([0-9a-f]{8}) m=([0-9a-f]{8}) b=([0-9a-f]{12}) c=([0-9a-f]{8})$/;
const CRC_DIGITS = 8;
const ZERO_DIGITS = new Uint8Array(CRC_DIGITS).fill(0x30);
/** Bytes before each metadata block: continuation marker and length. */
export const PREFIX_BYTES = 8;

/** What a stamp says of its message. */
export interface Stamp {
  /** What the message holds. */
  readonly kind: "schema" | "batch";
  /** Sixteen hexadecimal digits, one key for each writer. */
  readonly writer: string;
  /** Counts the batches of a writer from 1; a schema message repeats the last one, 0 at first. */
  readonly sequence: number;
  /** Rows of the batch, 0 for a schema. */
  readonly rows: number;
}

/** A stamp as found in a message. */
export interface FoundStamp extends Stamp {
  /** Length of the metadata block with its padding, bytes. */
  readonly metadataBytes: number;
  /** Length of the body, bytes. */
  readonly bodyBytes: number;
  /** The checksum it claims. */
  readonly crc: number;
  /** Offset of the CRC digits inside the metadata block. */
  readonly crcOffset: number;
}

const ascii = new TextDecoder("latin1");
const encoder = new TextEncoder();
const MARK_BYTES = encoder.encode(MARK);
const KEY_BYTES = encoder.encode(STAMP_KEY);
const WRITER_PATTERN = /^[0-9a-f]{16}$/;

/** A new writer key. */
export function newWriterKey(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 16);
}

/**
 * The stamp text with zeros for lengths and CRC, to be filled in by {@linkcode sealStamp}.
 *
 * @throws {TypeError} if a part does not fit its place: the message could never be read back
 */
export function stampText(stamp: Stamp): string {
  if (!WRITER_PATTERN.test(stamp.writer)) {
    throw new TypeError(`Writer key "${stamp.writer}": wanted 16 lower-case hexadecimal digits`);
  }
  const kind = stamp.kind === "schema" ? "S" : "B";
  return `${MARK}${kind} w=${stamp.writer} s=${hex(stamp.sequence, 12)} r=${hex(stamp.rows, 8)}` +
    ` m=${hex(0, 8)} b=${hex(0, 12)} c=${hex(0, 8)}`;
}

/**
 * Fills lengths and CRC into the stamp of a finished message.
 *
 * @param prefix the eight bytes before the metadata: continuation marker and metadata length
 * @param metadata the padded metadata block; changed in place
 * @param body the parts of the body in order
 */
export function sealStamp(
  prefix: Uint8Array,
  metadata: Uint8Array,
  body: readonly Uint8Array[],
): void {
  const at = indexOf(metadata, MARK_BYTES, 0);
  if (at < 0) throw new TypeError("A message without stamp cannot be sealed");
  const crcOffset = at + TEXT_LENGTH - CRC_DIGITS;
  const bodyBytes = body.reduce((sum, part) => sum + part.byteLength, 0);
  encoder.encodeInto(
    `m=${hex(metadata.byteLength, 8)} b=${hex(bodyBytes, 12)} c=`,
    metadata.subarray(crcOffset - 28, crcOffset),
  );
  const crc = checksum(prefix, metadata, crcOffset, body);
  encoder.encodeInto(hex(crc, CRC_DIGITS), metadata.subarray(crcOffset));
}

/** True where a metadata block was stamped, even if its stamp cannot be read any more. */
export function mentionsStamp(metadata: Uint8Array): boolean {
  return indexOf(metadata, KEY_BYTES, 0) >= 0;
}

/** Finds the stamp of a metadata block; undefined where there is none or more than one. */
export function findStamp(metadata: Uint8Array): FoundStamp | undefined {
  const at = indexOf(metadata, MARK_BYTES, 0);
  if (at < 0 || indexOf(metadata, MARK_BYTES, at + 1) >= 0) return undefined;
  const match = PATTERN.exec(ascii.decode(metadata.subarray(at, at + TEXT_LENGTH)));
  if (match === null) return undefined;
  const [, kind, writer = "", sequence = "", rows = "", meta = "", body = "", crc = ""] = match;
  return {
    kind: kind === "S" ? "schema" : "batch",
    writer,
    sequence: parseInt(sequence, 16),
    rows: parseInt(rows, 16),
    metadataBytes: parseInt(meta, 16),
    bodyBytes: parseInt(body, 16),
    crc: parseInt(crc, 16),
    crcOffset: at + TEXT_LENGTH - CRC_DIGITS,
  };
}

/** True where the bytes of a message are those that its stamp was computed over. */
export function stampMatches(
  stamp: FoundStamp,
  metadata: Uint8Array,
  body: Uint8Array,
): boolean {
  if (stamp.metadataBytes !== metadata.byteLength || stamp.bodyBytes !== body.byteLength) {
    return false;
  }
  return checksum(framePrefix(metadata.byteLength), metadata, stamp.crcOffset, [body]) ===
    stamp.crc;
}

/** Continuation marker and metadata length, the eight bytes before each metadata block. */
export function framePrefix(metadataBytes: number): Uint8Array {
  const prefix = new Uint8Array(PREFIX_BYTES);
  const view = new DataView(prefix.buffer);
  view.setUint32(0, 0xffffffff, true);
  view.setUint32(4, metadataBytes, true);
  return prefix;
}

function checksum(
  prefix: Uint8Array,
  metadata: Uint8Array,
  crcOffset: number,
  body: readonly Uint8Array[],
): number {
  let crc = crc32(prefix);
  crc = crc32(metadata.subarray(0, crcOffset), crc);
  crc = crc32(ZERO_DIGITS, crc);
  crc = crc32(metadata.subarray(crcOffset + CRC_DIGITS), crc);
  for (const part of body) crc = crc32(part, crc);
  return crc >>> 0;
}

function hex(value: number, width: number): string {
  const digits = value.toString(16).padStart(width, "0");
  if (!Number.isSafeInteger(value) || value < 0 || digits.length > width) {
    throw new TypeError(
      `Number in a stamp: wanted at most ${width} hexadecimal digits, got ${value}`,
    );
  }
  return digits;
}

function indexOf(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  const first = needle[0] ?? 0;
  let at = haystack.indexOf(first, from);
  while (at >= 0 && at + needle.length <= haystack.length) {
    let i = 1;
    while (i < needle.length && haystack[at + i] === needle[i]) i++;
    if (i === needle.length) return at;
    at = haystack.indexOf(first, at + 1);
  }
  return -1;
}
