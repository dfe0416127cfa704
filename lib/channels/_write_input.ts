import { InvalidDataError } from "../base/errors.ts";
import type { NumericArray } from "./_arguments.ts";
import { COMMON_COLUMNS, FORMAT_NAMES, type ValueFormat } from "./channel_schema.ts";
import type { ChannelInput, ChannelWriteOptions } from "./channel_types.ts";

/** A value of a structure, null where there is none. */
export type StructEntry = { format: ValueFormat; value: number | boolean | string } | null;

/** What a write means. */
export type ChannelWrite =
  | {
    readonly dataType: "scalar" | "scalar_bool" | "scalar_str";
    readonly form: "value";
    readonly value: number | boolean | string;
  }
  | {
    readonly dataType: "scalar" | "scalar_bool" | "scalar_str";
    readonly form: "rows";
    readonly values: ArrayLike<number | boolean | string>;
    readonly timestamps: ArrayLike<number>;
  }
  | { readonly dataType: "waveform"; readonly samples: Float64Array; readonly interval: number }
  | { readonly dataType: "struct"; readonly entries: ReadonlyMap<string, StructEntry> };

const TYPE_OF_FORMAT = { g: "scalar", b: "scalar_bool", u: "scalar_str" } as const;
const BLANK_OPTIONS: ChannelWriteOptions = {};

/**
 * Tells what a value is and checks it; nothing of it is shared with the caller afterwards.
 *
 * @throws {InvalidDataError} for what no channel can hold
 */
export function readInput(
  channelId: string,
  value: ChannelInput,
  options: ChannelWriteOptions = BLANK_OPTIONS,
): ChannelWrite {
  const scalar = scalarOf(channelId, value);
  if (scalar !== undefined) {
    refuse(channelId, options.timestamps !== undefined, "timestamps belong to a block of samples");
    return {
      dataType: TYPE_OF_FORMAT[scalar.format],
      form: "value",
      value: scalar.value,
    };
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return readBlock(channelId, value, options);
  }
  return readStruct(channelId, value);
}

function readBlock(
  channelId: string,
  value: unknown[] | ArrayBufferView,
  options: ChannelWriteOptions,
): ChannelWrite {
  const { timestamps, sampleInterval = 0, transfer = false } = options;
  refuse(channelId, value instanceof DataView, "a DataView is not a block of samples");
  const length: number = (value as unknown[] | NumericArray).length;
  refuse(channelId, length === 0, "the block holds no samples");
  if (timestamps === undefined) {
    const good = sampleInterval >= 0 && sampleInterval < Infinity;
    refuse(channelId, !good, `sampleInterval is ${sampleInterval}, wanted seconds of at least 0`);
    return {
      dataType: "waveform",
      samples: doublesOf(channelId, value, transfer),
      interval: sampleInterval,
    };
  }
  refuse(
    channelId,
    options.sampleInterval !== undefined || options.start !== undefined,
    "timestamps go without start and sampleInterval",
  );
  refuse(
    channelId,
    timestamps.length !== length,
    `${length} samples came with ${timestamps.length} timestamps`,
  );
  const micros = wholeMicros(channelId, timestamps);
  const first = scalarOf(channelId, Array.isArray(value) ? value[0] : 0);
  if (first !== undefined && first.format !== "g") {
    const values = (value as unknown[]).map((each, i) => {
      const scalar = scalarOf(channelId, each);
      if (scalar?.format === first.format) return scalar.value;
      throw wrong(channelId, `sample ${i} is ${kindOf(each)}, the first ${kindOf(first.value)}`);
    });
    return {
      dataType: TYPE_OF_FORMAT[first.format],
      form: "rows",
      values,
      timestamps: micros,
    };
  }
  // Rows are copied into the columns at once, so that the array itself will do.
  const values = value instanceof Float64Array ? value : doublesOf(channelId, value, false);
  return { dataType: "scalar", form: "rows", values, timestamps: micros };
}

function wholeMicros(channelId: string, timestamps: ArrayLike<number>): ArrayLike<number> {
  let whole = true;
  for (let i = 0; i < timestamps.length; i++) {
    const micros = timestamps[i]!;
    if (Number.isSafeInteger(micros)) continue;
    const rounded = Math.round(micros);
    refuse(channelId, !Number.isSafeInteger(rounded), `timestamp ${i} is ${micros}`);
    whole = false;
  }
  return whole ? timestamps : Float64Array.from(timestamps, Math.round);
}

