/**
 * Brings any value into the form that an event's JSON can hold, or says why it cannot. JSON has no
 * NaN, infinity, bigint or Date, and `JSON.stringify` drops functions and undefined without a word.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { formatMicros } from "../base/time.ts";

/** Differs from everything that an event can hold. */
export const UNSET: unique symbol = Symbol("unset");

/** Readers of other programs recurse; Python's JSON parser for events gives up at 200. */
const MAX_DEPTH = 100;

/**
 * Names a value in an error message, such as `string "abc"`.
 */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  switch (typeof value) {
    case "string":
      return `string ${JSON.stringify(value.length > 40 ? value.slice(0, 40) + "..." : value)}`;
    case "object":
      return `an object (${value.constructor?.name ?? "no class"})`;
    case "function":
      return "a function";
    default:
      return `${typeof value} ${String(value)}`;
  }
}

/**
 * Returns a JSON object for a field of free content; the same object where nothing is to convert.
 *
 * @param value An object: string, boolean, null and finite number values pass as they are; others
 *   are converted as by {@linkcode jsonValue}.
 * @throws {InvalidDataError} Names the path of what cannot be stored.
 */
export function jsonMap(value: object, path: string): object {
  if (isFlat(value)) return value;
  const map = jsonValue(value, path);
  if (typeof map === "object" && map !== null && !Array.isArray(map)) return map;
  throw new InvalidDataError(`Event field ${path}: wanted an object, got ${describeValue(value)}`, {
    path,
  });
}

/**
 * Converts a value of any kind: NaN and infinities to their names, safe bigints to numbers, dates
 * to RFC 3339, typed arrays to arrays.
 *
 * @param path The field and the keys below it, for error messages.
 * @returns A value that `JSON.stringify` writes without loss.
 * @throws {InvalidDataError} For functions, symbols, undefined, unsafe bigints, binary buffers,
 *   objects without content of their own, circular and too deep structures.
 */
export function jsonValue(value: unknown, path: string): unknown {
  return convert(value, path, []);
}

/** A number as it stands in the JSON text; -0 is written as 0. */
export function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** A bigint as a number, where that is exact. */
export function numberOfBigint(value: bigint, path: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new InvalidDataError(
    `Event field ${path}: wanted an integer of at most 2^53 - 1, got bigint ${value}; store it as a string`,
    { path },
  );
}

/** The microseconds of a date. */
export function microsOfDate(value: Date, path: string): number {
  const millis = value.getTime();
  if (Number.isSafeInteger(millis * 1000)) return millis * 1000;
  throw new InvalidDataError(
    `Event field ${path}: wanted a valid Date between the years 1685 and 2254, got ${value}`,
    { path },
  );
}

/** The text of one JSON escape; JSON.stringify writes `\ud...` for lone surrogates only. */
const ESCAPE = /\\(ud[89a-f][0-9a-f]{2}|.)/g;

/**
 * Writes JSON text that every reader accepts: half a surrogate pair, which UTF-8 cannot hold and
 * strict parsers refuse together with the whole event, becomes U+FFFD.
 *
 * @param value Made of what {@linkcode jsonValue} returns.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes("\\ud")) return text;
  return text.replace(ESCAPE, (escape) => escape.length > 2 ? "\ufffd" : escape);
}

/** What a flat object held, to know it again. */
class FlatCopy {
  readonly keys: readonly string[];
  readonly values: readonly unknown[];

  constructor(value: object) {
    this.keys = Object.keys(value);
    this.values = Object.values(value);
  }
}

/**
 * What {@linkcode isSameFlat} compares with: of a flat object a copy, of a plain value itself.
 *
 * @param value Made of what {@linkcode jsonValue} or {@linkcode jsonMap} returns.
 */
export function flatCopy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return isFlat(value) ? new FlatCopy(value) : UNSET;
}

/** Tells whether an object has the JSON text of the one that was copied. */
export function isSameFlat(copy: unknown, value: unknown): boolean {
  if (!(copy instanceof FlatCopy) || typeof value !== "object" || value === null) return false;
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  const { keys, values } = copy;
  let i = 0;
  for (const key in value) {
    if (key !== keys[i] || (value as Record<string, unknown>)[key] !== values[i]) return false;
    i++;
  }
  return i === keys.length;
}

function isFlat(value: object): boolean {
  if (Array.isArray(value) || "toJSON" in value || ArrayBuffer.isView(value)) return false;
  let keys = 0;
  for (const key in value) {
    keys++;
    const item = (value as Record<string, unknown>)[key];
    const kind = typeof item;
    if (kind === "string" || kind === "boolean" || item === null) continue;
    if (kind !== "number" || !Number.isFinite(item)) return false;
  }
  return keys > 0 || isPlain(value);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function convert(value: unknown, path: string, ancestors: object[]): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return jsonNumber(value);
    case "bigint":
      return numberOfBigint(value, path);
    case "object":
      return value === null ? null : convertObject(value, path, ancestors);
    default:
      throw refused(path, describeValue(value), "leave it out or store a string or number");
  }
}

function convertObject(value: object, path: string, ancestors: object[]): unknown {
  if (value instanceof Date) return formatMicros(microsOfDate(value, path));
  if (ancestors.includes(value)) {
    throw refused(path, "a circular reference", "store a copy without it");
  }
  if (ancestors.length >= MAX_DEPTH) {
    throw refused(path, `a structure deeper than ${MAX_DEPTH} levels`, "store it flatter");
  }
  ancestors.push(value);
  const result = convertContent(value, path, ancestors);
  ancestors.pop();
  return result;
}

function convertContent(value: object, path: string, ancestors: object[]): unknown {
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return convert(value.toJSON(), path, ancestors);
  }
  if (value instanceof ArrayBuffer || value instanceof DataView) {
    throw refused(path, describeValue(value), "store a typed array or use saveRef()");
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return Array.from(
      value as ArrayLike<unknown>,
      (item, index) => convert(item, `${path}[${index}]`, ancestors),
    );
  }
  const keys = Object.keys(value);
  if (keys.length === 0 && !isPlain(value)) {
    throw refused(path, describeValue(value), "store a plain object or an array");
  }
  // Without a prototype, a key named __proto__ is a key like any other.
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of keys) {
    copy[key] = convert((value as Record<string, unknown>)[key], `${path}.${key}`, ancestors);
  }
  return copy;
}

function refused(path: string, what: string, remedy: string): InvalidDataError {
  return new InvalidDataError(`Event field ${path}: cannot store ${what} as JSON; ${remedy}`, {
    path,
  });
}
