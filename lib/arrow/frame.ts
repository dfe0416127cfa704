/**
 * One framed message of an Arrow IPC stream, or why there is none at an offset.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { ARROW_LIMITS } from "../base/limits.ts";
import { type MessageHeader, readMessageHeader } from "./message_reader.ts";
import { findStamp, type FoundStamp, mentionsStamp, PREFIX_BYTES, stampMatches } from "./stamp.ts";
import type { ByteSource, ScanEnd, ScanMessage } from "./scan_item.ts";

/** A message whose stamp was believed and whose body was left unread. */
export interface SkippedFrame {
  /** Tells the frames apart. */
  readonly kind: "skipped";
  /** Byte offset of its first byte. */
  readonly start: number;
  /** Byte offset behind it. */
  readonly end: number;
  /** The stamp that was believed. */
  readonly stamp: FoundStamp;
}

/** No message. */
export interface BadFrame {
  /** Tells the frames apart. */
  readonly kind: "bad";
  /** What is wrong, for people. */
  readonly reason: string;
  /** True where the bytes end before the message does. */
  readonly cut: boolean;
  /** Bytes looked at in vain. */
  readonly readBytes: number;
}

/** What lies at an offset. */
export type Frame = ScanMessage | ScanEnd | SkippedFrame | BadFrame;

/** What is known of the stream around the message. */
export interface FrameContext {
  /** Messages without a stamp are not believed. */
  readonly stamped: boolean;
  /** Whether a stamp is enough and the body need not be read. */
  readonly believed?: (stamp: FoundStamp) => boolean;
}

/** The continuation marker. */
export const CONTINUATION = 0xffffffff;

/**
 * Reads the message at an offset.
 *
 * @param size bytes of the source to consider; it may have grown meanwhile
 */
export function readFrame(
  source: ByteSource,
  at: number,
  size: number,
  context: FrameContext,
): Frame {
  if (at + PREFIX_BYTES > size) return bad("message prefix cut short", true);
  const prefix = source.read(at, PREFIX_BYTES);
  if (prefix.byteLength < PREFIX_BYTES) return bad("message prefix cut short", true);
  const view = new DataView(prefix.buffer, prefix.byteOffset, PREFIX_BYTES);
  if (view.getUint32(0, true) !== CONTINUATION) return bad("no continuation marker");
  const metadataBytes = view.getUint32(4, true);
  if (metadataBytes === 0) return endMarker(source, at, size);
  const bodyStart = at + PREFIX_BYTES + metadataBytes;
  if (metadataBytes > ARROW_LIMITS.metadataBytes) return bad("metadata length out of range");
  if (bodyStart > size) return bad("metadata cut short", isCut(source, at, size));
  const metadata = source.read(at + PREFIX_BYTES, metadataBytes);
  if (metadata.byteLength < metadataBytes) return bad("metadata cut short", true);
  const stamp = findStamp(metadata);
  if (stamp !== undefined) return stampedFrame(source, at, size, metadata, stamp, context);
  if (mentionsStamp(metadata)) return bad("stamp is damaged", false, metadataBytes);
  if (context.stamped) {
    return bad("message without stamp in a stamped stream", false, metadataBytes);
  }
  return plainFrame(source, at, size, metadata);
}

function stampedFrame(
  source: ByteSource,
  start: number,
  size: number,
  metadata: Uint8Array,
  stamp: FoundStamp,
  { believed }: FrameContext,
): Frame {
  const { byteLength } = metadata;
  if (stamp.metadataBytes !== byteLength) {
    return bad("metadata length differs from its stamp", false, byteLength);
  }
  const bodyStart = start + PREFIX_BYTES + byteLength;
  const end = bodyStart + stamp.bodyBytes;
  if (stamp.bodyBytes > ARROW_LIMITS.bodyBytes || end > size) {
    // One of two lengths was flipped, or both are true and the file ends early.
    const header = headerOf(metadata);
    const agree = typeof header === "object" && header.bodyLength === stamp.bodyBytes;
    return agree
      ? bad("body cut short", true, byteLength)
      : bad("body length differs from its stamp", false, byteLength);
  }
  if (believed?.(stamp) === true) {
    const header = headerOf(metadata);
    if (typeof header === "object" && header.bodyLength === stamp.bodyBytes) {
      return { kind: "skipped", start, end, stamp };
    }
  }
  const body = source.read(bodyStart, stamp.bodyBytes);
  const readBytes = byteLength + body.byteLength;
  if (!stampMatches(stamp, metadata, body)) return bad("checksum does not match", false, readBytes);
  const header = headerOf(metadata);
  if (typeof header === "string") return bad(header, false, readBytes);
  if (!agrees(stamp, header)) return bad("header differs from its stamp", false, readBytes);
  return { kind: "message", start, end, header, metadata, body, stamp };
}