function doublesOf(
  channelId: string,
  value: unknown[] | ArrayBufferView,
  transfer: boolean,
): Float64Array {
  if (value instanceof Float64Array) {
    const whole = value.byteLength === value.buffer.byteLength;
    // Detached, so that a later change of the array cannot change what is written.
    return transfer && whole && value.buffer instanceof ArrayBuffer
      ? new Float64Array(value.buffer.transfer())
      : value.slice();
  }
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) {
    return Float64Array.from(value, (each) => safeNumber(channelId, each));
  }
  if (ArrayBuffer.isView(value)) return new Float64Array(value as NumericArray);
  const doubles = new Float64Array(value.length);
  for (let i = 0; i < doubles.length; i++) {
    const sample = value[i];
    if (typeof sample === "number") doubles[i] = sample;
    else if (typeof sample === "bigint") doubles[i] = safeNumber(channelId, sample);
    else throw wrong(channelId, `sample ${i} is ${kindOf(sample)}, wanted numbers`);
  }
  return doubles;
}

function readStruct(channelId: string, value: unknown): ChannelWrite {
  const plain = typeof value === "object" && value !== null && !(value instanceof Date);
  if (!plain) {
    throw wrong(
      channelId,
      `it is ${kindOf(value)}, wanted a number, boolean, text, block or object`,
    );
  }
  const entries = new Map<string, StructEntry>();
  for (const [key, each] of Object.entries(value)) {
    refuse(channelId, COMMON_COLUMNS.has(key), `key "${key}" is the name of a column of its own`);
    refuse(channelId, key === "", "a key is empty");
    if (each !== undefined) entries.set(key, entryOf(channelId, key, each));
  }
  refuse(channelId, entries.size === 0, "the structure has no keys");
  return { dataType: "struct", entries };
}

function entryOf(channelId: string, key: string, value: unknown): StructEntry {
  if (value === null) return null;
  const scalar = scalarOf(channelId, value);
  if (scalar !== undefined) return scalar;
  const plain = ArrayBuffer.isView(value) && !(value instanceof DataView)
    ? Array.from(value as NumericArray)
    : value;
  const json = typeof plain === "object" ? jsonText(channelId, `key "${key}"`, plain) : undefined;
  if (json === undefined) throw wrong(channelId, `key "${key}" is ${kindOf(value)}`);
  return { format: "u", value: json };
}

/**
 * Checks what a write says of its channel: what no file can hold would else stop the seal of all channels.
 *
 * @throws {InvalidDataError} naming the option
 */
export function checkDescription(channelId: string, options: ChannelWriteOptions): void {
  const { units, instrumentRole, resource, source, attributes } = options;
  checkText(channelId, "units", units);
  checkText(channelId, "instrumentRole", instrumentRole);
  checkText(channelId, "resource", resource);
  checkText(channelId, "source", source);
  if (attributes !== undefined) jsonText(channelId, "attributes", attributes);
}

function checkText(channelId: string, name: string, text: unknown): void {
  if (text === undefined || text === null || typeof text === "string") return;
  throw wrong(channelId, `${name} is ${kindOf(text)}, wanted text`);
}

function jsonText(channelId: string, what: string, value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split("\n", 1);
    throw wrong(channelId, `${what} cannot be kept as JSON: ${reason}`);
  }
}

function scalarOf(
  channelId: string,
  value: unknown,
): { format: ValueFormat; value: number | boolean | string } | undefined {
  switch (typeof value) {
    case "number":
      return { format: "g", value };
    case "boolean":
      return { format: "b", value };
    case "string":
      return { format: "u", value };
    case "bigint":
      return { format: "g", value: safeNumber(channelId, value) };
    default:
      return undefined;
  }
}

function safeNumber(channelId: string, value: bigint): number {
  const number = Number(value);
  refuse(
    channelId,
    !Number.isSafeInteger(number),
    `${value} is not exact as a double, wanted at most 2^53 - 1`,
  );
  return number;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  return Array.isArray(value) ? "an array" : `a ${value.constructor?.name ?? "object"}`;
}

function refuse(channelId: string, refused: boolean, what: string): void {
  if (refused) throw wrong(channelId, what);
}

function wrong(channelId: string, what: string): InvalidDataError {
  return new InvalidDataError(`Cannot write to channel "${channelId}": ${what}`, { path: "value" });
}

/** The columns of a structure or value, for messages. */
export function describeWrite(write: ChannelWrite): string {
  if (write.dataType !== "struct") return write.dataType;
  return [...write.entries].map(([name, entry]) =>
    `${name} (${entry === null ? "null" : FORMAT_NAMES[entry.format]})`
  ).join(", ");
}
