import { strictEqual as equal, throws } from "node:assert/strict";
import { decompressLz4Frame } from "./lz4_frame.ts";
import { seeded } from "./sample_batches_test.ts";
import { xxh32 } from "./xxh32.ts";

/** Twelve times "volts amps {n} volts;", as the lz4 library 1.10 packs it with all checksums. */
const FRAME = Uint8Array.fromHex(
  "04224d187c40e6000000000000000749000000d1766f6c747320616d70732030200d00113b06000213001e3113001e32" +
    "13001e3313001e3413001e3513001e3613001e3713001e3813001e3913001f31bf0001803120766f6c74733bd8dd4a" +
    "98000000005c92855c",
);
const CONTENT = Array.from({ length: 12 }, (_, n) => `volts amps ${n} volts;`).join("");

function read(frame: Uint8Array, length = CONTENT.length): string {
  const target = new Uint8Array(length);
  decompressLz4Frame(frame, target);
  return new TextDecoder().decode(target);
}

Deno.test("decompressLz4Frame() reads what the lz4 library wrote", () => {
  equal(read(FRAME), CONTENT);
});

Deno.test("decompressLz4Frame() reads blocks that are stored plain and matches that overlap themselves", () => {
  const head = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
  const plain = [3, 0, 0, 0x80, 97, 98, 99];
  // One literal, then a match of 4 + 15 + 0 bytes at distance 1; then literals alone.
  const packed = [8, 0, 0, 0, 0x1f, 120, 1, 0, 0, 0x20, 121, 122];
  equal(
    read(Uint8Array.from([...head, ...plain, ...packed, 0, 0, 0, 0]), 25),
    `abc${"x".repeat(20)}yz`,
  );
});

Deno.test("decompressLz4Frame() notices each flipped bit and each cut", () => {
  for (let bit = 0; bit < FRAME.byteLength * 8; bit++) {
    const flipped = FRAME.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    throws(() => read(flipped), { name: "InvalidDataError" }, `bit ${bit}`);
  }
  for (let length = 0; length < FRAME.byteLength; length++) {
    throws(() => read(FRAME.subarray(0, length)), { name: "InvalidDataError" }, `${length} bytes`);
  }
});

Deno.test("decompressLz4Frame() never writes more or less than was announced", () => {
  throws(() => read(FRAME, CONTENT.length - 1), /more than the announced 229 bytes/);
  throws(() => read(FRAME, CONTENT.length + 1), /230 bytes in it, wanted 231/);
});

Deno.test("decompressLz4Frame() refuses garbage blocks behind a good header", () => {
  const random = seeded(4);
  const target = new Uint8Array(500);
  for (let round = 0; round < 2000; round++) {
    const block = Uint8Array.from({ length: 40 }, () => Math.floor(random() * 256));
    const frame = Uint8Array.from([
      ...FRAME.subarray(0, 4),
      0x60,
      0x40,
      0x82,
      40,
      0,
      0,
      0,
      ...block,
    ]);
    throws(() => decompressLz4Frame(frame, target), { name: "InvalidDataError" });
  }
});

Deno.test("xxh32() gives the values of its specification", () => {
  const text = (value: string) => new TextEncoder().encode(value);
  equal(xxh32(text("")), 0x02cc5d05);
  equal(xxh32(text("abc")), 0x32d153ff);
  equal(xxh32(text("Nobody inspects the spammish repetition")), 0xe2293b2f);
});
