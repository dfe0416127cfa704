import {
  deepStrictEqual as deepEqual,
  match,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { FlightError } from "../base/errors.ts";
import type { CallRecord } from "./call_registry.ts";
import { FlightClient } from "./client.ts";
import { FlightServer, type FlightServerOptions } from "./server.ts";
import { type FlightService, SERVICE_PATH as PATH } from "./service.ts";
import { GrpcStatus } from "./status.ts";

const SMALL_BODY = new Uint8Array(65_536);

/** Answers list actions at once and gets without end, and counts what it has sent. */
class Endless implements FlightService {
  sentBytes = 0;
  readonly stopped: Promise<void>;
  #stop: () => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.stopped = promise;
    this.#stop = resolve;
  }

  async *listActions(): AsyncGenerator<{ type: string; description: string }> {
    await Promise.resolve();
    yield { type: "a", description: "" };
  }

  async *doGet(): AsyncGenerator<{ body: Uint8Array[] }> {
    try {
      for (;;) {
        await Promise.resolve();
        this.sentBytes += SMALL_BODY.length;
        yield { body: [SMALL_BODY] };
      }
    } finally {
      this.#stop();
    }
  }
}

interface RawAnswer {
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** Sends raw bytes as a request, as no well-behaved client would. */
function rawCall(port: number, path: string, headers: object, data: number[]): Promise<RawAnswer> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  const all: IncomingHttpHeaders = {};
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      ...headers,
    });
    stream.on("response", (found) => Object.assign(all, found));
    stream.on("trailers", (found) => Object.assign(all, found));
    stream.on("error", reject);
    stream.on("close", () => {
      session.destroy();
      const text = (name: string): string | undefined => all[name]?.toString();
      resolve({
        status: Number(text(":status")),
        code: text("grpc-status"),
        message: text("grpc-message"),
      });
    });
    stream.resume();
    stream.end(Uint8Array.from(data));
  });
}

const RAW_CALLS: readonly [string, string, object, number[], Partial<RawAnswer>][] = [
  ["a compressed message", PATH + "DoGet", {}, [1, 0, 0, 0, 1, 5], { code: "12" }],
  ["a message that is too long", PATH + "DoGet", {}, [0, 255, 0, 0, 1], { code: "8" }],
  ["a message that is cut", PATH + "DoGet", {}, [0, 0, 0, 0, 9, 5], { code: "3" }],
  ["a request without a message", PATH + "DoGet", {}, [], { code: "3" }],
  ["a malformed ticket", PATH + "DoGet", {}, [0, 0, 0, 0, 2, 10, 200], { code: "3" }],
  ["a malformed flag", PATH + "DoGet", {}, [7, 0, 0, 0, 0], { code: "3" }],
  ["a malformed deadline", PATH + "DoGet", { "grpc-timeout": "soon" }, [], { code: "3" }],
  ["an unknown method", PATH + "DoNothing", {}, [], { code: "12" }],
  ["a path with a name of all objects", PATH + "constructor", {}, [], { code: "12" }],
  ["another service", "/other.Service/DoGet", {}, [], { code: "12" }],
  ["another content type", PATH + "DoGet", { "content-type": "text/html" }, [], { status: 415 }],
  ["another HTTP method", PATH + "DoGet", { ":method": "PUT" }, [], { status: 405 }],
];

for (const [what, path, headers, data, expected] of RAW_CALLS) {
  Deno.test(`FlightServer answers ${what} by a status`, async () => {
    await using server = await FlightServer.serve(new Endless());
    const answer = await rawCall(server.port, path, headers, data);
    for (const [name, value] of Object.entries(expected)) {
      equal(answer[name as keyof RawAnswer], value);
    }
  });
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve());
    socket.resume();
  });
}

Deno.test("FlightServer closes a connection that sends garbage and goes on with the others", async () => {
  await using server = await FlightServer.serve(new Endless());
  await using client = await FlightClient.connect(server.location);
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (const garbage of ["GET / HTTP/1.1\r\n\r\n", "\0".repeat(100), preface + "x".repeat(200)]) {
    const socket = connectTcp(server.port, "127.0.0.1");
    const end = closed(socket);
    socket.write(garbage);
    await end;
    equal((await Array.fromAsync(client.listActions())).length, 1);
  }
});