function agrees(stamp: FoundStamp, header: MessageHeader): boolean {
  if (header.kind !== stamp.kind || header.bodyLength !== stamp.bodyBytes) return false;
  return header.kind !== "batch" || header.batch.rows === stamp.rows;
}

function plainFrame(
  source: ByteSource,
  start: number,
  size: number,
  metadata: Uint8Array,
): Frame {
  const { byteLength } = metadata;
  const header = headerOf(metadata);
  if (typeof header === "string") return bad(header, false, byteLength);
  const bodyStart = start + PREFIX_BYTES + byteLength;
  const end = bodyStart + header.bodyLength;
  if (header.bodyLength > ARROW_LIMITS.bodyBytes) {
    return bad("body length out of range", false, byteLength);
  }
  if (end > size) return bad("body cut short", true, byteLength);
  if (passesNext(source, bodyStart, end, size, header)) {
    return bad("body length leads past the next message", false, byteLength);
  }
  if (swallowsNext(source, start, end, size)) {
    return bad("metadata length leads past the next message", false, byteLength);
  }
  const body = source.read(bodyStart, header.bodyLength);
  return { kind: "message", start, end, header, metadata, body, stamp: undefined };
}

/** True where no message starts at the end of a body, but one does where its last buffer ends. */
function passesNext(
  source: ByteSource,
  bodyStart: number,
  end: number,
  size: number,
  header: MessageHeader,
): boolean {
  if (header.kind === "schema" || end + 4 > size || startsMessage(source, end)) return false;
  const used = header.batch.buffers.reduce(
    (most, span) => Math.max(most, span.offset + span.length),
    0,
  );
  const padded = bodyStart + Math.ceil(used / 8) * 8;
  return padded < end && startsMessage(source, padded);
}

/**
 * True where no message starts at the end of one, but a whole one lies inside: a flipped bit in the length
 * of the metadata moves all that follows, and its flatbuffer reads as before.
 */
function swallowsNext(source: ByteSource, start: number, end: number, size: number): boolean {
  if (end + 4 > size || startsMessage(source, end)) return false;
  const bytes = source.read(start, Math.min(end + PREFIX_BYTES, size) - start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = PREFIX_BYTES; at + PREFIX_BYTES <= bytes.byteLength; at += 8) {
    const metadataBytes = view.getUint32(at + 4, true);
    if (view.getUint32(at, true) !== CONTINUATION || metadataBytes === 0) continue;
    const from = start + at + PREFIX_BYTES;
    if (metadataBytes > ARROW_LIMITS.metadataBytes || from + metadataBytes > size) continue;
    const header = headerOf(source.read(from, metadataBytes));
    if (typeof header === "string") continue;
    const behind = from + metadataBytes + header.bodyLength;
    if (behind === size || (behind + 4 <= size && startsMessage(source, behind))) return true;
  }
  return false;
}

function startsMessage(source: ByteSource, at: number): boolean {
  return source.read(at, 4).every((byte) => byte === 0xff);
}

/** The verified header, or what is wrong with it. */
function headerOf(metadata: Uint8Array): MessageHeader | string {
  try {
    return readMessageHeader(metadata);
  } catch (error) {
    if (error instanceof InvalidDataError) return error.message;
    throw error;
  }
}

/** A length that was flipped to zero looks like an end marker: then a flatbuffer follows. */
function endMarker(source: ByteSource, start: number, size: number): Frame {
  const end = start + PREFIX_BYTES;
  const next = source.read(end, Math.min(4, size - end));
  const zeros = next.every((byte) => byte === 0);
  return zeros || startsMessage(source, end)
    ? { kind: "end", start, end }
    : bad("metadata length is zero");
}

/** False where the stamp says that the message is whole and only the length before it is wrong. */
function isCut(source: ByteSource, at: number, size: number): boolean {
  const start = at + PREFIX_BYTES;
  const stamp = findStamp(source.read(start, Math.min(STAMP_SEARCH_BYTES, size - start)));
  return stamp === undefined || start + stamp.metadataBytes + stamp.bodyBytes > size;
}

/** Flatbuffers grow downwards: the stamp, written last, lies in the first few hundred bytes. */
const STAMP_SEARCH_BYTES = 4096;

function bad(reason: string, cut = false, readBytes = 0): BadFrame {
  return { kind: "bad", reason, cut, readBytes };
}
