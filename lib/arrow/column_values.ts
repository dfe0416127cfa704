/**
 * Values of columns as JavaScript sees them.
 *
 *     whole numbers    number; bigint beyond 2^53          decimals    text, exact
 *     timestamps       RFC 3339 text in UTC, microseconds or nanoseconds; without zone no "Z"
 *     dates, times     ISO 8601 text                       intervals   text such as "1 mon 2 days 00:00:01"
 *     lists            arrays                              structs     objects
 *     maps             arrays of {key, value}              binary      Uint8Array
 *
 * Text for times keeps what a Date would lose, and compares and serialises as events on disk do.
 *
 * @module
 */
import { isAscii } from "node:buffer";
import type { ArrowColumn } from "./field.ts";
import { layoutOf } from "./field.ts";
import { dateText, durationText, intervalText, timestampText, timeText } from "./time_text.ts";

/** Reads the value of a row. */
export type ValueReader = (row: number) => unknown;

// A text that starts with U+FEFF keeps it: it is data here, not a mark.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** Text up to here is decoded in one go; beyond it, one string kept would hold too much alive. */
const WHOLE_TEXT_BYTES = 16 * 1024 * 1024;

/** A reader for a column; resolves the type once, so that rows cost a call each. */
export function valueReader(column: ArrowColumn): ValueReader {
  const { dictionary, field } = column;
  if (dictionary !== undefined) {
    const index = numberReader(column, field.dictionary?.indexFormat ?? "i");
    const value = valueReader(dictionary);
    return nullable(column, (row) => value(Number(index(row))));
  }
  const { kind } = layoutOf(field.format);
  if (kind === "null") return () => null;
  const read = plainReader(column, field.format);
  return kind === "union" ? read : nullable(column, read);
}

