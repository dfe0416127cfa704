import { deepStrictEqual as deepEqual, ok, strictEqual as equal, throws } from "node:assert/strict";
import { Builder } from "flatbuffers";
import fc from "fast-check";
import { InvalidDataError } from "../base/errors.ts";
import { ARROW_LIMITS } from "../base/limits.ts";
import { type ArrowField, field } from "./field.ts";
import { readMessageHeader } from "./message_reader.ts";
import { encodeBatch, encodeSchema } from "./message_writer.ts";
import { eventBatch, seeded } from "./sample_batches_test.ts";

const SCHEMA = 1;
const BATCH = 3;

/** A message around a header table that a test builds by hand. */
function message(type: number, bodyLength: bigint, header: (b: Builder) => number): Uint8Array {
  const b = new Builder(1024);
  const offset = header(b);
  b.startObject(5);
  b.addFieldInt64(3, bodyLength, 0n);
  b.addFieldOffset(2, offset, 0);
  b.addFieldInt16(0, 4, 0);
  b.addFieldInt8(1, type, 0);
  b.finish(b.endObject());
  return b.asUint8Array();
}

function offsets(b: Builder, tables: readonly number[]): number {
  b.startVector(4, tables.length, 4);
  for (const table of tables.toReversed()) b.addOffset(table);
  return b.endVector();
}

function schemaTable(b: Builder, fields: number): number {
  b.startObject(4);
  b.addFieldOffset(1, fields, 0);
  return b.endObject();
}

/** A field with the given type table; `fill` adds to it before it is closed. */
function fieldTable(b: Builder, type: number, typeTable: number, children: number): number {
  b.startObject(7);
  b.addFieldOffset(3, typeTable, 0);
  if (children !== 0) b.addFieldOffset(5, children, 0);
  b.addFieldInt8(2, type, 0);
  return b.endObject();
}

function emptyTable(b: Builder): number {
  b.startObject(0);
  return b.endObject();
}

/** A schema of one field of a type whose table holds 32-bit numbers. */
function typed(type: number, numbers: readonly number[]): Uint8Array {
  return message(SCHEMA, 0n, (b) => {
    b.startObject(3);
    numbers.forEach((number, i) => b.addFieldInt32(i, number, -1));
    const table = b.endObject();
    return schemaTable(b, offsets(b, [fieldTable(b, type, table, 0)]));
  });
}

function batch(rows: bigint, pairs: readonly bigint[], bodyLength = 0n): Uint8Array {
  return message(BATCH, bodyLength, (b) => {
    b.startVector(16, pairs.length / 2, 8);
    for (const number of pairs.toReversed()) b.addInt64(number);
    const nodes = b.endVector();
    b.startVector(16, 0, 8);
    const buffers = b.endVector();
    b.startObject(5);
    b.addFieldInt64(0, rows, 0n);
    b.addFieldOffset(1, nodes, 0);
    b.addFieldOffset(2, buffers, 0);
    return b.endObject();
  });
}

Deno.test("readMessageHeader() reads schemas with their metadata", () => {
  const schema = {
    fields: [{ ...field("größe", "g"), metadata: new Map([["unit", "mV"]]) }],
    metadata: new Map([["litmus.version", "1"], ["empty", ""]]),
  };
  const header = readMessageHeader(encodeSchema(schema).metadata);
  deepEqual(header, { kind: "schema", bodyLength: 0, schema });
});

Deno.test("readMessageHeader() throws nothing but InvalidDataError for random bytes and flips", () => {
  const refuse = (bytes: Uint8Array): void => {
    try {
      readMessageHeader(bytes);
    } catch (error) {
      ok(error instanceof InvalidDataError, String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), refuse), { numRuns: 2000, seed: 3 });
  const random = seeded(8);
  for (const source of [encodeSchema(eventBatch(0).schema), encodeBatch(eventBatch(5))]) {
    for (let i = 0; i < 5000; i++) {
      const bytes = source.metadata.slice();
      for (let flips = 0; flips <= i % 4; flips++) {
        bytes[Math.floor(random() * bytes.byteLength)] = Math.floor(random() * 256);
      }
      refuse(bytes);
    }
  }
});

Deno.test("readMessageHeader() ends at fields that contain themselves", () => {
  // Each level names the next one twice: 2^30 fields in a few hundred bytes.
  const fan = message(SCHEMA, 0n, (b) => {
    const struct = emptyTable(b);
    let inner = fieldTable(b, 13, struct, 0);
    for (let depth = 0; depth < 30; depth++) {
      inner = fieldTable(b, 13, struct, offsets(b, [inner, inner]));
    }
    return schemaTable(b, offsets(b, [inner]));
  });
  ok(fan.byteLength < 4096);
  throws(() => readMessageHeader(fan), InvalidDataError);
  // A vector of children whose only entry leads back to its own field.
  const cycle = message(SCHEMA, 0n, (b) => {
    const struct = emptyTable(b);
    return schemaTable(b, offsets(b, [fieldTable(b, 13, struct, offsets(b, [struct]))]));
  });
  const view = new DataView(cycle.buffer, cycle.byteOffset, cycle.byteLength);
  let refused = 0;
  for (let at = 0; at + 4 <= cycle.byteLength; at += 4) {
    const before = view.getUint32(at, true);
    for (let back = 0; back <= at; back += 4) {
      view.setInt32(at, -back, true);
      try {
        readMessageHeader(cycle);
      } catch (error) {
        ok(error instanceof InvalidDataError);
        refused++;
      }
    }
    view.setUint32(at, before, true);
  }
  ok(refused > 0);
});

