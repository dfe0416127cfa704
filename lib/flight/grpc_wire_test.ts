import {
  deepStrictEqual as deepEqual,
  match,
  ok,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import { concatBytes } from "../base/concat_bytes.ts";
import { MessageAssembler, withHeadroom, writeFrameHeader } from "./grpc_frames.ts";
import { decodeGrpcMessage, encodeGrpcMessage } from "./grpc_message.ts";
import { parseGrpcTimeout } from "./grpc_timeout.ts";
import { MessageQueue } from "./message_queue.ts";
import { SendWindow } from "./send_window.ts";
import { GrpcStatus } from "./status.ts";

function frame(message: Uint8Array): Uint8Array {
  const chunks = withHeadroom(message);
  writeFrameHeader(chunks);
  return concatBytes(chunks);
}

Deno.test("MessageAssembler.push() finds the messages wherever the stream is cut", () => {
  const someMessages = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 });
  fc.assert(fc.property(someMessages, fc.integer({ min: 1, max: 40 }), (messages, step) => {
    const stream = concatBytes(messages.map(frame));
    const found: Uint8Array[] = [];
    const assembler = new MessageAssembler(100);
    for (let at = 0; at < stream.length; at += step) {
      assembler.push(stream.subarray(at, at + step), (message) => found.push(message));
    }
    assembler.end();
    deepEqual(found.map((message) => [...message]), messages.map((message) => [...message]));
    for (const message of found) equal((message.byteOffset + message.length) % 8, 0);
  }));
});

Deno.test("MessageAssembler.push() takes a message larger than its first reservation", () => {
  const message = new Uint8Array(9_000_001).map((_, i) => i);
  const stream = frame(message);
  const found: Uint8Array[] = [];
  const assembler = new MessageAssembler(10_000_000);
  for (let at = 0; at < stream.length; at += 65_536) {
    assembler.push(stream.subarray(at, at + 65_536), (one) => found.push(one));
  }
  equal(found.length, 1);
  ok(found[0]!.every((byte, i) => byte === message[i]));
});

Deno.test("MessageAssembler refuses what is too long, compressed, malformed or cut", () => {
  const push = (...bytes: number[]) => () =>
    new MessageAssembler(10).push(Uint8Array.from(bytes), () => {});
  throws(push(0, 0, 0, 0, 11), { code: GrpcStatus.RESOURCE_EXHAUSTED });
  throws(push(1, 0, 0, 0, 1), { code: GrpcStatus.UNIMPLEMENTED });
  throws(push(2, 0, 0, 0, 1), { code: GrpcStatus.INVALID_ARGUMENT });
  const cut = new MessageAssembler(10);
  cut.push(Uint8Array.of(0, 0, 0, 0, 2, 7), () => {});
  throws(() => cut.end(), { code: GrpcStatus.INVALID_ARGUMENT });
});

Deno.test("encodeGrpcMessage() writes printable ASCII that decodes to the text", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 100 }), (text) => {
    const encoded = encodeGrpcMessage(text);
    match(encoded, /^[\x20-\x7e]*$/);
    equal(decodeGrpcMessage(encoded), text);
  }));
  equal(encodeGrpcMessage("100 %\nü"), "100 %25%0A%C3%BC");
});

Deno.test("encodeGrpcMessage() cuts a long text between characters", () => {
  const encoded = encodeGrpcMessage("ü".repeat(5000));
  ok(encoded.length <= 4096);
  match(encoded, /^(%C3%BC)+\.\.\.$/);
});

Deno.test("decodeGrpcMessage() leaves what is not an encoding as it is", () => {
  equal(decodeGrpcMessage("50% of %zz"), "50% of %zz");
});

Deno.test("parseGrpcTimeout() reads every unit and refuses anything else", () => {
  equal(parseGrpcTimeout(undefined), undefined);
  equal(parseGrpcTimeout("2S"), 2000);
  equal(parseGrpcTimeout("150m"), 150);
  equal(parseGrpcTimeout("1M"), 60_000);
  equal(parseGrpcTimeout("5000u"), 5);
  equal(parseGrpcTimeout("99999999H"), undefined);
  for (const bad of ["", "S", "1", "123456789S", "-1S", "1s", "1 S"]) {
    throws(() => parseGrpcTimeout(bad), { code: GrpcStatus.INVALID_ARGUMENT });
  }
});

function makeQueue(highWater: number): { queue: MessageQueue<number>; log: string[] } {
  const log: string[] = [];
  const queue = new MessageQueue<number>({
    weigh: (item) => item,
    highWater,
    pause: () => log.push("pause"),
    resume: () => log.push("resume"),
  });
  return { queue, log };
}

Deno.test("MessageQueue pauses its producer at the high-water mark and resumes below it", async () => {
  const { queue, log } = makeQueue(5);
  queue.push(3);
  queue.push(3);
  queue.push(1);
  deepEqual(log, ["pause"]);
  equal((await queue.next()).value, 3);
  deepEqual(log, ["pause", "resume"]);
  queue.end();
  deepEqual(await Array.fromAsync(queue), [3, 1]);
});

Deno.test("MessageQueue.fail() comes after the items, abort() instead of them", async () => {
  const failed = makeQueue(100).queue;
  failed.push(1);
  failed.fail(new RangeError("x"));
  equal((await failed.next()).value, 1);
  await rejects(failed.next(), RangeError);
  const aborted = makeQueue(100).queue;
  const waiting = aborted.next();
  aborted.abort(() => new RangeError("y"));
  await rejects(waiting, RangeError);
});

Deno.test("MessageQueue whose reader has left drops what comes and lets the producer go on", async () => {
  const { queue, log } = makeQueue(1);
  queue.push(1);
  await queue.return();
  queue.push(1);
  deepEqual(log, ["pause", "resume"]);
  equal((await queue.next()).done, true);
});

Deno.test("SendWindow lets a writer wait until enough was taken or nothing is sent any more", async () => {
  const window = new SendWindow();
  window.add(10);
  equal(window.room(11), undefined);
  const room = window.room(5);
  ok(room);
  window.done(6);
  await room;
  const last = window.room(1);
  ok(last);
  window.close();
  await last;
  equal(window.room(1), undefined);
});
