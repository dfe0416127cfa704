import {
  deepStrictEqual as deepEqual,
  match,
  ok,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { encodeBatch, frameBytes } from "./message_writer.ts";
import { eventBatch, joined, WRITER } from "./sample_batches_test.ts";
import {
  findStamp,
  framePrefix,
  mentionsStamp,
  newWriterKey,
  stampMatches,
  stampText,
} from "./stamp.ts";

Deno.test("findStamp() reads what a batch was stamped with", () => {
  fc.assert(
    fc.property(
      fc.nat(2 ** 31 - 1),
      fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      (rows, sequence) => {
        const { metadata, body, bodyBytes } = encodeBatch(eventBatch(3), {
          ...{ kind: "batch", writer: WRITER, sequence, rows },
        });
        const stamp = findStamp(metadata);
        ok(stamp !== undefined);
        const { kind, writer, metadataBytes } = stamp;
        deepEqual({ kind, writer, metadataBytes }, {
          ...{ kind: "batch", writer: WRITER, metadataBytes: metadata.byteLength },
        });
        deepEqual([stamp.rows, stamp.sequence, stamp.bodyBytes], [rows, sequence, bodyBytes]);
        ok(stampMatches(stamp, metadata, joined(body)));
        ok(!stampMatches(stamp, metadata, joined(body).subarray(8)));
      },
    ),
    { numRuns: 50, seed: 1 },
  );
});

Deno.test("sealStamp() covers the whole message with its own digits as zeros", () => {
  const message = frameBytes(
    encodeBatch(eventBatch(9), { kind: "batch", writer: WRITER, sequence: 1, rows: 9 }),
  );
  const stamp = findStamp(message.subarray(8));
  ok(stamp !== undefined && stamp.crcOffset < 4096);
  const copy = message.slice();
  copy.fill(0x30, 8 + stamp.crcOffset, 16 + stamp.crcOffset);
  equal(crc32(copy), stamp.crc);
});

Deno.test("findStamp() refuses a broken text and two stamps, which still mention one", () => {
  const text = stampText({ kind: "batch", writer: WRITER, sequence: 7, rows: 1 });
  const bytes = new TextEncoder().encode(`padding ${text} padding`);
  equal(findStamp(bytes)?.sequence, 7);
  equal(findStamp(joined([bytes, bytes])), undefined);
  equal(findStamp(bytes.subarray(0, 60)), undefined);
  equal(findStamp(new TextEncoder().encode(text.replace("k=B", "k=X"))), undefined);
  equal(findStamp(new TextEncoder().encode(text.replace("s=0", "s=A"))), undefined);
  ok(mentionsStamp(bytes.subarray(0, 60)));
  ok(!mentionsStamp(new TextEncoder().encode("litmus.fram")));
});

Deno.test("stampText() refuses what does not fit its place", () => {
  const stamp = { kind: "batch", writer: WRITER, sequence: 1, rows: 1 } as const;
  throws(() => stampText({ ...stamp, writer: "ABC" }), TypeError);
  throws(() => stampText({ ...stamp, sequence: 2 ** 48 }), TypeError);
  throws(() => stampText({ ...stamp, sequence: -1 }), TypeError);
  throws(() => stampText({ ...stamp, rows: 1.5 }), TypeError);
});

Deno.test("newWriterKey() makes keys that stamps take", () => {
  match(newWriterKey(), /^[0-9a-f]{16}$/);
  equal(new Set(Array.from({ length: 100 }, newWriterKey)).size, 100);
});

Deno.test("framePrefix() holds the continuation marker and the length", () => {
  deepEqual([...framePrefix(0x1f8)], [0xff, 0xff, 0xff, 0xff, 0xf8, 1, 0, 0]);
});
