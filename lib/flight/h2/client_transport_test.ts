import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import type { FlightError } from "../../base/errors.ts";
import { FlightClient } from "../client.ts";
import type { FlightClientOptions } from "../client_channel.ts";
import { GrpcStatus } from "../status.ts";
import {
  encodeFrame,
  encodeNumberFrame,
  encodeSettings,
  ErrorCode,
  Flag,
  FrameType,
  PREFACE,
  Setting,
  writeUint32,
} from "./frames.ts";
import { FrameReader } from "./frame_reader.ts";
import { encodeHeaders, HeaderDecoder, type HeaderField } from "./hpack.ts";

/** A request as a server sees it. */
interface Request {
  readonly streamId: number;
  readonly headers: ReadonlyMap<string, string>;
}

/** One connection to a scripted server. */
class RawConnection {
  readonly #socket: Deno.TcpConn;
  readonly #headers = new HeaderDecoder(100_000);
  #isClosed = false;
  readonly requests: Request[] = [];
  /** Numbers of streams that the client has reset. */
  readonly resets: number[] = [];

  constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  async run(onRequest: (request: Request) => Promise<void>): Promise<void> {
    const reader = new FrameReader(
      {
        onData: () => {},
        onFrame: ({ type, streamId, payload }) => {
          if (type === FrameType.RST_STREAM) this.resets.push(streamId);
          if (type !== FrameType.HEADERS) return;
          const request = { streamId, headers: new Map(this.#headers.decode(payload)!) };
          this.requests.push(request);
          void onRequest(request);
        },
      },
      1 << 24,
      true,
    );
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const length = await this.#socket.read(buffer);
        if (length === null) break;
        reader.push(buffer.subarray(0, length));
      }
    } catch (error) {
      if (!this.#isClosed && !(error instanceof Deno.errors.ConnectionReset)) throw error;
    } finally {
      this.close();
    }
  }

  async send(...frames: readonly Uint8Array[]): Promise<void> {
    for (const frame of frames) {
      for (let sent = 0; sent < frame.length;) {
        sent += await this.#socket.write(frame.subarray(sent));
      }
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}

type Play = (connection: RawConnection, request: Request) => Promise<void>;

/** Runs a client against a server that greets by `hello` and plays a script for each request. */
async function withScript(
  play: Play,
  work: (client: FlightClient, connections: RawConnection[]) => Promise<void>,
  { hello = [encodeSettings([])], ...options }: FlightClientOptions & {
    readonly hello?: readonly Uint8Array[];
  } = {},
): Promise<void> {
  const connections: RawConnection[] = [];
  const running: Promise<void>[] = [];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const socket of listener) {
      const connection = new RawConnection(socket);
      connections.push(connection);
      await connection.send(...hello);
      running.push(connection.run((request) => play(connection, request)));
    }
  })();
  try {
    await using client = await FlightClient.connect(
      `grpc://127.0.0.1:${listener.addr.port}`,
      options,
    );
    await work(client, connections);
  } finally {
    listener.close();
    await accepting;
    for (const connection of connections) connection.close();
    await Promise.all(running);
  }
}

const OK_HEADERS: HeaderField[] = [[":status", "200"], ["content-type", "application/grpc"]];
const NO_BYTES = new Uint8Array(0);

function headers(streamId: number, fields: readonly HeaderField[], isLast = false): Uint8Array {
  const flags = Flag.END_HEADERS | (isLast ? Flag.END_STREAM : 0);
  return encodeFrame({ type: FrameType.HEADERS, flags, streamId, payload: encodeHeaders(fields) });
}

/** An answer with an empty message. */
function message(streamId: number, length = 0): Uint8Array {
  const payload = new Uint8Array(5);
  writeUint32(payload, 1, length);
  return encodeFrame({ type: FrameType.DATA, flags: 0, streamId, payload });
}

const trailers = (streamId: number): Uint8Array => headers(streamId, [["grpc-status", "0"]], true);

function goAway(lastStreamId: number): Uint8Array {
  const payload = new Uint8Array(8);
  writeUint32(payload, 0, lastStreamId);
  return encodeFrame({ type: FrameType.GOAWAY, flags: 0, streamId: 0, payload });
}

const answer: Play = (connection, { streamId }) =>
  connection.send(headers(streamId, OK_HEADERS), message(streamId), trailers(streamId));

const actions = (client: FlightClient): Promise<Uint8Array[]> =>
  Array.fromAsync(client.doAction("x"));

