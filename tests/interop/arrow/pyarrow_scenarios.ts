/**
 * Our client against servers by pyarrow, as a user of `./client` meets servers of other makers, and Arrow's
 * scenario `do_exchange:echo` either way.
 * @module
 */
import { deepStrictEqual as deepEqual, rejects, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { FlightClient, type FlightClientOptions, GrpcStatus } from "../../../client.ts";
import { int32Column } from "../../../lib/arrow/column_builder.ts";
import { valueReader } from "../../../lib/arrow/column_values.ts";
import type { ArrowBatch } from "../../../lib/arrow/field.ts";
import { readMessageHeader } from "../../../lib/arrow/message_reader.ts";
import { encodeBatch, encodeSchema } from "../../../lib/arrow/message_writer.ts";
import { StreamAssembler } from "../../../lib/arrow/stream_assembler.ts";
import { FlightServer } from "../../../lib/flight/server.ts";
import { ROOT } from "../../harness.ts";
import { startServer } from "../program.ts";
import { type Check, check, checksOf, type Scenario } from "../scenario.ts";
import { bytesOf, command, commandText, numberSchema, textOf } from "./arrow_scenario.ts";

const PEER = join(ROOT, "tests", "interop", "pyarrow_peer.py");
const TLS = ["cert.pem", "key.pem"].map((name) => join(ROOT, "tests", "testdata", "tls", name));
const ROWS = 200_000;

/** What of a server is asked for. */
interface Kind {
  readonly kind: "open" | "basic_proto" | "basic_header";
  readonly tls?: boolean;
}

async function asking(
  python: string,
  { kind, tls = false }: Kind,
  options: FlightClientOptions,
  body: (client: FlightClient) => Promise<void>,
): Promise<void> {
  const args = [PEER, "serve", kind, ...tls ? TLS : []];
  await using server = await startServer(python, args, /^LISTENING (\d+)/m);
  const location = `${tls ? "grpc+tls" : "grpc"}://127.0.0.1:${server.match[1]}`;
  await using client = await FlightClient.connect(location, { timeoutMillis: 20_000, ...options });
  await body(client);
}

/** The headers that a call brought, by the server's own account. */
async function headersOf(
  client: FlightClient,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, string[]>> {
  const [answer] = await Array.fromAsync(client.doAction("headers", "", { headers }));
  return JSON.parse(textOf(answer!));
}

async function everyCall(client: FlightClient): Promise<void> {
  const [listed] = await Array.fromAsync(client.listFlights());
  const info = await client.getFlightInfo({ type: "path", path: ["table"] });
  equal(info.totalRecords, ROWS);
  deepEqual(textOf(listed!.schema), textOf(info.schema));
  const schema = await client.getSchema({ type: "path", path: ["table"] });
  equal(readMessageHeader(schema.subarray(8)).kind, "schema");
  const { i, t } = await (await client.doGet(info.endpoints[0]!.ticket)).toColumns();
  equal(Number(i?.[ROWS - 1]), ROWS - 1);
  equal(t?.[ROWS - 1], `row ${ROWS - 1}`);
  deepEqual((await Array.fromAsync(client.listActions())).map(({ type }) => type), ["headers"]);
  deepEqual(await putTwice(client), [[3, 6], [3, 15]]);
}

const NUMBERS = numberSchema("i");

function batchOf(values: readonly (number | null)[]): ArrowBatch {
  const [field] = NUMBERS.fields;
  return { schema: NUMBERS, rows: values.length, columns: [int32Column(field!, values)] };
}

async function putTwice(client: FlightClient): Promise<unknown[]> {
  await using writer = client.doPut({ type: "path", path: ["numbers"] });
  await writer.write({ header: encodeSchema(NUMBERS).metadata });
  for (const values of [[1, 2, 3], [4, 5, 6]]) {
    const { metadata, body } = encodeBatch(batchOf(values));
    await writer.write({ header: metadata, body });
  }
  writer.end();
  return (await Array.fromAsync(writer.results)).map((result) => JSON.parse(textOf(result)));
}

async function echoed(client: FlightClient): Promise<void> {
  await using writer = client.doExchange(command("echo"));
  const answers = writer.results[Symbol.asyncIterator]();
  await writer.write({ appMetadata: bytesOf("only metadata") });
  const first = (await answers.next()).value;
  equal(textOf(first.appMetadata), "only metadata");
  await writer.write({ header: encodeSchema(NUMBERS).metadata });
  const assembler = new StreamAssembler();
  for (let i = 0; i < 10; i++) {
    const { metadata, body } = encodeBatch(batchOf([i, null, i + 1]));
    await writer.write({ header: metadata, body, appMetadata: bytesOf(`${i}`) });
    let answer = (await answers.next()).value;
    if (readMessageHeader(answer.header).kind === "schema") {
      assembler.acceptBytes(answer.header, answer.body);
      answer = (await answers.next()).value;
    }
    equal(textOf(answer.appMetadata), `${i}`);
    const read = valueReader(assembler.acceptBytes(answer.header, answer.body)!.columns[0]!);
    deepEqual([0, 1, 2].map(read), [i, null, i + 1]);
  }
  writer.end();
  equal((await answers.next()).done, true);
}

async function echoService(python: string): Promise<Check[]> {
  await using server = await FlightServer.serve({
    async *doExchange(messages) {
      for await (const { descriptor, header, body, appMetadata } of messages) {
        if (descriptor !== undefined) equal(commandText(descriptor), "echo");
        if (header.byteLength + appMetadata.byteLength === 0) continue;
        yield { header, body: [body], appMetadata };
      }
    },
  });
  return await checksOf(python, [PEER, "echo", server.location]);
}

/** What is checked, against which server, with which options. */
type Asked = readonly [string, Kind, FlightClientOptions, (client: FlightClient) => Promise<void>];

const WRONG = { code: GrpcStatus.UNAUTHENTICATED };
const OPEN: Kind = { kind: "open" };
const CA = { ca: Deno.readTextFileSync(TLS[0]!) };

const CHECKS: readonly Asked[] = [
  ["every call", OPEN, {}, everyCall],
  ["do_exchange:echo, our client", OPEN, {}, echoed],
  ["headers", OPEN, { headers: { "x-one": "1", "x-two": "2" } }, async (client) => {
    const found = await headersOf(client, { "x-two": "other", "x-raw-bin": btoa("\0\xff") });
    deepEqual([found["x-one"], found["x-two"]], [["1"], ["other"]]);
    deepEqual(found["x-raw-bin"], [btoa("\0\xff")]);
  }],
  ["cookies", OPEN, {}, async (client) => {
    equal((await headersOf(client)).cookie, undefined);
    deepEqual((await headersOf(client)).cookie, ["lane=7"]);
  }],
  ["time-out of the connection", OPEN, { timeoutMillis: 500 }, async (client) => {
    const slow = client.doGet("slow").then((result) => result.toArrow());
    await rejects(slow, { name: "LimitError" });
  }],
  ["time-out of a call", OPEN, {}, async (client) => {
    const slow = client.doGet("slow", { timeoutMillis: 500 }).then((result) => result.toArrow());
    await rejects(slow, { name: "LimitError" });
    await everyCall(client);
  }],
  ["abort", OPEN, {}, async (client) => {
    const signal = AbortSignal.timeout(500);
    const slow = client.doGet("slow", { signal }).then((result) => result.toArrow());
    await rejects(slow, { name: "TimeoutError" });
  }],
  ["errors", OPEN, {}, async (client) => {
    await rejects(client.doGet("nothing"), { name: "NotFoundError" });
    await rejects(Array.fromAsync(client.doAction("nothing")), { code: GrpcStatus.UNIMPLEMENTED });
  }],
  ["login by messages", { kind: "basic_proto" }, {}, async (client) => {
    await rejects(headersOf(client), WRONG);
    await rejects(client.handshake("arrow", "wrong"), WRONG);
    await client.handshake("arrow", "flight");
    await everyCall(client);
  }],
  ["login by headers", { kind: "basic_header" }, {}, async (client) => {
    await rejects(headersOf(client), WRONG);
    await rejects(client.handshake("arrow", "wrong"), WRONG);
    equal(await client.handshake("arrow", "flight"), "sesame");
    await everyCall(client);
  }],
  ["token", { kind: "basic_header" }, { token: "sesame" }, everyCall],
  ["wrong token", { kind: "basic_header" }, { token: "other" }, async (client) => {
    await rejects(headersOf(client), WRONG);
  }],
  ["TLS", { kind: "open", tls: true }, { tls: CA }, everyCall],
  ["TLS with token", { kind: "basic_header", tls: true }, { tls: CA, token: "sesame" }, everyCall],
  ["TLS by another name", { kind: "open", tls: true }, {
    tls: { ...CA, serverName: "station.test" },
  }, everyCall],
  ["TLS that is not trusted", { kind: "open", tls: true }, {}, async (client) => {
    await rejects(headersOf(client), { code: GrpcStatus.UNAVAILABLE });
  }],
];

/** All of them. */
export const pyarrowServers: Scenario = {
  name: "Servers by pyarrow.flight, our client",
  part: "python",
  run: async (_recorded, toolchain) => {
    const python = await toolchain.python("clients");
    const checks = [...await echoService(python)];
    for (const [name, kind, options, body] of CHECKS) {
      checks.push(await check(name, () => asking(python, kind, options, body)));
    }
    return checks;
  },
};
