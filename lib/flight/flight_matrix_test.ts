import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { FlightError, NotFoundError } from "../base/errors.ts";
import type { CallRecord } from "./call_registry.ts";
import { FlightClient } from "./client.ts";
import type { FlightCallOptions } from "./client_channel.ts";
import type { FlightInfo } from "./messages.ts";
import { FlightServer } from "./server.ts";
import type { CallContext, FlightPayload, FlightService } from "./service.ts";
import { GrpcStatus } from "./status.ts";

/**
 * RPC x {ok, error before, error mid-stream, client aborts}: the request names the behaviour, and
 * one scripted service plays it for every RPC.
 */

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}

class Script {
  readonly records: CallRecord[] = [];
  /** Names of calls whose stream ran its finally after an abort. */
  readonly cleanups: string[] = [];
  #wakes: (() => void)[] = [];
  readonly #hanging = Promise.withResolvers<void>();

  /** Resolves once a call hangs. */
  get hanging(): Promise<void> {
    return this.#hanging.promise;
  }

  async *play<T>(mode: string, context: CallContext, item: (i: number) => T): AsyncGenerator<T> {
    if (mode === "before") throw new NotFoundError("No such flight: nothing");
    try {
      yield item(0);
      yield item(1);
      if (mode === "mid") throw new FlightError("Broke half way", { code: GrpcStatus.DATA_LOSS });
      if (mode === "hang") {
        this.#hanging.resolve();
        await aborted(context.signal);
      }
    } finally {
      this.cleanups.push(`${context.method} ${mode}`);
    }
  }

  async single<T>(mode: string, context: CallContext, item: T): Promise<T> {
    for await (const answer of this.play(mode, context, () => item)) void answer;
    return item;
  }