/** What a server answers, and the code that a client makes of it. */
const ENDS: Readonly<Record<string, readonly [code: number, play: Play]>> = {
  "a page of HTTP": [
    GrpcStatus.UNAVAILABLE,
    (connection, { streamId }) => connection.send(headers(streamId, [[":status", "503"]], true)),
  ],
  "text instead of messages": [
    GrpcStatus.UNKNOWN,
    (connection, { streamId }) =>
      connection.send(headers(streamId, [[":status", "200"], ["content-type", "text/html"]], true)),
  ],
  "a page of HTTP that does not end": [
    GrpcStatus.UNAVAILABLE,
    (connection, { streamId }) => connection.send(headers(streamId, [[":status", "503"]])),
  ],
  "no status": [
    GrpcStatus.INTERNAL,
    (connection, { streamId }) =>
      connection.send(
        headers(streamId, OK_HEADERS),
        encodeFrame({ type: FrameType.DATA, flags: Flag.END_STREAM, streamId, payload: NO_BYTES }),
      ),
  ],
  "a message that is cut": [
    GrpcStatus.INTERNAL,
    (connection, { streamId }) =>
      connection.send(headers(streamId, OK_HEADERS), message(streamId, 9), trailers(streamId)),
  ],
  "a message beyond the limit": [
    GrpcStatus.RESOURCE_EXHAUSTED,
    (connection, { streamId }) =>
      connection.send(headers(streamId, OK_HEADERS), message(streamId, 2000)),
  ],
  "a refused stream": [
    GrpcStatus.UNAVAILABLE,
    (connection, { streamId }) =>
      connection.send(encodeNumberFrame(FrameType.RST_STREAM, streamId, ErrorCode.REFUSED_STREAM)),
  ],
  "a cancelled stream": [
    GrpcStatus.CANCELLED,
    (connection, { streamId }) =>
      connection.send(encodeNumberFrame(FrameType.RST_STREAM, streamId, ErrorCode.CANCEL)),
  ],
  "a broken protocol": [
    GrpcStatus.UNAVAILABLE,
    (connection) => connection.send(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n")),
  ],
  "the end of the connection in the middle": [
    GrpcStatus.UNAVAILABLE,
    async (connection, { streamId }) => {
      await connection.send(headers(streamId, OK_HEADERS), message(streamId));
      connection.close();
    },
  ],
};

for (const [what, [code, play]] of Object.entries(ENDS)) {
  Deno.test(`Http2ClientTransport makes a status of ${what}`, () =>
    withScript(play, async (client) => {
      await rejects(actions(client), (error: FlightError & { cause?: FlightError }) => {
        equal(error.code ?? error.cause?.code, code, error.message);
        return true;
      });
    }, { maxMessageBytes: 1000 }));
}

Deno.test("Http2ClientTransport gives its calls one connection, and a new one after it ended", () =>
  withScript(answer, async (client, connections) => {
    for (let i = 0; i < 3; i++) equal((await actions(client)).length, 1);
    equal(connections.length, 1);
    connections[0]!.close();
    let code: number | undefined = GrpcStatus.UNAVAILABLE;
    // A call may go out before the end of the connection is known.
    while (code === GrpcStatus.UNAVAILABLE) {
      code = await actions(client).then(() => undefined, (error) => error.code);
    }
    equal(code, undefined);
    equal(connections.length, 2);
  }));

Deno.test("Http2ClientTransport lets calls end that a leaving server took, and makes others anew", () =>
  withScript(async (connection, request) => {
    const { streamId } = request;
    if (streamId === 1) return; // answered below
    if (streamId === 3 && connection.requests.length === 2) {
      await connection.send(goAway(1), headers(1, OK_HEADERS), message(1), trailers(1));
    } else await answer(connection, request);
  }, async (client, connections) => {
    const first = actions(client);
    await rejects(actions(client), { code: GrpcStatus.UNAVAILABLE });
    equal((await first).length, 1);
    const third = client.doAction("x").next();
    while (connections.length < 2 || connections[1]!.requests.length < 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await answer(connections[1]!, connections[1]!.requests[0]!);
    equal((await third).done, false);
  }));

Deno.test("Http2ClientTransport opens no more streams than the server allows", () => {
  let open = 0, most = 0;
  return withScript(async (connection, { streamId }) => {
    most = Math.max(most, ++open);
    await connection.send(headers(streamId, OK_HEADERS), message(streamId));
    await new Promise((resolve) => setTimeout(resolve, 5));
    open--;
    await connection.send(trailers(streamId));
  }, async (client, connections) => {
    await actions(client); // the settings have come with it
    await Promise.all(Array.from({ length: 9 }, () => actions(client)));
    equal(connections[0]!.requests.length, 10);
    ok(most <= 2, `${most} at once`);
  }, { hello: [encodeSettings([[Setting.MAX_CONCURRENT_STREAMS, 2]])] });
});

Deno.test("Http2ClientTransport keeps calls that it cannot place before the server has spoken", () => {
  let hasSpoken = false;
  return withScript(async (connection, request) => {
    if (hasSpoken) await answer(connection, request);
  }, async (client, connections) => {
    const calls = Array.from({ length: 150 }, () => actions(client));
    while (connections.length < 1 || connections[0]!.requests.length < 100) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const [connection] = connections as [RawConnection];
    const early = connection.requests.slice();
    equal(early.length, 100);
    hasSpoken = true;
    await connection.send(encodeSettings([]));
    for (const request of early) await answer(connection, request);
    equal((await Promise.all(calls)).length, 150);
  }, { hello: [] });
});

Deno.test("Http2ClientTransport takes a call back before the server has heard of it", () =>
  withScript(answer, async (client, connections) => {
    await actions(client);
    const long = actions(client);
    client.doPut({ type: "path", path: ["x"] }).cancel();
    equal((await long).length, 1);
    equal((await actions(client)).length, 1);
    deepEqual(connections[0]!.requests.map(({ streamId }) => streamId), [1, 3, 7]);
    deepEqual(connections[0]!.resets, []);
  }));

Deno.test("Http2ClientTransport ends the one call whose caller throws at its headers", () =>
  withScript(answer, async (client, connections) => {
    const onHeaders = (): void => {
      throw new RangeError("not these");
    };
    const other = actions(client);
    await rejects(Array.fromAsync(client.doAction("x", "", { onHeaders })), /not these/);
    equal((await other).length, 1);
    equal((await actions(client)).length, 1);
    equal(connections.length, 1);
  }));

Deno.test("Http2ClientTransport tells the server of deadlines, and resets what it leaves", () =>
  withScript(async (connection, { streamId }) => {
    await connection.send(headers(streamId, OK_HEADERS), message(streamId));
  }, async (client, connections) => {
    await rejects(Array.fromAsync(client.doAction("x", "", { timeoutMillis: 30 })), /deadline/);
    for await (const _answer of client.doAction("x")) break;
    const { requests, resets } = connections[0]!;
    while (resets.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    deepEqual(resets, [1, 3]);
    equal(requests[0]!.headers.get("grpc-timeout"), "30m");
    equal(requests[1]!.headers.has("grpc-timeout"), false);
    equal(requests[1]!.headers.get("te"), "trailers");
  }));

Deno.test("Http2ClientTransport sends no header that HTTP/2 cannot carry, and does not repeat it", () =>
  withScript(answer, async (client) => {
    for (const headers of [{ "x": "a\nb-secret" }, { ":path": "b-secret" }, { "ü": "b-secret" }]) {
      await rejects(
        Array.fromAsync(client.doAction("x", "", { headers })),
        (error: Error) => error instanceof TypeError && !error.message.includes("b-secret"),
      );
    }
    equal((await actions(client)).length, 1);
  }));

Deno.test("Http2ClientTransport sends no message beyond the limit", () =>
  withScript(answer, async (client) => {
    await rejects(Array.fromAsync(client.doAction("x", new Uint8Array(2000))), /at most 1000/);
    equal((await actions(client)).length, 1);
  }, { maxMessageBytes: 1000 }));

/** Runs a script against a location in a process of its own; one that does not end by itself fails. */
async function runAlone(script: string, location: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net=127.0.0.1", "--ext=ts", "-", location],
    stdin: "piped",
    stdout: "piped",
    cwd: import.meta.dirname!,
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(
    `import { FlightClient } from "${import.meta.resolve("../client.ts")}";
    const client = await FlightClient.connect(Deno.args[0]);
    ${script}`,
  ));
  await writer.close();
  const limit = setTimeout(() => child.kill(), 15_000); // less than what the client waits itself
  const { code, stdout } = await child.output();
  clearTimeout(limit);
  equal(code, 0);
  return new TextDecoder().decode(stdout);
}

Deno.test("A process with an open client and no call ends by itself", () =>
  withScript(answer, async ({ location }, connections) => {
    const before = connections.length;
    const script = `for await (const answer of client.doAction("x")) console.log(answer.length);`;
    equal(await runAlone(script, location), "0\n");
    equal(connections.length, before + 1);
  }));

Deno.test("A process ends by itself while a server does not answer to its greeting", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const script = `await client.doAction("x", "", { timeoutMillis: 300 }).next()
    .catch((error) => console.log(error.name));`;
  equal(await runAlone(script, `grpc+tls://127.0.0.1:${listener.addr.port}`), "LimitError\n");
});

Deno.test("The preface stands before everything that a client sends", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using client = await FlightClient.connect(`grpc://127.0.0.1:${listener.addr.port}`);
  const call = actions(client);
  const socket = await listener.accept();
  const start = new Uint8Array(PREFACE.length);
  for (let at = 0; at < start.length;) at += await socket.read(start.subarray(at)) ?? 0;
  equal(new TextDecoder().decode(start), PREFACE);
  socket.close();
  listener.close();
  await rejects(call, { code: GrpcStatus.UNAVAILABLE });
});
