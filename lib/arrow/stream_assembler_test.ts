import { deepStrictEqual as deepEqual, ok, strictEqual as equal, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { InvalidDataError } from "../base/errors.ts";
import { field } from "./field.ts";
import { encodeBatch, encodeDictionaries, encodeSchema, END_OF_STREAM } from "./message_writer.ts";
import {
  ALL_FIELDS,
  EVENT_SCHEMA,
  eventBatch,
  joined,
  plainStream,
  sampleBatch,
  seeded,
  valuesOf,
} from "./sample_batches_test.ts";
import { StreamAssembler } from "./stream_assembler.ts";
import { memorySource, scanStream } from "./stream_scan.ts";

/** Reads all that can be read; returns whether something was reported. */
function readDamaged(bytes: Uint8Array): { reported: boolean; rows: number } {
  const assembler = new StreamAssembler();
  let reported = false;
  let rows = 0;
  let ended = false;
  for (const item of scanStream(memorySource(bytes))) {
    if (item.kind === "end") ended = true;
    if (item.kind === "damage") reported = true;
    if (item.kind !== "message") continue;
    try {
      const batch = assembler.accept(item.header, item.body);
      rows += batch?.rows ?? 0;
      batch?.columns.forEach(valuesOf);
    } catch (error) {
      if (!(error instanceof InvalidDataError)) throw error;
      reported = true;
    }
  }
  return { reported: reported || !ended, rows };
}

Deno.test("StreamAssembler.accept() throws nothing but InvalidDataError for any flipped bit of a plain stream", () => {
  const bytes = plainStream(EVENT_SCHEMA, [1, 2, 3].map((n) => eventBatch(3, n)));
  let reported = 0;
  for (let bit = 0; bit < bytes.byteLength * 8; bit++) {
    const at = bit >> 3;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
    const result = readDamaged(bytes);
    ok(result.rows <= 20, `bit ${bit}: ${result.rows} rows`);
    if (result.reported) reported++;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
  }
  // The rest are flips of values, names and padding, which such a file cannot tell.
  ok(reported > bytes.byteLength * 8 * 0.25, `${reported} of ${bytes.byteLength * 8}`);
});

Deno.test("StreamAssembler.accept() throws nothing but InvalidDataError for flips in each format", () => {
  const random = seeded(42);
  for (const each of ALL_FIELDS) {
    const batch = sampleBatch([each], 9, random);
    const bytes = plainStream(batch.schema, [batch]);
    for (let i = 0; i < 600; i++) {
      const bit = Math.floor(random() * bytes.byteLength * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      readDamaged(bytes);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    }
  }
});

Deno.test("StreamAssembler.accept() reports each truncation of a plain stream, zero-filled or not", () => {
  const bytes = plainStream(EVENT_SCHEMA, [1, 2, 3].map((n) => eventBatch(3, n)));
  for (let length = 0; length < bytes.byteLength - 8; length++) {
    const cut = readDamaged(bytes.subarray(0, length));
    ok(cut.reported && cut.rows <= 9);
    const filled = new Uint8Array(length + 512);
    filled.set(bytes.subarray(0, length));
    ok(readDamaged(filled).reported, `filled from ${length}`);
  }
});

Deno.test("StreamAssembler.acceptBytes() takes Flight messages at odd addresses and in node buffers", () => {
  const { schema, columns } = eventBatch(20);
  const assembler = new StreamAssembler();
  equal(assembler.acceptBytes(encodeSchema(schema).metadata, new Uint8Array(0)), undefined);
  const { metadata, body } = encodeBatch(eventBatch(20));
  const shifted = new Uint8Array(joined(body).byteLength + 3);
  shifted.set(joined(body), 3);
  const pooled = Buffer.from(shifted.buffer, 3, shifted.byteLength - 3);
  const batch = assembler.acceptBytes(metadata, pooled);
  shifted.fill(0);
  deepEqual(batch?.columns.map(valuesOf), columns.map(valuesOf));
});

Deno.test("StreamAssembler.acceptBytes() refuses a body shorter than its header says", () => {
  const assembler = new StreamAssembler(EVENT_SCHEMA);
  const { metadata, body } = encodeBatch(eventBatch(20));
  throws(() => assembler.acceptBytes(metadata, joined(body).subarray(8)), InvalidDataError);
});

Deno.test("StreamAssembler.accept() wants a schema before a batch", () => {
  const { metadata, body } = encodeBatch(eventBatch(2));
  throws(() => new StreamAssembler().acceptBytes(metadata, joined(body)), /without a schema/);
});

Deno.test("StreamAssembler.accept() wants dictionaries of the schema, and forgets them with it", () => {
  const encoded = {
    ...field("state", "u"),
    dictionary: { id: 5, indexFormat: "c", ordered: false },
  };
  const batch = sampleBatch([encoded], 12, seeded(1));
  const [dictionary] = encodeDictionaries(batch);
  const schema = encodeSchema(batch.schema).metadata;
  const message = encodeBatch(batch);
  ok(dictionary !== undefined);
  const assembler = new StreamAssembler();
  const accept = ({ metadata, body }: typeof message) =>
    assembler.acceptBytes(metadata, joined(body));
  assembler.acceptBytes(schema, new Uint8Array(0));
  throws(() => accept(message), /dictionary was not sent/);
  accept(dictionary);
  deepEqual(accept(message)?.columns.map(valuesOf), batch.columns.map(valuesOf));
  assembler.acceptBytes(schema, new Uint8Array(0));
  throws(() => accept(message), /dictionary was not sent/);
  assembler.acceptBytes(encodeSchema(EVENT_SCHEMA).metadata, new Uint8Array(0));
  throws(() => accept(dictionary), /belongs to no field/);
  equal(END_OF_STREAM.byteLength, 8);
});