Deno.test("readMessageHeader() limits fields that share one table, and text that they share", () => {
  const shared = (count: number): Uint8Array =>
    message(SCHEMA, 0n, (b) => {
      const one = fieldTable(b, 13, emptyTable(b), 0);
      return schemaTable(b, offsets(b, Array.from({ length: count }, () => one)));
    });
  throws(() => readMessageHeader(shared(ARROW_LIMITS.schemaFields + 1)), /more than 16384 fields/);
  throws(() => readMessageHeader(shared(1_000_000)), InvalidDataError);
  const text = message(SCHEMA, 0n, (b) => {
    const long = b.createString("x".repeat(1_000_000));
    b.startObject(2);
    b.addFieldOffset(0, long, 0);
    const pair = b.endObject();
    const pairs = offsets(b, Array.from({ length: 100_000 }, () => pair));
    b.startObject(4);
    b.addFieldOffset(2, pairs, 0);
    return b.endObject();
  });
  throws(() => readMessageHeader(text), /again and again/);
});

Deno.test("readMessageHeader() takes a schema of many columns", () => {
  const fields = Array.from({ length: 16_000 }, (_, i) => field(`column_${i}`, "u"));
  const header = readMessageHeader(encodeSchema({ fields }).metadata);
  equal(header.kind === "schema" ? header.schema.fields.length : 0, 16_000);
});

Deno.test("readMessageHeader() refuses nesting that would exhaust the stack", () => {
  let nested: ArrowField = field("item", "i");
  for (let i = 0; i < 200; i++) nested = field("item", "+l", [nested]);
  throws(() => readMessageHeader(encodeSchema({ fields: [nested] }).metadata), /nested too deep/);
});

Deno.test("readMessageHeader() refuses names that are not UTF-8 but takes such metadata values", () => {
  const name = encodeSchema({ fields: [field("NAME-HERE", "i")] }).metadata;
  name[new TextDecoder("latin1").decode(name).indexOf("NAME")] = 0xff;
  throws(() => readMessageHeader(name), /not UTF-8/);
  const { metadata } = encodeSchema({ fields: [], metadata: new Map([["key", "VALUE"]]) });
  metadata[new TextDecoder("latin1").decode(metadata).indexOf("VALUE")] = 0xff;
  const header = readMessageHeader(metadata);
  equal(header.kind === "schema" && header.schema.metadata?.get("key"), "\ufffdALUE");
});

Deno.test("readMessageHeader() refuses type parameters out of range", () => {
  throws(() => readMessageHeader(typed(15, [-5])), /fixed size -5/);
  throws(() => readMessageHeader(typed(2, [7])), /integer of 7 bits/);
  throws(() => readMessageHeader(typed(7, [39, 2, 128])), /decimal/);
  throws(() => readMessageHeader(typed(7, [10, 2 ** 31 - 1, 128])), /decimal/);
  throws(() => readMessageHeader(typed(7, [10, 2, 96])), /decimal of 96 bits/);
  throws(() => readMessageHeader(typed(24, [])), /string_view column, cast it to string/);
  throws(() => readMessageHeader(typed(99, [])), /type number 99/);
  throws(() => readMessageHeader(typed(12, [])), /wrong children/);
});

Deno.test("readMessageHeader() refuses unions and maps of the wrong shape", () => {
  const refuse = (each: ArrowField): void =>
    throws(() => readMessageHeader(encodeSchema({ fields: [each] }).metadata), InvalidDataError);
  refuse(field("u", "+ud:0", [field("a", "i"), field("b", "i")]));
  refuse(field("u", "+us:4,4", [field("a", "i"), field("b", "i")]));
  refuse(field("u", "+us:0,200", [field("a", "i"), field("b", "i")]));
  refuse(field("m", "+m", [field("entries", "+s", [field("key", "u")])]));
  refuse(field("l", "+l", []));
  refuse(field("i", "i", [field("child", "i")]));
});

Deno.test("readMessageHeader() refuses counts and lengths out of range", () => {
  equal(readMessageHeader(batch(5n, [5n, 0n])).kind, "batch");
  throws(() => readMessageHeader(batch(-1n, [])), /row count/);
  throws(() => readMessageHeader(batch(2n ** 31n, [])), /row count/);
  throws(() => readMessageHeader(batch(2n ** 60n, [])), /out of range/);
  throws(() => readMessageHeader(batch(1n, [-1n, 0n])), /field node/);
  throws(() => readMessageHeader(batch(1n, [1n, 2n])), /field node/);
  throws(() => readMessageHeader(batch(1n, [1n, 0n], -8n)), /negative body length/);
  throws(() => readMessageHeader(batch(1n, [1n, 0n], 4096n)), /longer than its buffers/);
  throws(() => readMessageHeader(new Uint8Array(0)), InvalidDataError);
});
