import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { field } from "./field.ts";
import { encodeBatch, encodeSchema, END_OF_STREAM, frameBytes } from "./message_writer.ts";
import {
  EVENT_SCHEMA,
  eventBatch,
  joined,
  plainStream,
  sampleBatch,
  seeded,
  stampedMessages,
  WRITER,
} from "./sample_batches_test.ts";
import { StreamAssembler } from "./stream_assembler.ts";
import { type ByteSource, memorySource, type ScanItem, scanStream } from "./stream_scan.ts";

function scan(bytes: Uint8Array): ScanItem[] {
  return [...scanStream(memorySource(bytes))];
}

/** Items in short: the sequence of a stamped message, "end", "damage" or "torn". */
function brief(items: readonly ScanItem[]): (number | string)[] {
  return items.map((item) => {
    if (item.kind === "damage") return item.torn ? "torn" : "damage";
    return item.kind === "message" ? item.stamp?.sequence ?? item.header.kind : item.kind;
  });
}

/** Start and end of each part when they are put one behind the other. */
function spansOf(parts: readonly Uint8Array[]): { start: number; end: number }[] {
  let at = 0;
  return parts.map((part) => ({ start: at, end: at += part.byteLength }));
}

Deno.test("scanStream() yields the messages of a whole stamped stream and its end", () => {
  const parts = stampedMessages(3, 4);
  const items = scan(joined(parts));
  deepEqual(brief(items), [0, 1, 2, 3, "end"]);
  deepEqual(items.map(({ start, end }) => ({ start, end })), spansOf(parts));
});

Deno.test("scanStream() finds each flipped bit of a stamped stream and yields all other messages", () => {
  const parts = stampedMessages(3, 2);
  const bytes = joined(parts);
  const spans = spansOf(parts);
  for (let bit = 0; bit < bytes.byteLength * 8; bit++) {
    const at = bit >> 3;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
    const hit = spans.findIndex(({ end }) => at < end);
    const expected: (number | string)[] = [0, 1, 2, 3, "end"];
    expected[hit] = hit === 4 ? "torn" : "damage";
    const items = scan(bytes);
    deepEqual(brief(items), expected, `bit ${bit}`);
    deepEqual({ start: items[hit]?.start, end: items[hit]?.end }, spans[hit], `bit ${bit}`);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
  }
});

Deno.test("scanStream() loses only the cut message at each truncation, zero-filled or not", () => {
  const parts = stampedMessages(3, 40);
  const bytes = joined(parts);
  const spans = spansOf(parts);
  for (let length = 0; length < bytes.byteLength; length++) {
    const whole = spans.filter(({ end }) => end <= length).length;
    const boundary = spans.some(({ start }) => start === length);
    const expected: (number | string)[] = [0, 1, 2, 3].slice(0, whole);
    if (!boundary) expected.push("torn");
    deepEqual(brief(scan(bytes.subarray(0, length))), expected, `cut at ${length}`);
    const filled = new Uint8Array(length + 64);
    filled.set(bytes.subarray(0, length));
    const items = scan(filled);
    // Zeros may happen to be what was cut off.
    const same = items.filter(({ kind }) => kind === "message").length;
    ok(same === whole || (same === whole + 1 && length >= (spans[whole]?.end ?? 0) - 8));
    equal(items.at(-1)?.kind, "damage");
    equal(brief(items).at(-1), "torn", `filled from ${length}`);
  }
});

Deno.test("scanStream() takes eight bytes of a cut body for no end marker", () => {
  const parts = stampedMessages(1, 32);
  const bytes = joined(parts.slice(0, 2));
  // Validity bits of 32 valid rows and their padding look exactly like an end marker.
  bytes.set(END_OF_STREAM, bytes.byteLength - 16);
  deepEqual(brief(scan(bytes.subarray(0, bytes.byteLength - 8))), [0, "torn"]);
});

Deno.test("scanStream() finds what was appended behind a torn message of any length", () => {
  const [schema, first, second, third] = stampedMessages(3, 5);
  ok(schema && first && second && third);
  for (const cut of [1, 7, 13, 100, 601]) {
    const items = scan(joined([schema, first, second.subarray(0, cut), third, END_OF_STREAM]));
    deepEqual(brief(items), [0, 1, "damage", 3, "end"], `cut at ${cut}`);
  }
});

Deno.test("scanStream() yields the batches behind a damaged schema for a fallback schema", () => {
  const bytes = joined(stampedMessages(3, 4));
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  const assembler = new StreamAssembler(EVENT_SCHEMA);
  const rows = scan(bytes).flatMap((item) =>
    item.kind === "message" ? assembler.accept(item.header, item.body)?.rows ?? [] : []
  );
  deepEqual(rows, [4, 4, 4]);
});

Deno.test("scanStream() refuses a message without stamp in a stamped stream", () => {
  const parts = stampedMessages(2, 3);
  const foreign = frameBytes(encodeBatch(eventBatch(3)));
  deepEqual(brief(scan(joined([...parts.slice(0, 2), foreign, ...parts.slice(2)]))), [
    ...[0, 1, "damage", 2],
    "end",
  ]);
});

