import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import { InvalidDataError } from "../base/errors.ts";
import { ARROW_LIMITS } from "../base/limits.ts";
import { readBatchColumns } from "./batch_reader.ts";
import { type ArrowBatch, type ArrowColumn, type ArrowField, field } from "./field.ts";
import { readMessageHeader } from "./message_reader.ts";
import { encodeBatch } from "./message_writer.ts";
import { joined, valuesOf } from "./sample_batches_test.ts";

const NOTHING = new Uint8Array(0);

function bytes(...numbers: number[]): Uint8Array {
  return Uint8Array.from(numbers);
}

function int32s(...numbers: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(numbers).buffer);
}

function column(
  field: ArrowField,
  length: number,
  buffers: readonly Uint8Array[],
  children: readonly ArrowColumn[] = [],
  nullCount = 0,
): ArrowColumn {
  return { field, length, nullCount, buffers, children };
}

/** Writes a column as it is and reads it with all checks. */
function reread(each: ArrowColumn, dictionary?: ArrowColumn): ArrowColumn | undefined {
  const batch: ArrowBatch = {
    schema: { fields: [each.field] },
    rows: each.length,
    columns: [each],
  };
  const { metadata, body } = encodeBatch(batch);
  const header = readMessageHeader(metadata);
  if (header.kind !== "batch") throw new TypeError("Not a batch");
  const known = new Map(dictionary === undefined ? [] : [[1, dictionary]]);
  return readBatchColumns(batch.schema, header.batch, joined(body), known).columns[0];
}

function refuses(each: ArrowColumn, message: RegExp, dictionary?: ArrowColumn): void {
  throws(() => reread(each, dictionary), (error) => {
    return error instanceof InvalidDataError && message.test(error.message);
  });
}

const texts = column(field("text", "u"), 2, [NOTHING, int32s(0, 1, 3), bytes(97, 98, 99)]);
const numbers = column(field("number", "i"), 1, [NOTHING, int32s(42)]);
const members = [texts.field, numbers.field];

Deno.test("readBatchColumns() reads dense unions", () => {
  const union = field("value", "+ud:5,9", members);
  const good = column(union, 4, [bytes(9, 5, 5, 9), int32s(0, 1, 0, 0)], [texts, numbers]);
  const back = reread(good);
  deepEqual(back === undefined ? [] : valuesOf(back), [42, "bc", "a", 42]);
});

Deno.test("readBatchColumns() refuses dense unions that lead outside", () => {
  const union = field("value", "+ud:5,9", members);
  const make = (ids: number[], offsets: number[]): ArrowColumn =>
    column(union, 2, [bytes(...ids), int32s(...offsets)], [texts, numbers]);
  refuses(make([5, 0], [0, 0]), /not declared/);
  refuses(make([5, 255], [0, 0]), /not declared/);
  refuses(make([5, 9], [0, 1]), /outside its member/);
  refuses(make([5, 9], [0, -1]), /outside its member/);
  refuses(make([5], [0, 0]), /wanted 2/);
  refuses(make([5, 9], [0]), /wanted 8/);
});

Deno.test("readBatchColumns() reads sparse unions and refuses short members", () => {
  const union = field("value", "+us:0,1", members);
  const both = column(numbers.field, 2, [NOTHING, int32s(1, 2)]);
  const back = reread(column(union, 2, [bytes(1, 0)], [texts, both]));
  deepEqual(back === undefined ? [] : valuesOf(back), [1, "bc"]);
  refuses(column(union, 2, [bytes(0, 1)], [texts, numbers]), /outside its member/);
  refuses(column(union, 2, [bytes(0, 3)], [texts, both]), /not declared/);
});

Deno.test("readBatchColumns() limits rows that no byte backs", () => {
  const most = ARROW_LIMITS.unbackedRows;
  const huge = 2 ** 31 - 1;
  const nulls = (length: number): ArrowColumn => column(field("n", "n"), length, [], [], length);
  equal(reread(nulls(most))?.length, most);
  refuses(nulls(most + 1), /rows in 0 bytes/);
  refuses(nulls(huge), /rows in 0 bytes/);
  refuses(column(field("s", "+s"), huge, [NOTHING]), /rows in 0 bytes/);
  refuses(column(field("w", "w:0"), huge, [NOTHING, NOTHING]), /rows in 0 bytes/);
  const list = field("l", "+l", [field("item", "n")]);
  refuses(column(list, 1, [NOTHING, int32s(0, huge)], [nulls(huge)]), /rows in 8 bytes/);
  const wide = field("f", `+w:${huge}`, [field("item", "n")]);
  refuses(column(wide, 1, [NOTHING], [nulls(1)]), /list outside its child/);
  const empty: ArrowBatch = { schema: { fields: [] }, rows: huge, columns: [] };
  const header = readMessageHeader(encodeBatch(empty).metadata);
  throws(() => header.kind === "batch" && readBatchColumns(empty.schema, header.batch, NOTHING), {
    name: "InvalidDataError",
  });
});

