import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { FlightServer } from "../server.ts";
import { type FlightService, SERVICE_PATH } from "../service.ts";
import {
  encodeFrame,
  encodeNumberFrame,
  encodeSettings,
  ErrorCode,
  Flag,
  FRAME_HEADER_BYTES,
  FrameType,
  PREFACE,
  readUint32,
  Setting,
} from "./frames.ts";
import { encodeHeaders, HeaderDecoder, type HeaderField } from "./hpack.ts";

interface Received {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Uint8Array;
}

const HEADERS: HeaderField[] = [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", `${SERVICE_PATH}DoAction`],
  [":authority", "station"],
  ["content-type", "application/grpc"],
  ["te", "trailers"],
];
const NO_BYTES = new Uint8Array(0);
const ANSWER_BYTES = 3000;

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

/** Answers actions, except those that wait, and never reads what is put. */
const service: FlightService = {
  async *doAction(action, { signal }) {
    if (action.type === "wait") await aborted(signal);
    yield new Uint8Array(ANSWER_BYTES);
  },
  // deno-lint-ignore require-yield
  async *doPut(_messages, { signal }) {
    await aborted(signal);
  },
};

function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Uint8Array {
  return encodeFrame({ type, flags, streamId, payload });
}

/** A gRPC message of an action of that type. */
function actionOf(type: string): Uint8Array {
  const text = new TextEncoder().encode(type);
  return Uint8Array.of(0, 0, 0, 0, text.length + 2, 0x0a, text.length, ...text);
}

function headersOf(method: string): Uint8Array {
  const path = SERVICE_PATH + method;
  return encodeHeaders(HEADERS.map((field) => field[0] === ":path" ? [":path", path] : field));
}

/** A call in two frames. */
function callOf(streamId: number, type = "x"): Uint8Array[] {
  return [
    frame(FrameType.HEADERS, Flag.END_HEADERS, streamId, encodeHeaders(HEADERS)),
    frame(FrameType.DATA, Flag.END_STREAM, streamId, actionOf(type)),
  ];
}

/** A client that sends what it is told, and no more. */
class RawClient implements Disposable {
  readonly #socket: Deno.TcpConn;
  readonly #headers = new HeaderDecoder(100_000);
  #received = NO_BYTES;

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  static async connect(port: number): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Connects and says hello. */
  static async open(port: number, settings: [number, number][] = []): Promise<RawClient> {
    const client = await RawClient.connect(port);
    await client.send(new TextEncoder().encode(PREFACE), encodeSettings(settings));
    return client;
  }

