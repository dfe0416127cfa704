/**
 * Columns of every format with seeded values, for the tests of this folder. Named as a test, so that it is
 * not published.
 * @module
 */
import { strictEqual as equal } from "node:assert/strict";
import { boolColumn, float64Column, int64Column, utf8Column } from "./column_builder.ts";
import { valueReader } from "./column_values.ts";
import {
  type ArrowBatch,
  type ArrowColumn,
  type ArrowField,
  type ArrowSchema,
  field,
  layoutOf,
} from "./field.ts";
import {
  encodeBatch,
  encodeDictionaries,
  encodeSchema,
  END_OF_STREAM,
  frameBytes,
} from "./message_writer.ts";
import type { Stamp } from "./stamp.ts";
import { StreamAssembler } from "./stream_assembler.ts";
import { memorySource, scanStream } from "./stream_scan.ts";

/** Numbers from 0 to 1 that are the same in each run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const required = (name: string, format: string, children: ArrowField[] = []): ArrowField => ({
  ...field(name, format, children),
  nullable: false,
});
const entries = required("entries", "+s", [required("key", "u"), field("value", "l")]);

/** Formats that hold a value in each row by themselves. */
export const FLAT_FORMATS: readonly string[] = [
  ...["c", "C", "s", "S", "i", "I", "l", "L", "e", "f", "g", "b", "u", "z", "U", "Z"],
  ...["d:9,2,32", "d:18,3,64", "d:38,10", "d:76,20,256", "w:5", "n"],
  ...["tss:", "tsm:", "tsu:", "tsn:", "tss:UTC", "tsm:UTC", "tsu:UTC", "tsn:Europe/Vienna"],
  ...["tdD", "tdm", "tts", "ttm", "ttu", "ttn", "tDs", "tDm", "tDu", "tDn", "tiM", "tiD", "tin"],
];

/** Formats made of others. */
export const NESTED_FIELDS: readonly ArrowField[] = [
  field("list", "+l", [field("item", "g")]),
  field("large_list", "+L", [field("item", "u")]),
  field("list_of_lists", "+l", [field("item", "+l", [field("item", "u")])]),
  field("fixed_list", "+w:3", [field("item", "i")]),
  field("struct", "+s", [field("a", "u"), field("b", "+l", [field("item", "b")]), field("c", "n")]),
  field("empty_struct", "+s", []),
  field("map", "+m", [entries]),
  field("dense", "+ud:3,7", [field("text", "u"), field("number", "l")]),
  field("sparse", "+us:0,1", [field("text", "u"), field("number", "g")]),
];

/** Dictionaries over several index widths. */
export const DICTIONARY_FIELDS: readonly ArrowField[] = ["c", "S", "i", "l"].map((format, id) => ({
  ...field(`dictionary_${format}`, "u"),
  dictionary: { id, indexFormat: format, ordered: id === 1 },
}));

/** One field of each format. */
export const ALL_FIELDS: readonly ArrowField[] = [
  ...FLAT_FORMATS.map((format) => field(`column ${format}`, format)),
  ...NESTED_FIELDS,
  ...DICTIONARY_FIELDS,
];

/** A column of seeded values, a third of them null where the format has nulls. */
export function sampleColumn(
  field: ArrowField,
  length: number,
  random: () => number,
): ArrowColumn {
  const { dictionary } = field;
  if (dictionary !== undefined) {
    const { dictionary: _, ...plain } = field;
    const values = sampleColumn(plain, 7, random);
    const indices = new BigInt64Array(length).map(() => BigInt(Math.floor(random() * 7)));
    const { buffers, nullCount } = sampleColumn({ ...plain, format: "C" }, length, random);
    const data = narrow(indices, dictionary.indexFormat);
    return {
      field,
      length,
      nullCount,
      buffers: [buffers[0] ?? new Uint8Array(0), data],
      children: [],
      dictionary: values,
    };
  }
  const layout = layoutOf(field.format);
  if (layout.kind === "null") {
    return { field, length, nullCount: length, buffers: [], children: [] };
  }
  if (layout.kind === "union") return sampleUnion(field, layout.dense, length, random);
  const { bits, nullCount } = sampleValidity(field, length, random);
  const made = (buffers: Uint8Array[], children: ArrowColumn[] = []): ArrowColumn => ({
    field,
    length,
    nullCount,
    buffers: [bits, ...buffers],
    children,
  });
  const child = (index: number, rows: number): ArrowColumn =>
    sampleColumn(field.children[index] ?? field, rows, random);
  switch (layout.kind) {
    case "bits":
      return made([sampleBytes(Math.ceil(length / 8), random)]);
    case "fixed":
      return made([sampleFixed(field.format, layout.width, length, random)]);
    case "variable": {
      const texts = Array.from({ length }, () => sampleText(random));
      const parts = texts.map((text) => new TextEncoder().encode(text));
      return made([
        sampleOffsets(parts.map((part) => part.length), layout.offsetWidth),
        new Uint8Array(parts.flatMap((part) => [...part])),
      ]);
    }
    case "list": {
      const lengths = Array.from({ length }, () => Math.floor(random() * 4));
      const total = lengths.reduce((sum, each) => sum + each, 0);
      return made([sampleOffsets(lengths, layout.offsetWidth)], [child(0, total)]);
    }
    case "fixedList":
      return made([], [child(0, length * layout.size)]);
    case "struct":
      return made([], field.children.map((_, i) => child(i, length)));
  }
}

