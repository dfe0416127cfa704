/**
 * The two directions between Schema.fbs type tables and format strings.
 * @module
 */
import type { Builder } from "flatbuffers";
import { InvalidDataError } from "../base/errors.ts";
import type { TableView } from "./flatbuffer_view.ts";

const TIME_UNITS = "smun";
const SIGNED: Readonly<Record<number, string>> = { 8: "c", 16: "s", 32: "i", 64: "l" };
const UNSIGNED: Readonly<Record<number, string>> = { 8: "C", 16: "S", 32: "I", 64: "L" };
const PLAIN: Readonly<Record<number, string>> = {
  1: "n",
  4: "z",
  5: "u",
  6: "b",
  12: "+l",
  13: "+s",
  17: "+m",
  19: "Z",
  20: "U",
  21: "+L",
};
const KNOWN_BUT_UNREAD: Readonly<Record<number, string>> = {
  22: "run-end encoding",
  23: "binary_view column, cast it to binary",
  24: "string_view column, cast it to string",
  25: "list_view column, cast it to list",
  26: "large_list_view column, cast it to list",
};
/** Most digits that a decimal of so many bits holds. */
const DECIMAL_DIGITS: Readonly<Record<number, number>> = { 32: 9, 64: 18, 128: 38, 256: 76 };
const MAX_SCALE = 127;
const MAX_UNION_ID = 127;

/**
 * Format string of a type table.
 *
 * @param id number of the type in the union `Type` of Schema.fbs
 * @param childCount number of children, for unions
 * @throws {InvalidDataError} for types that this package does not read and parameters out of range
 */
export function formatOfType(id: number, type: TableView, childCount: number): string {
  const plain = PLAIN[id];
  if (plain !== undefined) return plain;
  switch (id) {
    case 2:
      return wholeNumber(type.int32(0), type.uint8(1) !== 0);
    case 3:
      return "efg"[type.int16(0)] ?? unsupported(`float precision ${type.int16(0)}`);
    case 7:
      return decimal(type.int32(0), type.int32(1), type.int32(2, 128));
    case 8:
      return type.int16(0, 1) === 0 ? "tdD" : "tdm";
    case 9:
      return `tt${unit(type.int16(0, 1))}`;
    case 10:
      return `ts${unit(type.int16(0))}:${type.string(1) ?? ""}`;
    case 11:
      return ["tiM", "tiD", "tin"][type.int16(0)] ?? unsupported("interval unit");
    case 14:
      return union(type.int16(0), type.int32s(1), childCount);
    case 15:
      return `w:${size(type.int32(0))}`;
    case 16:
      return `+w:${size(type.int32(0))}`;
    case 18:
      return `tD${unit(type.int16(0, 1))}`;
    default:
      return unsupported(KNOWN_BUT_UNREAD[id] ?? `type number ${id}`);
  }
}

function wholeNumber(bits: number, signed: boolean): string {
  return (signed ? SIGNED : UNSIGNED)[bits] ?? unsupported(`integer of ${bits} bits`);
}

function decimal(precision: number, scale: number, bits: number): string {
  const digits = DECIMAL_DIGITS[bits] ?? unsupported(`decimal of ${bits} bits`);
  if (precision < 1 || precision > digits || Math.abs(scale) > MAX_SCALE) {
    return unsupported(`decimal(${precision}, ${scale}) in ${bits} bits`);
  }
  return bits === 128 ? `d:${precision},${scale}` : `d:${precision},${scale},${bits}`;
}

function union(mode: number, ids: readonly number[], childCount: number): string {
  const named = ids.length > 0 ? ids : Array.from({ length: childCount }, (_, i) => i);
  const valid = named.length === childCount && new Set(named).size === named.length &&
    named.every((id) => id >= 0 && id <= MAX_UNION_ID);
  if (!valid) return unsupported(`union of ${childCount} members and ${named.length} type ids`);
  return `+u${mode === 1 ? "d" : "s"}:${named.join(",")}`;
}