Deno.test("readBatchColumns() refuses offsets that decrease, start below zero or lead outside", () => {
  const text = field("text", "u");
  const data = bytes(97, 98, 99);
  refuses(column(text, 2, [NOTHING, int32s(0, 2, 1), data]), /offsets decrease/);
  refuses(column(text, 2, [NOTHING, int32s(-1, 2, 3), data]), /offsets decrease/);
  refuses(column(text, 2, [NOTHING, int32s(0, 2, 4), data]), /outside of their buffer/);
  refuses(column(text, 2, [NOTHING, int32s(0, 2), data]), /wanted 12/);
  const large = new Uint8Array(BigInt64Array.from([0n, 2n ** 62n]).buffer);
  refuses(column(field("text", "U"), 1, [NOTHING, large, data]), /outside of their buffer/);
  const list = field("list", "+l", [numbers.field]);
  refuses(column(list, 1, [NOTHING, int32s(0, 2)], [numbers]), /list outside its child/);
  equal(reread(column(text, 0, [NOTHING, NOTHING, NOTHING]))?.length, 0);
});

Deno.test("readBatchColumns() refuses text of which a value is not UTF-8", () => {
  const text = field("text", "u");
  const omega = bytes(0xce, 0xa9);
  equal(reread(column(text, 1, [NOTHING, int32s(0, 2), omega]))?.length, 1);
  refuses(column(text, 1, [NOTHING, int32s(0, 1), bytes(0xff)]), /not UTF-8/);
  refuses(column(text, 2, [NOTHING, int32s(0, 1, 2), omega]), /not UTF-8/);
  refuses(column(text, 1, [NOTHING, int32s(0, 1), omega]), /not UTF-8/);
  // Bytes that no value refers to are nobody's business.
  equal(reread(column(text, 1, [NOTHING, int32s(1, 2), bytes(0xff, 97, 0xff)]))?.length, 1);
});

Deno.test("readBatchColumns() refuses null bits that contradict the header", () => {
  const each = field("number", "C");
  const data = new Uint8Array(70);
  const bits = new Uint8Array(9).fill(0xff);
  bits[8] = 0b111110;
  equal(reread(column(each, 70, [bits, data], [], 1))?.nullCount, 1);
  refuses(column(each, 70, [bits, data], [], 0), /1 nulls, its header says 0/);
  refuses(column(each, 70, [NOTHING, data], [], 1), /no validity bits/);
  refuses(column(each, 70, [bits.subarray(0, 8), data], [], 1), /wanted 9/);
});

Deno.test("readBatchColumns() refuses dictionary indices outside of the dictionary", () => {
  for (const [format, width] of [["c", 1], ["C", 1], ["s", 2], ["I", 4], ["L", 8]] as const) {
    const each = {
      ...field("text", "u"),
      dictionary: { id: 1, indexFormat: format, ordered: false },
    };
    const indices = new Uint8Array(width * 3);
    indices[width] = 1;
    equal(reread(column(each, 3, [NOTHING, indices]), texts)?.dictionary, texts);
    indices[width] = 2;
    refuses(column(each, 3, [NOTHING, indices]), /outside its dictionary/, texts);
    indices.fill(0xff, width, width * 2);
    refuses(column(each, 3, [NOTHING, indices]), /outside its dictionary/, texts);
    // What a null row holds is not looked at by anybody.
    equal(reread(column(each, 3, [bytes(0b101), indices], [], 1), texts)?.nullCount, 1);
    refuses(column(each, 3, [NOTHING, indices]), /of another type/, numbers);
  }
});

Deno.test("readBatchColumns() refuses more or fewer columns than the schema names", () => {
  const { metadata, body } = encodeBatch({
    schema: { fields: [numbers.field] },
    rows: 1,
    columns: [numbers],
  });
  const header = readMessageHeader(metadata);
  if (header.kind !== "batch") throw new TypeError("Not a batch");
  const read = (fields: readonly ArrowField[]) => () =>
    readBatchColumns({ fields }, header.batch, joined(body));
  throws(read([]), /more columns/);
  throws(read([numbers.field, numbers.field]), /no field node/);
});