Deno.test("FlightServer closes connections beyond its limit", async () => {
  await using server = await FlightServer.serve(new Endless(), { maxConnections: 1 });
  await using client = await FlightClient.connect(server.location);
  await Array.fromAsync(client.listActions());
  await closed(connectTcp(server.port, "127.0.0.1"));
  equal((await Array.fromAsync(client.listActions())).length, 1);
});

Deno.test("FlightServer refuses calls beyond its limit and takes new ones after that", async () => {
  await using server = await FlightServer.serve(new Endless(), { maxConcurrentCalls: 1 });
  await using client = await FlightClient.connect(server.location);
  const first = client.doGetMessages("x");
  await first.next();
  await rejects(Array.fromAsync(client.listActions()), {
    name: "LimitError",
    message: "1 calls are under way, which is the limit: try again later",
  });
  await first.return();
  while (server.activeCalls > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  equal((await Array.fromAsync(client.listActions())).length, 1);
});

/** An HTTP/2 frame. */
function rawFrame(type: number, flags: number, stream: number, payload: number[]): Uint8Array {
  return Uint8Array.from([0, 0, payload.length, type, flags, 0, 0, 0, stream, ...payload]);
}

/** A header field in HPACK's literal form. */
function rawHeader(name: string, value: string): number[] {
  const encode = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  return [0, ...encode(name), ...encode(value)];
}

Deno.test("FlightServer bounds what it sends to a client that grants all and reads nothing", async () => {
  const service = new Endless();
  await using server = await FlightServer.serve(service);
  const socket = connectTcp(server.port, "127.0.0.1");
  socket.pause();
  const headers = [
    ...rawHeader(":method", "POST"),
    ...rawHeader(":scheme", "http"),
    ...rawHeader(":path", PATH + "DoGet"),
    ...rawHeader(":authority", "x"),
    ...rawHeader("content-type", "application/grpc"),
  ];
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.write(rawFrame(4, 0, 0, [0, 4, 0x7f, 0xff, 0xff, 0xff]));
  socket.write(rawFrame(8, 0, 0, [0x7f, 0xff, 0, 0]));
  socket.write(rawFrame(1, 4, 1, headers));
  socket.write(rawFrame(0, 1, 1, [0, 0, 0, 0, 0]));
  while (service.sentBytes === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  // Stands still: twice the same count in a row.
  let before = -1;
  while (before !== service.sentBytes) {
    before = service.sentBytes;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  ok(service.sentBytes < 64 * 1024 * 1024, `sent ${service.sentBytes}`);
  socket.destroy();
  await service.stopped;
});

Deno.test("FlightServer bounds what it takes ahead of a handler that does not read", async () => {
  let seen = 0;
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  await using server = await FlightServer.serve({
    async *doPut(messages, { signal }) {
      for await (const _message of messages) {
        seen++;
        if (!signal.aborted) {
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        }
        stop();
        return;
      }
      yield new Uint8Array(0);
    },
  });
  await using client = await FlightClient.connect(server.location);
  const writer = client.doPut({ type: "path", path: ["x"] });
  let written = 0;
  const writing = (async () => {
    for (; written < 200; written++) await writer.write({ body: [new Uint8Array(1024 * 1024)] });
  })();
  writing.catch(() => {});
  let before = -1;
  while (before !== written) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  ok(written < 64, `written ${written}`);
  equal(seen, 1);
  writer.cancel();
  await rejects(writing, { code: GrpcStatus.CANCELLED });
  await stopped;
});

Deno.test("FlightServer answers a put that it refuses while the client still sends", async () => {
  await using server = await FlightServer.serve({
    // deno-lint-ignore require-yield
    async *doPut(messages) {
      for await (const _message of messages) throw new RangeError("The batch is refused");
    },
  });
  await using client = await FlightClient.connect(server.location);
  const writer = client.doPut({ type: "path", path: ["x"] });
  await rejects(async () => {
    for (;;) await writer.write({ body: [new Uint8Array(1024 * 1024)] });
  }, { code: GrpcStatus.INVALID_ARGUMENT, message: "The batch is refused" });
  await rejects(writer.close(), { message: "The batch is refused" });
});

Deno.test("FlightServer checks each call by authorize() and tells it who calls", async () => {
  const seen: string[] = [];
  const options: FlightServerOptions = {
    authorize: (context) => {
      seen.push(`${context.method} ${context.authority} ${context.origin ?? "no origin"}`);
      match(context.peer, /^127\.0\.0\.1:\d+$/);
      if (context.metadata.get("authorization") === "Bearer right") return;
      throw new FlightError("The token is wrong", { code: GrpcStatus.UNAUTHENTICATED });
    },
  };
  await using server = await FlightServer.serve(new Endless(), options);
  await using wrong = await FlightClient.connect(server.location, { token: "wrong" });
  await rejects(Array.fromAsync(wrong.listActions()), { code: GrpcStatus.UNAUTHENTICATED });
  await using right = await FlightClient.connect(server.location, {
    token: "right",
    headers: { origin: "http://evil" },
  });
  equal((await Array.fromAsync(right.listActions())).length, 1);
  const host = `127.0.0.1:${server.port}`;
  deepEqual(seen, [`ListActions ${host} no origin`, `ListActions ${host} http://evil`]);
});

Deno.test("FlightServer.shutdown() lets calls end and refuses new ones", async () => {
  const records: CallRecord[] = [];
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const server = await FlightServer.serve({
    async *doAction() {
      yield Uint8Array.of(1);
      await gate;
      yield Uint8Array.of(2);
    },
  }, { onCall: (record) => records.push(record) });
  await using client = await FlightClient.connect(server.location);
  const answers = client.doAction("x");
  await answers.next();
  const stopped = server.shutdown(10_000);
  await rejects(Array.fromAsync(client.doAction("y")), { code: GrpcStatus.UNAVAILABLE });
  open();
  deepEqual((await answers.next()).value?.[0], 2);
  equal((await answers.next()).done, true);
  await stopped;
  equal(records.find((record) => record.code === GrpcStatus.OK)?.method, "DoAction");
});

Deno.test("FlightServer.shutdown() aborts what has not ended in time", async () => {
  const service = new Endless();
  const server = await FlightServer.serve(service);
  await using client = await FlightClient.connect(server.location);
  const messages = client.doGetMessages("x");
  await messages.next();
  const reading = Array.fromAsync(messages, () => 0);
  await Promise.all([
    rejects(reading, { code: GrpcStatus.UNAVAILABLE, message: "The server is shutting down" }),
    server.shutdown(50),
  ]);
  await service.stopped;
  equal(server.activeCalls, 0);
});

Deno.test("FlightServer serves 100 streams on each of 10 connections", async () => {
  await using server = await FlightServer.serve({
    async *doGet(ticket) {
      await Promise.resolve();
      for (let i = 0; i < 5; i++) yield { header: ticket, body: [SMALL_BODY] };
    },
  });
  const clients = await Promise.all(
    Array.from({ length: 10 }, () => FlightClient.connect(server.location)),
  );
  const counts = await Promise.all(
    clients.flatMap((client) =>
      Array.from({ length: 100 }, async (_, i) => {
        let count = 0;
        for await (const { header, body } of client.doGetMessages(`${i}`)) {
          equal(new TextDecoder().decode(header), `${i}`);
          count += body.length;
        }
        return count;
      })
    ),
  );
  ok(counts.every((count) => count === 5 * SMALL_BODY.length));
  for (const client of clients) client.close();
});

Deno.test("FlightServer goes on with a stream while others of its connection are not read", async () => {
  const part = new Uint8Array(1024 * 1024);
  await using server = await FlightServer.serve({
    async *doGet() {
      await Promise.resolve();
      for (let i = 0; i < 40; i++) yield { body: [part] };
    },
  });
  await using client = await FlightClient.connect(server.location);
  const left = Array.from({ length: 10 }, () => client.doGetMessages("left"));
  await Promise.all(left.map((messages) => messages.next()));
  let count = 0;
  for await (const { body } of client.doGetMessages("read")) count += body.length;
  equal(count, 40 * part.length);
  for (const messages of left) await messages.return();
});

Deno.test("FlightServer.serve() names an address that it cannot have", async () => {
  await using server = await FlightServer.serve({});
  await rejects(FlightServer.serve({}, { port: server.port }), {
    name: "DaemonError",
    message: new RegExp(`^Listening on 127\\.0\\.0\\.1:${server.port} failed`),
  });
});

Deno.test("FlightServer survives a header of the service that HTTP/2 cannot carry", async () => {
  await using server = await FlightServer.serve({
    async *listActions(context) {
      context.responseHeaders.set("bad\nname", "x");
      await Promise.resolve();
      yield { type: "a", description: "" };
    },
  });
  await using client = await FlightClient.connect(server.location);
  await rejects(Array.fromAsync(client.listActions()), FlightError);
  await rejects(Array.fromAsync(client.doAction("x")), { code: GrpcStatus.UNIMPLEMENTED });
});