Deno.test("scanStream() starts at options.from and leaves known bodies unread", () => {
  const parts = stampedMessages(6, 4);
  const bytes = joined(parts);
  const spans = spansOf(parts);
  const reads: number[] = [];
  const source: ByteSource = {
    size: bytes.byteLength,
    read: (offset, length) => {
      reads.push(offset);
      return bytes.subarray(offset, offset + length);
    },
  };
  const items = [...scanStream(source, { skip: ({ sequence }) => sequence <= 4 })];
  deepEqual(brief(items), [0, 5, 6, "end"]);
  const bodyOf = (index: number): number => {
    const part = parts[index] ?? new Uint8Array(8);
    return (spans[index]?.start ?? 0) + 8 + new DataView(part.buffer).getUint32(4, true);
  };
  ok(!reads.includes(bodyOf(3)));
  ok(reads.includes(bodyOf(5)));
  const from = spans[3]?.start ?? 0;
  deepEqual(brief([...scanStream(source, { from })]), [3, 4, 5, 6, "end"]);
});

Deno.test("scanStream() verifies a stamp out of sequence although it is to be skipped", () => {
  const parts = stampedMessages(4, 4);
  const bytes = joined(parts);
  const text = new TextDecoder("latin1").decode(bytes);
  // Sequence 3 becomes 2: believed, the third batch would vanish without a word.
  bytes[text.indexOf("s=000000000003") + 13] = 0x32;
  const items = [...scanStream(memorySource(bytes), { skip: ({ sequence }) => sequence <= 2 })];
  deepEqual(brief(items), [0, "damage", 4, "end"]);
});

Deno.test("scanStream() goes on where a growing source was torn", () => {
  const bytes = joined(stampedMessages(3, 4));
  fc.assert(
    fc.property(fc.array(fc.nat(900), { minLength: 1, maxLength: 12 }), (steps) => {
      let size = 0;
      let from = 0;
      const seen: (number | string)[] = [];
      const source: ByteSource = {
        get size() {
          return size;
        },
        read: (offset, length) => bytes.subarray(offset, Math.min(size, offset + length)),
      };
      for (const step of [...steps, bytes.byteLength]) {
        size = Math.min(bytes.byteLength, size + step);
        for (const item of scanStream(source, { from })) {
          from = item.kind === "damage" ? item.start : item.end;
          if (item.kind !== "damage") seen.push(...brief([item]));
        }
      }
      deepEqual(seen, [0, 1, 2, 3, "end"]);
    }),
    { numRuns: 100, seed: 11 },
  );
});

Deno.test("scanStream() judges no bytes that were appended while it searched", () => {
  const bytes = joined(stampedMessages(2, 4));
  const start = bytes.byteLength - 900;
  let size = start;
  const source: ByteSource = {
    get size() {
      return size;
    },
    read: (offset, length) => {
      const read = bytes.subarray(offset, Math.min(size, offset + length));
      size = bytes.byteLength;
      return read;
    },
  };
  for (const item of scanStream(source)) {
    if (item.kind === "damage") ok(item.end <= start);
  }
});

Deno.test("scanStream() walks streams without stamps and reports what is cut or framed wrongly", () => {
  const stream = plainStream(EVENT_SCHEMA, [eventBatch(5), eventBatch(6), eventBatch(7)]);
  deepEqual(brief(scan(stream)), ["schema", "batch", "batch", "batch", "end"]);
  deepEqual(brief(scan(stream.subarray(0, stream.byteLength - 9))).at(-1), "torn");
  const second = scan(stream)[2];
  ok(second !== undefined);
  stream[second.start] = 0;
  deepEqual(brief(scan(stream)), ["schema", "batch", "damage", "batch", "end"]);
});

Deno.test("scanStream() lets a wrong body length of a foreign file swallow no message", () => {
  const schema = { fields: [field("value", "g")] };
  const batches = [1, 2, 3].map((rows) => sampleBatch(schema.fields, rows + 8, seeded(rows)));
  const stream = plainStream(schema, batches);
  const first = scan(stream)[1];
  ok(first?.kind === "message");
  const length = first.header.bodyLength;
  const view = new DataView(stream.buffer);
  const at = Array.from(
    { length: first.metadata.byteLength / 8 },
    (_, i) => first.start + 8 + i * 8,
  )
    .filter((offset) => view.getBigInt64(offset, true) === BigInt(length));
  for (const offset of at) {
    for (let bit = 3; bit < 12; bit++) {
      view.setBigInt64(offset, BigInt(length ^ (1 << bit)), true);
      const items = brief(scan(stream));
      deepEqual(items.slice(-3), ["batch", "batch", "end"], `bit ${bit}`);
    }
    view.setBigInt64(offset, BigInt(length), true);
  }
});

Deno.test("scanStream() ends a file made of false starts", () => {
  const message = frameBytes(
    encodeSchema(EVENT_SCHEMA, { kind: "schema", writer: WRITER, sequence: 0, rows: 0 }),
  );
  message[message.byteLength - 1] = 1 ^ (message.at(-1) ?? 0);
  const items = scan(joined(Array.from({ length: 3000 }, () => message)));
  deepEqual(brief(items), ["torn"]);
  deepEqual(brief(scan(new Uint8Array(1 << 20).fill(0xff))), ["torn"]);
});

Deno.test("scanStream() yields nothing for an empty source", () => {
  deepEqual(scan(new Uint8Array(0)), []);
});