function sampleUnion(
  field: ArrowField,
  dense: boolean,
  length: number,
  random: () => number,
): ArrowColumn {
  const ids = field.format.slice(4).split(",").map(Number);
  const picks = Array.from({ length }, () => Math.floor(random() * ids.length));
  const used = ids.map(() => 0);
  const offsets = Int32Array.from(picks, (pick) => {
    const at = used[pick] ?? 0;
    used[pick] = at + 1;
    return at;
  });
  const types = Uint8Array.from(picks, (pick) => ids[pick] ?? 0);
  return {
    field,
    length,
    nullCount: 0,
    buffers: dense ? [types, new Uint8Array(offsets.buffer)] : [types],
    children: field.children.map((each, i) =>
      sampleColumn(each, dense ? used[i] ?? 0 : length, random)
    ),
  };
}

function sampleValidity(
  { nullable }: ArrowField,
  length: number,
  random: () => number,
): { bits: Uint8Array; nullCount: number } {
  if (!nullable || length === 0) return { bits: new Uint8Array(0), nullCount: 0 };
  const bits = new Uint8Array(Math.ceil(length / 8));
  let nullCount = 0;
  for (let i = 0; i < length; i++) {
    if (random() < 0.33) nullCount++;
    else bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
  }
  return { bits, nullCount };
}

function sampleBytes(length: number, random: () => number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

/** Random bytes, except where only some bit patterns are values. */
function sampleFixed(
  format: string,
  width: number,
  length: number,
  random: () => number,
): Uint8Array {
  const bytes = sampleBytes(length * width, random);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < length; i++) {
    const days = Math.floor((random() - 0.3) * 40_000);
    if (format === "e") view.setFloat16(i * 2, days, true);
    else if (format === "f") view.setFloat32(i * 4, days / 8, true);
    else if (format === "g") view.setFloat64(i * 8, days / 8, true);
    else if (format === "tdD") view.setInt32(i * 4, days, true);
    else if (format === "tdm") view.setBigInt64(i * 8, BigInt(days) * 86_400_000n, true);
    else if (format === "tts" || format === "ttm") view.setInt32(i * 4, Math.abs(days), true);
    else if (/^(tt|ts|tD|l)/.test(format)) {
      const sign = format.startsWith("tt") ? 1 : days < 0 ? -1 : 1;
      view.setBigInt64(i * 8, BigInt(sign * Math.floor(random() * 3e9)), true);
    } else if (format.startsWith("d:")) {
      // Keeps within the digits of each precision: the upper words repeat the sign.
      for (let word = 1; word < width / 4; word++) view.setInt32(i * width + word * 4, -1, true);
      view.setInt32(i * width, -Math.floor(random() * 9e8) - 1, true);
    } else if (format === "tin") {
      view.setInt32(i * 16, days % 30, true);
      view.setInt32(i * 16 + 4, days, true);
      view.setBigInt64(i * 16 + 8, BigInt(days) * 1_000_000n, true);
    } else if (format === "tiD" || format === "tiM") view.setInt32(i * width, days, true);
    if (format === "tiD") view.setInt32(i * 8 + 4, Math.abs(days), true);
  }
  return bytes;
}

