/**
 * File-name parts for any text: session ids, channel ids, serial numbers.
 *
 *     A-Z a-z 0-9 - _ .   kept (a dot at either end is encoded)
 *     other characters    %XX per UTF-8 byte, lone surrogates %uXXXX
 *     ""                  %
 *     CON, aux.txt, ...   first character encoded: Windows reserves these names
 *     too long            cut, then %~ and 16 hex digits of SHA-256 of the whole text
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Longest encoded part; leaves room for date, suffixes and extension below the usual 255. */
export const NAME_PART_MAX_LENGTH = 120;

const HASH_DIGITS = 16;
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;
const UNSAFE = /[^A-Za-z0-9._-]/gu;

function hexByte(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

function encodeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return `%u${code.toString(16).toUpperCase()}`;
  return Array.from(new TextEncoder().encode(character), hexByte).join("");
}

function encodeFirst(name: string): string {
  return hexByte(name.charCodeAt(0)) + name.slice(1);
}

function shorten(name: string, text: string): string {
  if (name.length <= NAME_PART_MAX_LENGTH) return name;
  const hash = createHash("sha256").update(text, "utf16le").digest("hex").slice(0, HASH_DIGITS);
  const kept = name.slice(0, NAME_PART_MAX_LENGTH - HASH_DIGITS - 2);
  return `${kept.replace(/%(u[0-9A-F]{0,3}|[0-9A-F]?)$/, "")}%~${hash}`;
}

/**
 * Encodes any text as one part of a file name that is legal on Linux, macOS and Windows.
 *
 * Two texts never share a name, except that file systems which ignore case also ignore it here.
 *
 * @param text Any string
 * @returns At most {@linkcode NAME_PART_MAX_LENGTH} characters, never empty, `.` or `..`
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(encodeNamePart("../../evil"), "%2E.%2F..%2Fevil");
 * strictEqual(encodeNamePart("dmm.voltage"), "dmm.voltage");
 * ```
 */
export function encodeNamePart(text: string): string {
  if (text === "") return "%";
  let name = text.replace(UNSAFE, encodeCharacter);
  if (name.endsWith(".")) name = `${name.slice(0, -1)}%2E`;
  if (name.startsWith(".") || RESERVED.test(name)) name = encodeFirst(name);
  return shorten(name, text);
}

/**
 * Gives back the text of an encoded name part.
 *
 * @param name What {@linkcode encodeNamePart} returned
 * @returns The text, or null where the name was shortened or is no such encoding
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(decodeNamePart("%2E.%2F..%2Fevil"), "../../evil");
 * strictEqual(decodeNamePart("50%"), null);
 * ```
 */
export function decodeNamePart(name: string): string | null {
  if (name === "%") return "";
  if (!/^(?:[A-Za-z0-9._-]|%[0-9A-F]{2}|%u[0-9A-F]{4})+$/.test(name)) return null;
  const parts = name.match(/%u[0-9A-F]{4}|(?:%[0-9A-F]{2})+|[^%]+/g) ?? [];
  const text = parts.map(decodeRun);
  return text.includes(null) ? null : text.join("");
}

function decodeRun(part: string): string | null {
  if (part.startsWith("%u")) return String.fromCharCode(Number.parseInt(part.slice(2), 16));
  if (!part.startsWith("%")) return part;
  const bytes = Uint8Array.from(part.slice(1).split("%"), (hex) => Number.parseInt(hex, 16));
  const decoded = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const again = new TextEncoder().encode(decoded);
  const same = again.length === bytes.length && again.every((byte, i) => byte === bytes[i]);
  return same ? decoded : null;
}