  async send(...parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      for (let sent = 0; sent < part.length;) {
        sent += await this.#socket.write(part.subarray(sent));
      }
    }
  }

  /** The next frame, or undefined at the end of the connection. */
  async next(): Promise<Received | undefined> {
    const header = await this.#take(FRAME_HEADER_BYTES);
    if (header === undefined) return undefined;
    const payload = await this.#take(header[0]! << 16 | header[1]! << 8 | header[2]!);
    if (payload === undefined) return undefined;
    return { type: header[3]!, flags: header[4]!, streamId: readUint32(header, 5), payload };
  }

  /** The next frame of the type. */
  async find(type: number): Promise<Received> {
    for (;;) {
      const received = await this.next();
      if (received === undefined) throw new Error(`The connection ended before a frame ${type}`);
      if (received.type === type) return received;
    }
  }

  /** The code of GOAWAY before the end of the connection. */
  async farewell(): Promise<number | undefined> {
    let code: number | undefined;
    for (;;) {
      const received = await this.next();
      if (received === undefined) return code;
      if (received.type === FrameType.GOAWAY) code = readUint32(received.payload, 4);
    }
  }

  /** The answer on a stream: its headers and trailers, and its data. */
  async answer(streamId: number): Promise<{ fields: Map<string, string>; frames: Uint8Array[] }> {
    const fields = new Map<string, string>();
    const frames: Uint8Array[] = [];
    for (;;) {
      const received = await this.next();
      if (received === undefined) throw new Error("The connection ended before the answer");
      const isOther = received.streamId !== streamId;
      if (received.type === FrameType.HEADERS) {
        for (const [name, value] of this.#headers.decode(received.payload)!) {
          if (!isOther) fields.set(name, value);
        }
      } else if (received.type === FrameType.DATA && !isOther) {
        frames.push(received.payload);
        await this.onData?.(received);
      }
      if (!isOther && received.type < 2 && (received.flags & Flag.END_STREAM) !== 0) {
        return { fields, frames };
      }
    }
  }

  /** What to do about data, such as granting more. */
  onData: ((received: Received) => Promise<void>) | undefined;

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  async #take(bytes: number): Promise<Uint8Array | undefined> {
    const buffer = new Uint8Array(65_536);
    while (this.#received.length < bytes) {
      const length = await this.#socket.read(buffer).catch(() => null);
      if (length === null) return undefined;
      const joined = new Uint8Array(this.#received.length + length);
      joined.set(this.#received);
      joined.set(buffer.subarray(0, length), this.#received.length);
      this.#received = joined;
    }
    const taken = this.#received.subarray(0, bytes);
    this.#received = this.#received.slice(bytes);
    return taken;
  }
}

function sizeOf(frames: readonly Uint8Array[]): number {
  return frames.reduce((sum, { length }) => sum + length, 0);
}

/** Bytes of the answer to an action: its body, its frame and protobuf headers. */
const MESSAGE_BYTES = ANSWER_BYTES + 5 + 3;

Deno.test("Connection answers a call that comes byte by byte, padded and continued", async () => {
  await using server = await FlightServer.serve(service);
  using client = await RawClient.open(server.port);
  const block = encodeHeaders(HEADERS);
  const priority = Uint8Array.of(0, 0, 0, 0, 16);
  const start = Uint8Array.of(3, ...priority, ...block.subarray(0, 10), 0, 0, 0);
  const data = actionOf("x");
  const parts = [
    frame(FrameType.PRIORITY, 0, 1, priority),
    frame(200, 7, 9, Uint8Array.of(1, 2, 3)), // a type that does not exist is ignored
    frame(FrameType.HEADERS, Flag.PADDED | Flag.PRIORITY, 1, start),
    frame(FrameType.CONTINUATION, 0, 1, block.subarray(10, 11)),
    frame(FrameType.CONTINUATION, 0, 1, NO_BYTES),
    frame(FrameType.CONTINUATION, Flag.END_HEADERS, 1, block.subarray(11)),
    frame(FrameType.DATA, Flag.PADDED, 1, Uint8Array.of(2, ...data.subarray(0, 3), 0, 0)),
    frame(FrameType.DATA, 0, 1, data.subarray(3)),
    frame(FrameType.DATA, Flag.PADDED | Flag.END_STREAM, 1, Uint8Array.of(0)),
  ];
  for (const part of parts) for (const byte of part) await client.send(Uint8Array.of(byte));
  const { fields, frames } = await client.answer(1);
  equal(fields.get(":status"), "200");
  equal(fields.get("grpc-status"), "0");
  equal(sizeOf(frames), MESSAGE_BYTES);
});

Deno.test("Connection sends no more than a window of one byte allows", async () => {
  await using server = await FlightServer.serve(service);
  using client = await RawClient.open(server.port, [[Setting.INITIAL_WINDOW_SIZE, 1]]);
  client.onData = ({ streamId, payload }) => {
    equal(payload.length, 1);
    return client.send(encodeNumberFrame(FrameType.WINDOW_UPDATE, streamId, 1));
  };
  await client.send(...callOf(1));
  equal((await client.answer(1)).frames.length, MESSAGE_BYTES);
});

Deno.test("Connection follows settings that change in the middle of a stream", async () => {
  await using server = await FlightServer.serve(service);
  using client = await RawClient.open(server.port, [[Setting.INITIAL_WINDOW_SIZE, 1000]]);
  await client.send(...callOf(1));
  equal((await client.find(FrameType.DATA)).payload.length, 1000);
  // The window is now -990: 991 more let one byte go.
  await client.send(
    encodeSettings([[Setting.INITIAL_WINDOW_SIZE, 10]]),
    encodeNumberFrame(FrameType.WINDOW_UPDATE, 1, 991),
  );
  equal((await client.find(FrameType.DATA)).payload.length, 1);
  await client.send(encodeSettings([[Setting.INITIAL_WINDOW_SIZE, 100_000]]));
  equal((await client.find(FrameType.DATA)).payload.length, MESSAGE_BYTES - 1001);
});

Deno.test("Connection goes on with trailers and other streams while a window is closed", async () => {
  await using server = await FlightServer.serve(service);
  using client = await RawClient.open(server.port, [[Setting.INITIAL_WINDOW_SIZE, 0]]);
  const flags = Flag.END_HEADERS | Flag.END_STREAM;
  await client.send(
    ...callOf(1),
    frame(FrameType.HEADERS, flags, 3, headersOf("DoNothing")),
  );
  equal((await client.answer(3)).fields.get("grpc-status"), "12");
  await client.send(encodeNumberFrame(FrameType.WINDOW_UPDATE, 1, 10_000));
  equal(sizeOf((await client.answer(1)).frames), MESSAGE_BYTES);
});

Deno.test("Connection ends a call that is reset, answers pings and lets a client leave", async () => {
  await using server = await FlightServer.serve(service);
  using client = await RawClient.open(server.port);
  await client.send(...callOf(1, "wait"));
  while (server.activeCalls === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await client.send(encodeNumberFrame(FrameType.RST_STREAM, 1, 8));
  const text = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  await client.send(frame(FrameType.PING, 0, 0, text));
  deepEqual([...(await client.find(FrameType.PING)).payload], [...text]);
  await client.send(...callOf(3), frame(FrameType.GOAWAY, 0, 0, new Uint8Array(8)));
  equal((await client.answer(3)).fields.get("grpc-status"), "0");
  equal(await client.next(), undefined);
});

Deno.test("Connection resets a stream whose request is malformed and refuses too long headers", async () => {
  await using server = await FlightServer.serve(service);
  using client = await RawClient.open(server.port);
  const flags = Flag.END_HEADERS | Flag.END_STREAM;
  const malformed: HeaderField[][] = [
    HEADERS.slice(1),
    [...HEADERS, [":path", "/late"]],
    [HEADERS[0]!, ...HEADERS],
    [...HEADERS, ["connection", "close"]],
  ];
  for (const [i, fields] of malformed.entries()) {
    await client.send(frame(FrameType.HEADERS, flags, 2 * i + 1, encodeHeaders(fields)));
    const { streamId, payload } = await client.find(FrameType.RST_STREAM);
    equal(streamId, 2 * i + 1);
    equal(readUint32(payload, 0), ErrorCode.PROTOCOL_ERROR);
  }
  const long = encodeHeaders([...HEADERS, ["x", "y".repeat(70_000)]]);
  await client.send(frame(FrameType.HEADERS, flags, 99, long));
  equal((await client.answer(99)).fields.get(":status"), "431");
});

Deno.test("Connection refuses streams beyond its limit", async () => {
  await using server = await FlightServer.serve(service);
  using client = await RawClient.open(server.port);
  for (let i = 0; i < 1001; i++) await client.send(...callOf(2 * i + 1, "wait"));
  const { streamId, payload } = await client.find(FrameType.RST_STREAM);
  equal(streamId, 2001);
  equal(readUint32(payload, 0), ErrorCode.REFUSED_STREAM);
});

const open = callOf(1, "wait")[0]!;
const half = frame(FrameType.HEADERS, 0, 1, encodeHeaders(HEADERS));
const eight = new Uint8Array(8);
const VIOLATIONS: Readonly<Record<string, readonly [number, ...Uint8Array[]]>> = {
  "data on a stream that was never opened": [1, frame(FrameType.DATA, 0, 1, eight)],
  "a stream with an even number": [1, frame(FrameType.HEADERS, 4, 2, encodeHeaders(HEADERS))],
  "a push": [1, frame(FrameType.PUSH_PROMISE, 4, 1, eight)],
  "a block that another frame interrupts": [1, half, frame(FrameType.PING, 0, 0, eight)],
  "a continuation of nothing": [1, frame(FrameType.CONTINUATION, 4, 1, eight)],
  "a ping on a stream": [1, frame(FrameType.PING, 0, 1, eight)],
  "a ping of seven bytes": [6, frame(FrameType.PING, 0, 0, new Uint8Array(7))],
  "a setting that is cut": [6, frame(FrameType.SETTINGS, 0, 0, new Uint8Array(7))],
  "a frame over the limit": [6, Uint8Array.of(0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1)],
  "frames that must not be so small": [1, encodeSettings([[Setting.MAX_FRAME_SIZE, 100]])],
  "a window over the limit": [3, encodeSettings([[Setting.INITIAL_WINDOW_SIZE, 2 ** 31]])],
  "a window that grows by nothing": [1, encodeNumberFrame(FrameType.WINDOW_UPDATE, 0, 0)],
  "a window that grows too far": [
    3,
    encodeNumberFrame(FrameType.WINDOW_UPDATE, 0, 2 ** 31 - 1),
  ],
  "a malformed header block": [9, frame(FrameType.HEADERS, 4, 1, Uint8Array.of(0x80))],
  "padding longer than its frame": [1, open, frame(FrameType.DATA, 8, 1, Uint8Array.of(9, 0))],
  "more data than its window": [
    3,
    frame(FrameType.HEADERS, Flag.END_HEADERS, 1, headersOf("DoPut")),
    ...Array.from({ length: 9 }, () => frame(FrameType.DATA, 0, 1, new Uint8Array(2 ** 20))),
  ],
};

for (const [what, [code, ...frames]] of Object.entries(VIOLATIONS)) {
  Deno.test(`Connection ends for ${what}`, async () => {
    await using server = await FlightServer.serve(service);
    using client = await RawClient.open(server.port);
    // Refused while it is sent: the rest may not get through.
    const sending = client.send(...frames).catch(() => {});
    equal(await client.farewell(), code);
    await sending;
    while (server.activeCalls > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
}

function* resets(): Generator<Uint8Array> {
  for (let id = 1;; id += 2) {
    yield frame(FrameType.HEADERS, Flag.END_HEADERS, id, encodeHeaders(HEADERS));
    yield encodeNumberFrame(FrameType.RST_STREAM, id, 8);
  }
}

function* repeated(part: Uint8Array, first: Uint8Array = NO_BYTES): Generator<Uint8Array> {
  yield first;
  for (;;) yield part;
}

const FLOODS: Readonly<Record<string, () => Generator<Uint8Array>>> = {
  resets,
  pings: () => repeated(frame(FrameType.PING, 0, 0, eight)),
  settings: () => repeated(encodeSettings([])),
  "empty data": () => repeated(frame(FrameType.DATA, 0, 1, NO_BYTES), open),
  "empty continuations": () => repeated(frame(FrameType.CONTINUATION, 0, 1, NO_BYTES), half),
  "long continuations": () =>
    repeated(frame(FrameType.CONTINUATION, 0, 1, new Uint8Array(16_000)), half),
};

for (const [what, flood] of Object.entries(FLOODS)) {
  Deno.test(`Connection ends for a flood of ${what}, and others go on`, async () => {
    await using server = await FlightServer.serve(service);
    using client = await RawClient.open(server.port);
    using other = await RawClient.open(server.port);
    const frames = flood();
    const sending = (async () => {
      for (let i = 0; i < 20_000; i++) await client.send(frames.next().value!);
    })();
    const sent = sending.catch(() => {}); // the connection is cut while it sends
    const code = await client.farewell();
    // A client that goes on to send may see the connection cut before it has read why.
    ok(code === ErrorCode.ENHANCE_YOUR_CALM || code === undefined, `${code}`);
    await other.send(...callOf(1));
    equal((await other.answer(1)).fields.get("grpc-status"), "0");
    await sent;
  });
}

Deno.test("Connection survives every damage to a session", async () => {
  await using server = await FlightServer.serve(service);
  const whole = [encodeSettings([[Setting.INITIAL_WINDOW_SIZE, 100]]), ...callOf(1), ...callOf(3)];
  const bytes = new Uint8Array(await new Blob(whole.map((part) => part.slice())).arrayBuffer());
  const preface = new TextEncoder().encode(PREFACE);
  for (let at = 0; at < bytes.length; at += 2) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1 << at % 8;
    using client = await RawClient.connect(server.port);
    await client.send(preface, damaged.subarray(0, at % 3 === 0 ? at : bytes.length));
    equal((await client.find(FrameType.SETTINGS)).streamId, 0);
  }
  using client = await RawClient.open(server.port);
  await client.send(...callOf(1));
  equal((await client.answer(1)).fields.get("grpc-status"), "0");
});