function sampleText(random: () => number): string {
  const texts = ["", "a", "Spannung", "Ω", "\ufeffmark", "日本", "🔧 fixture", "x".repeat(40)];
  return texts[Math.floor(random() * texts.length)] ?? "";
}

function sampleOffsets(lengths: readonly number[], width: 4 | 8): Uint8Array {
  const offsets = new BigInt64Array(lengths.length + 1);
  lengths.forEach((length, i) => offsets[i + 1] = (offsets[i] ?? 0n) + BigInt(length));
  return width === 8 ? new Uint8Array(offsets.buffer) : narrow(offsets, "i");
}

function narrow(values: BigInt64Array, format: string): Uint8Array {
  const numbers = Array.from(values, Number);
  if (format === "l") return new Uint8Array(values.buffer);
  if (format === "i") return new Uint8Array(Int32Array.from(numbers).buffer);
  return format === "S"
    ? new Uint8Array(Uint16Array.from(numbers).buffer)
    : Uint8Array.from(numbers);
}

/** A batch of seeded columns. */
export function sampleBatch(
  fields: readonly ArrowField[],
  rows: number,
  random: () => number,
): ArrowBatch {
  const columns = fields.map((each) => sampleColumn(each, rows, random));
  return { schema: { fields }, rows, columns };
}

/** A plain IPC stream of batches. */
export function plainStream(schema: ArrowSchema, batches: readonly ArrowBatch[]): Uint8Array {
  return joined([
    frameBytes(encodeSchema(schema)),
    ...batches.flatMap((batch) => [
      ...encodeDictionaries(batch).map(frameBytes),
      frameBytes(encodeBatch(batch)),
    ]),
    END_OF_STREAM,
  ]);
}

/** The fields of an event file. */
export const EVENT_SCHEMA: ArrowSchema = {
  fields: [
    field("id", "u"),
    field("occurred_at", "tsu:UTC"),
    field("value", "g"),
    field("ok", "b"),
    field("json", "u"),
  ],
};

/** A batch of event-like rows. */
export function eventBatch(rows: number, from = 0): ArrowBatch {
  const { fields } = EVENT_SCHEMA;
  const numbers = Array.from({ length: rows }, (_, i) => from + i);
  const named = (index: number): ArrowField => fields[index] ?? field("", "n");
  return {
    schema: EVENT_SCHEMA,
    rows,
    columns: [
      utf8Column(named(0), numbers.map((n) => `event-${n}`)),
      int64Column(named(1), numbers.map((n) => 1_790_000_000_000_000 + n)),
      float64Column(named(2), numbers.map((n) => n % 3 === 0 ? null : n / 4)),
      boolColumn(named(3), numbers.map((n) => n % 2 === 0)),
      utf8Column(named(4), numbers.map((n) => JSON.stringify({ n, text: "Ω" }))),
    ],
  };
}

/** Key of the writer in the streams of {@linkcode stampedStream}. */
export const WRITER = "0123456789abcdef";

/** A stamped event stream, message by message: schema, batches, end marker. */
export function stampedMessages(batches: number, rows: number): Uint8Array[] {
  const stamp = (kind: Stamp["kind"], sequence: number, count: number): Stamp => ({
    kind,
    writer: WRITER,
    sequence,
    rows: count,
  });
  return [
    frameBytes(encodeSchema(EVENT_SCHEMA, stamp("schema", 0, 0))),
    ...Array.from(
      { length: batches },
      (_, i) => frameBytes(encodeBatch(eventBatch(rows, i * rows), stamp("batch", i + 1, rows))),
    ),
    END_OF_STREAM,
  ];
}

/** One run of bytes. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

/** The batches of a stream that must be whole. */
export function readBatches(bytes: Uint8Array): ArrowBatch[] {
  const assembler = new StreamAssembler();
  const batches: ArrowBatch[] = [];
  for (const item of scanStream(memorySource(bytes))) {
    equal(item.kind === "damage" ? item.reason : "", "");
    if (item.kind !== "message") continue;
    const batch = assembler.accept(item.header, item.body);
    if (batch !== undefined) batches.push(batch);
  }
  return batches;
}

/** All values of a column. */
export function valuesOf(column: ArrowColumn): unknown[] {
  const read = valueReader(column);
  return Array.from({ length: column.length }, (_, row) => read(row));
}