  onCall(record: CallRecord): void {
    this.records.push(record);
    for (const wake of this.#wakes.splice(0)) wake();
  }

  async record(method: string): Promise<CallRecord> {
    for (;;) {
      const found = this.records.find((record) => record.method === method);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#wakes.push(resolve));
    }
  }
}

const info = (mode: string): FlightInfo => ({
  schema: bytes("schema"),
  descriptor: { type: "path", path: [mode] },
  endpoints: [{
    ticket: bytes(mode),
    locations: [],
    appMetadata: bytes("e"),
    expirationMicros: 1_700_000_000_123_456,
  }],
  totalRecords: 7,
  totalBytes: -1,
  ordered: true,
  appMetadata: bytes("m"),
});

const payload = (i: number): FlightPayload => ({
  header: bytes(`h${i}`),
  appMetadata: bytes(`a${i}`),
  body: [new Uint8Array(16).fill(i), new Uint8Array(100_000).fill(i)],
});

function modeOf(descriptor: FlightInfo["descriptor"]): string {
  return descriptor?.type === "path" ? descriptor.path[0]! : text(descriptor!.command);
}

function scriptedService(script: Script): FlightService {
  const play = script.play.bind(script);
  return {
    async *handshake(requests, context) {
      for await (const { payload } of requests) {
        const mode = text(payload).includes("before") ? "before" : "ok";
        context.responseHeaders.set("authorization", "Bearer sesame");
        yield* play(mode, context, () => ({ protocolVersion: 0, payload: bytes("sesame") }));
      }
    },
    listFlights: (criteria, context) => play(text(criteria), context, (i) => info(`${i}`)),
    getFlightInfo: (descriptor, context) =>
      script.single(modeOf(descriptor), context, info(modeOf(descriptor))),
    pollFlightInfo: (descriptor, context) =>
      script.single(modeOf(descriptor), context, {
        info: info("x"),
        descriptor,
        progress: 0.5,
        expirationMicros: 1_000_001,
      }),
    getSchema: (descriptor, context) => script.single(modeOf(descriptor), context, bytes("schema")),
    doGet: (ticket, context) => play(text(ticket), context, payload),
    async *doPut(messages, context) {
      for await (const { descriptor, body } of messages) {
        yield* play(modeOf(descriptor), context, (i) => bytes(`${body.length}-${i}`));
      }
    },
    async *doExchange(messages, context) {
      for await (const { descriptor } of messages) {
        yield* play(modeOf(descriptor), context, payload);
      }
    },
    doAction: (action, context) => play(action.type, context, (i) => bytes(`${i}`)),
    async *listActions(context) {
      const mode = context.metadata.get("x-mode") ?? "ok";
      yield* play(mode, context, (i) => ({ type: `${i}`, description: mode }));
    },
  };
}

/** Runs an RPC in a mode and gives the answers that came, by a callback to see them before an error. */
type Run = (
  client: FlightClient,
  mode: string,
  options: FlightCallOptions,
  seen: (answer: unknown) => void,
) => Promise<void>;

async function each<T>(answers: AsyncIterable<T>, seen: (answer: T) => void): Promise<void> {
  for await (const answer of answers) seen(answer);
}

const STREAMS: Record<string, Run> = {
  ListFlights: (client, mode, options, seen) => each(client.listFlights(mode, options), seen),
  DoGet: (client, mode, options, seen) => each(client.doGetMessages(mode, options), seen),
  DoPut: async (client, mode, options, seen) => {
    await using writer = client.doPut({ type: "path", path: [mode] }, options);
    await writer.write(payload(3));
    writer.end();
    await each(writer.results, seen);
  },
  DoExchange: async (client, mode, options, seen) => {
    await using writer = client.doExchange({ type: "path", path: [mode] }, options);
    await writer.write(payload(3));
    writer.end();
    await each(writer.results, seen);
  },
  DoAction: (client, mode, options, seen) => each(client.doAction(mode, "", options), seen),
  ListActions: (client, mode, options, seen) =>
    each(client.listActions({ ...options, headers: { "x-mode": mode } }), seen),
};

const UNARY: Record<string, Run> = {
  GetFlightInfo: async (client, mode, options, seen) =>
    seen(await client.getFlightInfo({ type: "path", path: [mode] }, options)),
  PollFlightInfo: async (client, mode, options, seen) =>
    seen(await client.pollFlightInfo({ type: "command", command: bytes(mode) }, options)),
  GetSchema: async (client, mode, options, seen) =>
    seen(await client.getSchema({ type: "path", path: [mode] }, options)),
};

async function withPair(
  body: (client: FlightClient, script: Script) => Promise<void>,
): Promise<void> {
  const script = new Script();
  await using server = await FlightServer.serve(scriptedService(script), {
    onCall: (record) => script.onCall(record),
  });
  await using client = await FlightClient.connect(server.location);
  await body(client, script);
}

for (const [method, run] of Object.entries({ ...STREAMS, ...UNARY })) {
  const isStream = method in STREAMS;

  Deno.test(`${method} answers`, () =>
    withPair(async (client, script) => {
      const answers: unknown[] = [];
      await run(client, "ok", {}, (answer) => answers.push(answer));
      equal(answers.length, isStream ? 2 : 1);
      const record = await script.record(method);
      equal(record.code, GrpcStatus.OK);
      ok(record.bytesOut > 0);
      deepEqual(script.cleanups, [`${method} ok`]);
    }));

  Deno.test(`${method} that fails before its first answer throws the matching class`, () =>
    withPair(async (client, script) => {
      const answers: unknown[] = [];
      await rejects(run(client, "before", {}, (answer) => answers.push(answer)), {
        name: "NotFoundError",
        message: "No such flight: nothing",
      });
      equal(answers.length, 0);
      equal((await script.record(method)).code, GrpcStatus.NOT_FOUND);
    }));

  Deno.test(`${method} that fails in the middle throws`, () =>
    withPair(async (client, script) => {
      const answers: unknown[] = [];
      await rejects(run(client, "mid", {}, (answer) => answers.push(answer)), {
        name: "FlightError",
        code: GrpcStatus.DATA_LOSS,
        message: "Broke half way",
      });
      equal(answers.length, isStream ? 2 : 0);
      equal((await script.record(method)).code, GrpcStatus.DATA_LOSS);
    }));

  Deno.test(`${method} that the client aborts ends on both sides`, () =>
    withPair(async (client, script) => {
      const controller = new AbortController();
      const reason = new Error("Enough");
      let answers = 0;
      if (!isStream) void script.hanging.then(() => controller.abort(reason));
      await rejects(
        run(client, "hang", { signal: controller.signal }, () => {
          if (++answers === 2) controller.abort(reason);
        }),
        reason,
      );
      equal((await script.record(method)).code, GrpcStatus.CANCELLED);
      deepEqual(script.cleanups, [`${method} hang`]);
    }));

  Deno.test(`${method} ends on both sides when the client is closed`, () =>
    withPair(async (client, script) => {
      const hanging = run(client, "hang", {}, () => client.close());
      if (!isStream) void script.hanging.then(() => client.close());
      await rejects(hanging, { code: GrpcStatus.CANCELLED });
      equal((await script.record(method)).code, GrpcStatus.CANCELLED);
      deepEqual(script.cleanups, [`${method} hang`]);
    }));

  Deno.test(`${method} ends at its deadline`, () =>
    withPair(async (client, script) => {
      await rejects(run(client, "hang", { timeoutMillis: 500 }, () => {}), { name: "LimitError" });
      const { code } = await script.record(method);
      ok(code === GrpcStatus.DEADLINE_EXCEEDED || code === GrpcStatus.CANCELLED);
    }));

  Deno.test(`${method} that the service lacks answers UNIMPLEMENTED`, async () => {
    await using server = await FlightServer.serve({});
    await using client = await FlightClient.connect(server.location);
    await rejects(run(client, "ok", {}, () => {}), { code: GrpcStatus.UNIMPLEMENTED });
  });
}

Deno.test("Handshake gives a token that later calls carry", () =>
  withPair(async (client) => {
    equal(await client.handshake("someone", "secret"), "sesame");
    await rejects(client.handshake("before", "x"), NotFoundError);
  }));

Deno.test("Flight infos and polls arrive as they were sent", () =>
  withPair(async (client) => {
    deepEqual(
      normalise(await client.getFlightInfo({ type: "path", path: ["ok"] })),
      normalise(info("ok")),
    );
    const poll = await client.pollFlightInfo({ type: "command", command: bytes("ok") });
    equal(poll.progress, 0.5);
    equal(poll.expirationMicros, 1_000_001);
    equal(modeOf(poll.descriptor), "ok");
  }));

/** Node's Buffers and arrays compare as different types. */
function normalise(value: FlightInfo): unknown {
  return JSON.parse(
    JSON.stringify(
      value,
      (_key, item) =>
        item instanceof Uint8Array || item?.type === "Buffer" ? [...(item.data ?? item)] : item,
    ),
  );
}

Deno.test("DoGet bodies arrive whole and aligned", () =>
  withPair(async (client) => {
    const messages = await Array.fromAsync(client.doGetMessages("ok"));
    for (const [i, message] of messages.entries()) {
      equal(text(message.header), `h${i}`);
      equal(text(message.appMetadata), `a${i}`);
      equal(message.body.length, 100_016);
      ok(message.body.every((byte) => byte === i));
      equal(message.body.byteOffset % 8, 0);
    }
  }));

Deno.test("A reader that leaves DoGet early ends it on the server", () =>
  withPair(async (client, script) => {
    for await (const _message of client.doGetMessages("hang")) break;
    equal((await script.record("DoGet")).code, GrpcStatus.CANCELLED);
    deepEqual(script.cleanups, ["DoGet hang"]);
  }));
