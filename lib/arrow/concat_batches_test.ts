import { deepStrictEqual as deepEqual, throws } from "node:assert/strict";
import { concatBatches, sameFields } from "./concat_batches.ts";
import {
  boolColumn,
  float64Column,
  int64Column,
  listColumn,
  utf8Column,
} from "./column_builder.ts";
import { valueReader } from "./column_values.ts";
import { type ArrowBatch, type ArrowColumn, field } from "./field.ts";
import { encodeBatch, encodeSchema, frameBytes } from "./message_writer.ts";
import { StreamAssembler } from "./stream_assembler.ts";
import { memorySource, scanStream } from "./stream_scan.ts";

const LIST = field("list", "+l", [field("item", "g")]);

type Rows = readonly {
  readonly time: number;
  readonly number: number | null;
  readonly flag: boolean | null;
  readonly text: string | null;
  readonly list: readonly number[];
}[];

function batchOf(rows: Rows): ArrowBatch {
  const items = Float64Array.from(rows.flatMap(({ list }) => list));
  return together([
    int64Column(field("time", "tsu:UTC"), rows.map(({ time }) => time)),
    float64Column(field("number", "g"), rows.map(({ number }) => number)),
    boolColumn(field("flag", "b"), rows.map(({ flag }) => flag)),
    utf8Column(field("text", "u"), rows.map(({ text }) => text)),
    listColumn(
      LIST,
      rows.map(({ list }) => list.length),
      float64Column(LIST.children[0]!, items),
    ),
  ]);
}

function together(columns: readonly ArrowColumn[]): ArrowBatch {
  return {
    schema: { fields: columns.map((each) => each.field) },
    rows: columns[0]!.length,
    columns,
  };
}

function rowsOf({ columns, rows }: ArrowBatch): unknown[][] {
  const readers = columns.map(valueReader);
  return Array.from({ length: rows }, (_, row) => readers.map((read) => read(row)));
}

/** As it comes out of a file. */
function stored(batch: ArrowBatch): ArrowBatch {
  const assembler = new StreamAssembler();
  const bytes = [encodeSchema(batch.schema), encodeBatch(batch)].map(frameBytes);
  const all = new Uint8Array(bytes.reduce((sum, { byteLength }) => sum + byteLength, 0));
  all.set(bytes[0]!);
  all.set(bytes[1]!, bytes[0]!.byteLength);
  for (const item of scanStream(memorySource(all))) {
    const found = item.kind === "message" ? assembler.accept(item.header, item.body) : undefined;
    if (found !== undefined) return found;
  }
  throw new Error("There is no batch");
}

Deno.test("concatBatches() gives the rows of all, nulls included, wherever bytes end", () => {
  const rows: Rows = Array.from({ length: 41 }, (_, i) => ({
    time: 1_795_244_637_000_000 + i,
    number: i % 5 === 3 ? null : i / 3,
    flag: i % 7 === 2 ? null : i % 3 === 0,
    text: i % 4 === 1 ? null : "é".repeat(i % 6),
    list: Array.from({ length: i % 4 }, (_, j) => i + j),
  }));
  const wanted = rowsOf(batchOf(rows));
  for (const cuts of [[0, 41], [0, 1, 41], [0, 8, 8, 17, 41], [0, 3, 5, 20, 33, 41]]) {
    const parts = cuts.slice(1).map((to, i) => batchOf(rows.slice(cuts[i], to)));
    deepEqual(rowsOf(concatBatches(parts)), wanted);
    deepEqual(rowsOf(stored(concatBatches(parts.map(stored)))), wanted);
  }
});

Deno.test("concatBatches() takes columns without nulls beside columns with some", () => {
  const batch = (numbers: readonly (number | null)[]): ArrowBatch =>
    together([float64Column(field("n", "g"), numbers)]);
  const found = concatBatches([batch([1, 2, 3]), batch([null]), batch([4])]);
  deepEqual(rowsOf(found), [[1], [2], [3], [null], [4]]);
});

Deno.test("concatBatches() takes lists whose items start later in the child", () => {
  const whole = batchOf([1, 2, 3].map((i) => ({
    time: i,
    number: i,
    flag: null,
    text: "",
    list: [i, i * 10],
  })));
  const list = whole.columns[4]!;
  const offsets = list.buffers[1]!.subarray(4);
  const cut = together([{ ...list, length: 2, buffers: [list.buffers[0]!, offsets] }]);
  deepEqual(rowsOf(concatBatches([cut, cut])), [[[2, 20]], [[3, 30]], [[2, 20]], [[3, 30]]]);
});

Deno.test("concatBatches() refuses nothing at all and layouts that it does not know", () => {
  throws(() => concatBatches([]), TypeError);
  const column = { ...float64Column(field("n", "n"), [1]), field: field("n", "n") };
  throws(() => concatBatches([together([column]), together([column])]), /"n" are not put together/);
});

Deno.test("sameFields() compares names, formats and children", () => {
  deepEqual(sameFields([LIST], [field("list", "+l", [field("item", "g")])]), true);
  for (const other of [[], [field("list", "+l", [field("item", "f")])], [field("x", "+l")]]) {
    deepEqual(sameFields([LIST], other), false);
  }
});