function nullable(column: ArrowColumn, read: ValueReader): ValueReader {
  const validity = column.buffers[0];
  if (column.nullCount === 0 || validity === undefined) return read;
  if (validity.byteLength === 0) return read;
  return (row) => (((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 0 ? null : read(row);
}

function plainReader(column: ArrowColumn, format: string): ValueReader {
  switch (format) {
    case "u":
    case "U":
      return textReader(column);
    case "z":
    case "Z":
      return binaryReader(column);
    case "b": {
      const bits = column.buffers[1] ?? new Uint8Array(0);
      return (row) => (((bits[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
    }
  }
  if (format.startsWith("t")) return timeReader(column, format);
  if (format.startsWith("d:")) return decimalReader(column, format);
  if (format.startsWith("w:")) return fixedBinaryReader(column, Number(format.slice(2)));
  if (format.startsWith("+")) return nestedReader(column, format);
  return numberReader(column, format);
}

function offsetsOf(column: ArrowColumn): (row: number) => number {
  const buffer = column.buffers[1] ?? new Uint8Array(8);
  const layout = layoutOf(column.field.format);
  if ("offsetWidth" in layout && layout.offsetWidth === 8) {
    const wide = new BigInt64Array(buffer.buffer, buffer.byteOffset, buffer.byteLength >> 3);
    return (row) => Number(wide[row] ?? 0n);
  }
  const narrow = new Int32Array(buffer.buffer, buffer.byteOffset, buffer.byteLength >> 2);
  return (row) => narrow[row] ?? 0;
}

function textReader(column: ArrowColumn): ValueReader {
  const offset = offsetsOf(column);
  const data = column.buffers[2] ?? new Uint8Array(0);
  const first = offset(0);
  const used = data.subarray(first, offset(column.length));
  if (used.byteLength <= WHOLE_TEXT_BYTES && isAscii(used)) {
    // One decode for the column, substrings for the rows.
    const whole = decoder.decode(used);
    return (row) => whole.slice(offset(row) - first, offset(row + 1) - first);
  }
  return (row) => decoder.decode(data.subarray(offset(row), offset(row + 1)));
}

function binaryReader(column: ArrowColumn): ValueReader {
  const offset = offsetsOf(column);
  const data = column.buffers[2] ?? new Uint8Array(0);
  return (row) => data.slice(offset(row), offset(row + 1));
}

function fixedBinaryReader(column: ArrowColumn, width: number): ValueReader {
  const data = column.buffers[1] ?? new Uint8Array(0);
  return (row) => data.slice(row * width, (row + 1) * width);
}

function dataView(column: ArrowColumn): DataView {
  const data = column.buffers[1] ?? new Uint8Array(0);
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

function numberReader(column: ArrowColumn, format: string): ValueReader {
  const view = dataView(column);
  switch (format) {
    case "c":
      return (row) => view.getInt8(row);
    case "C":
      return (row) => view.getUint8(row);
    case "s":
      return (row) => view.getInt16(row * 2, true);
    case "S":
      return (row) => view.getUint16(row * 2, true);
    case "i":
      return (row) => view.getInt32(row * 4, true);
    case "I":
      return (row) => view.getUint32(row * 4, true);
    case "l":
      return (row) => safeNumber(view.getBigInt64(row * 8, true));
    case "L":
      return (row) => safeNumber(view.getBigUint64(row * 8, true));
    case "e":
      return (row) => view.getFloat16(row * 2, true);
    case "f":
      return (row) => view.getFloat32(row * 4, true);
    case "g":
      return (row) => view.getFloat64(row * 8, true);
    default:
      throw new TypeError(`Unsupported Arrow format: "${format}"`);
  }
}

function safeNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function timeReader(column: ArrowColumn, format: string): ValueReader {
  const view = dataView(column);
  const int64 = (row: number) => view.getBigInt64(row * 8, true);
  const unit = format[2] ?? "u";
  if (format.startsWith("ts")) {
    const zoned = format.length > 4;
    return (row) => timestampText(int64(row), unit, zoned);
  }
  if (format.startsWith("td")) {
    return format === "tdD"
      ? (row) => dateText(view.getInt32(row * 4, true))
      : (row) => dateText(Math.floor(Number(int64(row)) / 86_400_000));
  }
  if (format.startsWith("tt")) {
    const wide = unit === "u" || unit === "n";
    return (row) => timeText(wide ? int64(row) : BigInt(view.getInt32(row * 4, true)), unit);
  }
  if (format.startsWith("tD")) return (row) => durationText(int64(row), unit);
  return intervalReader(view, format);
}

function intervalReader(view: DataView, format: string): ValueReader {
  if (format === "tiM") return (row) => intervalText(view.getInt32(row * 4, true), 0, 0n);
  if (format === "tiD") {
    return (row) =>
      intervalText(
        0,
        view.getInt32(row * 8, true),
        BigInt(view.getInt32(row * 8 + 4, true)) * 1_000_000n,
      );
  }
  return (row) =>
    intervalText(
      view.getInt32(row * 16, true),
      view.getInt32(row * 16 + 4, true),
      view.getBigInt64(row * 16 + 8, true),
    );
}

function decimalReader(column: ArrowColumn, format: string): ValueReader {
  const [, scaleText = "0", bitsText = "128"] = format.slice(2).split(",");
  const scale = Number(scaleText);
  const words = Number(bitsText) / 32;
  const view = dataView(column);
  return (row) => {
    let value = BigInt(view.getInt32(row * words * 4 + (words - 1) * 4, true));
    for (let word = words - 2; word >= 0; word--) {
      value = (value << 32n) | BigInt(view.getUint32((row * words + word) * 4, true));
    }
    return decimalText(value, scale);
  };
}

function decimalText(value: bigint, scale: number): string {
  if (scale <= 0) return value === 0n ? "0" : `${value}${"0".repeat(-scale)}`;
  const sign = value < 0n ? "-" : "";
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function nestedReader(column: ArrowColumn, format: string): ValueReader {
  const children = column.children.map(valueReader);
  const first = children[0] ?? (() => null);
  if (format === "+s") {
    const names = column.field.children.map((child) => child.name);
    return (row) => Object.fromEntries(names.map((name, i) => [name, children[i]?.(row) ?? null]));
  }
  if (format.startsWith("+w:")) {
    const size = Number(format.slice(3));
    return (row) => Array.from({ length: size }, (_, i) => first(row * size + i));
  }
  if (format.startsWith("+u")) return unionReader(column, format, children);
  const offset = offsetsOf(column);
  return (row) => {
    const start = offset(row);
    return Array.from({ length: offset(row + 1) - start }, (_, i) => first(start + i));
  };
}

function unionReader(
  column: ArrowColumn,
  format: string,
  children: readonly ValueReader[],
): ValueReader {
  const ids = format.slice(4).split(",").map(Number);
  const types = column.buffers[0] ?? new Uint8Array(0);
  const offsets = column.buffers[1];
  const view = offsets === undefined
    ? undefined
    : new DataView(offsets.buffer, offsets.byteOffset, offsets.byteLength);
  return (row) => {
    const child = children[ids.indexOf(types[row] ?? -1)];
    return child?.(view === undefined ? row : view.getInt32(row * 4, true)) ?? null;
  };
}
