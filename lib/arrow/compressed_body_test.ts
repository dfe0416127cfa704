import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { ARROW_LIMITS } from "../base/limits.ts";
import { readBatchColumns } from "./batch_reader.ts";
import { decompressBody } from "./compressed_body.ts";
import type { ArrowBatch } from "./field.ts";
import { type BatchHeader, readMessageHeader } from "./message_reader.ts";
import { encodeBatch } from "./message_writer.ts";
import {
  FLAT_FORMATS,
  joined,
  NESTED_FIELDS,
  sampleBatch,
  seeded,
  valuesOf,
} from "./sample_batches_test.ts";
import { field } from "./field.ts";

const LZ4 = 0;
const ZSTD = 1;

type Packed = { readonly header: BatchHeader; readonly body: Uint8Array };

/** An LZ4 frame of one block that is stored plain. */
function lz4Stored(bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(7 + 4 + bytes.byteLength + 4);
  frame.set([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
  new DataView(frame.buffer).setUint32(7, bytes.byteLength + 0x80000000, true);
  frame.set(bytes, 11);
  return frame;
}

function withLength(length: number, bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(8 + bytes.byteLength);
  new DataView(buffer.buffer).setBigInt64(0, BigInt(length), true);
  buffer.set(bytes, 8);
  return buffer;
}

/** A batch as a writer with compression sends it. */
function packed(batch: ArrowBatch, compression: number): Packed {
  const { metadata, body } = encodeBatch(batch);
  const whole = joined(body);
  const message = readMessageHeader(metadata);
  if (message.kind !== "batch") throw new TypeError("Not a batch");
  const parts = message.batch.buffers.map(({ offset, length }, i) => {
    const bytes = whole.subarray(offset, offset + length);
    if (length === 0) return bytes;
    if (i % 3 === 2) return withLength(-1, bytes);
    return withLength(length, compression === ZSTD ? zstdCompressSync(bytes) : lz4Stored(bytes));
  });
  let offset = 0;
  const buffers = parts.map(({ byteLength }) => {
    const span = { offset, length: byteLength };
    offset += byteLength;
    return span;
  });
  return { header: { ...message.batch, buffers, compression }, body: joined(parts) };
}

Deno.test("readBatchColumns() reads compressed columns of every format as the plain ones", () => {
  const fields = [
    ...FLAT_FORMATS.map((format) => field(`column ${format}`, format)),
    ...NESTED_FIELDS,
  ];
  for (const compression of [LZ4, ZSTD]) {
    for (const rows of [0, 1, 1000]) {
      const batch = sampleBatch(fields, rows, seeded(rows));
      const { header, body } = packed(batch, compression);
      const back = readBatchColumns(batch.schema, header, body);
      deepEqual(back.columns.map(valuesOf), batch.columns.map(valuesOf));
    }
  }
});

Deno.test("decompressBody() refuses what announces too much before it takes any memory", () => {
  const bomb = withLength(ARROW_LIMITS.decompressedBytes / 2, zstdCompressSync(new Uint8Array(9)));
  const two = { offset: 0, length: bomb.byteLength };
  const header = { rows: 1, nodes: [], buffers: [two, two, two], compression: ZSTD };
  throws(() => decompressBody(header, bomb), /longer than 268435456 bytes when plain/);
  const huge = withLength(Number.MAX_SAFE_INTEGER, new Uint8Array(9));
  const one = { offset: 0, length: huge.byteLength };
  throws(() => decompressBody({ ...header, buffers: [one] }, huge), /when plain/);
});

Deno.test("decompressBody() refuses a frame that holds more or less than it announced", () => {
  const content = new Uint8Array(1_000_000);
  for (const announced of [0, 10, 999_999, 1_000_001]) {
    const body = withLength(announced, zstdCompressSync(content));
    const buffers = [{ offset: 0, length: body.byteLength }];
    const header = { rows: 1, nodes: [], buffers, compression: ZSTD };
    throws(() => decompressBody(header, body), { name: "InvalidDataError" }, `${announced}`);
  }
});

Deno.test("Compressed batches survive cuts and flipped bits without harm", () => {
  const random = seeded(11);
  const batch = sampleBatch([field("text", "u"), field("number", "l")], 50, random);
  for (const compression of [LZ4, ZSTD]) {
    const { header, body } = packed(batch, compression);
    let read = 0;
    for (let bit = 0; bit < body.byteLength * 8; bit += 3) {
      const flipped = body.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      read += Number(isRead(() => readBatchColumns(batch.schema, header, flipped)));
    }
    // What is stored plain has no checksum.
    equal(read < body.byteLength * 8 / 3, true);
    for (let length = 0; length < body.byteLength; length++) {
      equal(isRead(() => readBatchColumns(batch.schema, header, body.subarray(0, length))), false);
    }
  }
  throws(
    () => decompressBody({ rows: 0, nodes: [], buffers: [], compression: 2 }, new Uint8Array(0)),
    {
      message: "Compression 2 of a record batch: wanted 0 (LZ4 frame) or 1 (Zstandard)",
    },
  );
});

function isRead(read: () => ArrowBatch): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if ((error as Error).name !== "InvalidDataError") throw error;
    return false;
  }
}