function size(number: number): number {
  return number >= 0 ? number : unsupported(`fixed size ${number}`);
}

function unit(number: number): string {
  return TIME_UNITS[number] ?? unsupported(`time unit ${number}`);
}

function unsupported(what: string): never {
  throw new InvalidDataError(`Unsupported Arrow ${what}`);
}

/** Writes the type table of a format and returns the union number and its offset. */
export function writeType(b: Builder, format: string): { id: number; offset: number } {
  const plain = Object.entries(PLAIN).find(([, each]) => each === format);
  if (plain !== undefined) return table(b, Number(plain[0]), 0, () => {});
  const bits = Number(
    [SIGNED, UNSIGNED].flatMap((map) => Object.entries(map)).find(([, each]) => each === format)
      ?.[0] ?? 0,
  );
  if (bits > 0) {
    return table(b, 2, 2, () => {
      b.addFieldInt32(0, bits, 0);
      b.addFieldInt8(1, format >= "a" ? 1 : 0, 0);
    });
  }
  if ("efg".includes(format)) {
    return table(b, 3, 1, () => b.addFieldInt16(0, "efg".indexOf(format), 0));
  }
  return writeParametrized(b, format);
}

function writeParametrized(b: Builder, format: string): { id: number; offset: number } {
  const unitNumber = TIME_UNITS.indexOf(format[2] ?? "");
  if (format.startsWith("ts")) {
    const zone = format.slice(4);
    const zoneOffset = zone === "" ? 0 : b.createString(zone);
    return table(b, 10, 2, () => {
      b.addFieldInt16(0, unitNumber, 0);
      if (zoneOffset !== 0) b.addFieldOffset(1, zoneOffset, 0);
    });
  }
  if (format.startsWith("td")) {
    return table(b, 8, 1, () => b.addFieldInt16(0, format === "tdD" ? 0 : 1, 1));
  }
  if (format.startsWith("tt")) {
    return table(b, 9, 2, () => {
      b.addFieldInt16(0, unitNumber, 1);
      b.addFieldInt32(1, unitNumber > 1 ? 64 : 32, 32);
    });
  }
  if (format.startsWith("tD")) return table(b, 18, 1, () => b.addFieldInt16(0, unitNumber, 1));
  if (format.startsWith("ti")) {
    return table(b, 11, 1, () => b.addFieldInt16(0, ["tiM", "tiD", "tin"].indexOf(format), 0));
  }
  return writeSized(b, format);
}

function writeSized(b: Builder, format: string): { id: number; offset: number } {
  const numbers = format.slice(format.indexOf(":") + 1).split(",").map(Number);
  if (format.startsWith("d:")) {
    return table(b, 7, 3, () => {
      b.addFieldInt32(0, numbers[0] ?? 0, 0);
      b.addFieldInt32(1, numbers[1] ?? 0, 0);
      b.addFieldInt32(2, numbers[2] ?? 128, 128);
    });
  }
  if (format.startsWith("w:")) return table(b, 15, 1, () => b.addFieldInt32(0, numbers[0] ?? 0, 0));
  if (format.startsWith("+w:")) {
    return table(b, 16, 1, () => b.addFieldInt32(0, numbers[0] ?? 0, 0));
  }
  if (!format.startsWith("+u")) throw new TypeError(`Unsupported Arrow format: "${format}"`);
  b.startVector(4, numbers.length, 4);
  for (const number of numbers.toReversed()) b.addInt32(number);
  const ids = b.endVector();
  return table(b, 14, 2, () => {
    b.addFieldInt16(0, format.startsWith("+ud") ? 1 : 0, 0);
    b.addFieldOffset(1, ids, 0);
  });
}

function table(
  b: Builder,
  id: number,
  slots: number,
  fill: () => void,
): { id: number; offset: number } {
  b.startObject(slots);
  fill();
  return { id, offset: b.endObject() };
}
