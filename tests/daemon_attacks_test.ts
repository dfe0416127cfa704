/** What clients send that mean no good, or know no better: a clear status each, and the daemon goes on. */
import { ok, rejects, strictEqual as equal } from "node:assert/strict";
import { connect as connectTcp, type Socket } from "node:net";
import { float64Column, int64Column, utf8Column } from "../lib/arrow/column_builder.ts";
import { type ArrowBatch, type ArrowColumn, field } from "../lib/arrow/field.ts";
import { encodeBatch, encodeSchema } from "../lib/arrow/message_writer.ts";
import { FlightError, LimitError } from "../lib/base/errors.ts";
import type { FlightClient } from "../lib/flight/client.ts";
import type { FlightPayload } from "../lib/flight/service.ts";
import { GrpcStatus } from "../lib/flight/status.ts";
import { acquire, connectTo, type Lease } from "../lib/protocol/lease.ts";
import { seededRandom } from "./fault_layer.ts";
import { testDirectory } from "./harness.ts";

const NOW_MICROS = 1_767_225_600_000_000;

/** Events in the columns of the format. */
function eventBatch(count: number): ArrowBatch {
  const session = crypto.randomUUID();
  const texts = (name: string, value: () => string | null): ArrowColumn =>
    utf8Column(field(name, "u"), Array.from({ length: count }, value));
  const times = (name: string): ArrowColumn =>
    int64Column(field(name, "tsu:UTC"), Array(count).fill(NOW_MICROS));
  const columns = [
    texts("id", () => crypto.randomUUID()),
    texts("event_type", () => "sync.release"),
    times("occurred_at"),
    times("received_at"),
    texts("session_id", () => session),
    texts("run_id", () => null),
    texts("json", () => '{"name":"x"}'),
  ];
  return { schema: { fields: columns.map((column) => column.field) }, rows: count, columns };
}

/** The messages of a put, the body in one piece. */
function messagesOf(batch: ArrowBatch): { header: Uint8Array; body: Uint8Array }[] {
  const { metadata, body } = encodeBatch(batch);
  const whole = new Uint8Array(body.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of body) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return [
    { header: encodeSchema(batch.schema).metadata, body: new Uint8Array(0) },
    { header: metadata, body: whole },
  ];
}

/** Puts messages and gives the number of acknowledgements, or the error. */
async function put(
  client: FlightClient,
  payloads: readonly FlightPayload[],
): Promise<number | Error> {
  await using writer = client.doPut({ type: "path", path: ["events"] });
  try {
    for (const payload of payloads) await writer.write(payload);
    writer.end();
    return (await Array.fromAsync(writer.results)).length;
  } catch (error) {
    return error as Error;
  }
}

async function countOf(client: FlightClient, what = "events"): Promise<number> {
  const result = await client.doGet(`SELECT count(*)::INTEGER AS n FROM ${what}`);
  return Number((await Array.fromAsync(result.rows()))[0]?.n);
}

async function serve(
  body: (client: FlightClient, lease: Lease) => Promise<void>,
  daemonArguments: readonly string[] = [],
): Promise<void> {
  await using directory = await testDirectory();
  await using lease = await acquire(directory.path, { daemonArguments });
  await using client = await connectTo(lease);
  await body(client, lease);
  await using again = await acquire(directory.path);
  equal(again.pid, lease.pid, "the same daemon as before");
  equal(await countOf(client, "range(7)"), 7);
}

Deno.test("Truncated and bit-flipped batches are refused or taken whole, and nothing else happens", () =>
  serve(async (client) => {
    equal(await put(client, messagesOf(eventBatch(5)).map(asPayload)), 1);
    let wanted = 5;
    const random = seededRandom(7);
    const below = (count: number): number => Math.floor(random() * count);
    for (let round = 0; round < 150; round++) {
      const messages = messagesOf(eventBatch(5)); // of events that are new: each counts once
      const which = messages[below(2)]!;
      const part = random() < 0.5 || which.body.length === 0 ? "header" : "body";
      if (random() < 0.3) which[part] = which[part].subarray(0, below(which[part].length));
      else {
        const copy = which[part].slice();
        copy[below(copy.length)]! ^= 1 << below(8);
        which[part] = copy;
      }
      const answer = await put(client, messages.map(asPayload));
      if (typeof answer !== "number") {
        ok(answer instanceof FlightError, `round ${round}: ${answer}`);
        equal(answer.code, GrpcStatus.INVALID_ARGUMENT, `round ${round}: ${answer.message}`);
      } else wanted += 5 * answer;
    }
    equal(await countOf(client), wanted);
  }));

function asPayload({ header, body }: { header: Uint8Array; body: Uint8Array }): FlightPayload {
  return { header, body: [body] };
}

Deno.test("Batches of other columns, of no rows and without a schema are told apart", () =>
  serve(async (client) => {
    const numbers = float64Column(field("x", "g"), [1, 2]);
    const other = { schema: { fields: [numbers.field] }, rows: 2, columns: [numbers] };
    const [, data] = messagesOf(eventBatch(1));
    for (const messages of [messagesOf(other), [data!]]) {
      const answer = await put(client, messages.map(asPayload));
      ok(answer instanceof FlightError && answer.code === GrpcStatus.INVALID_ARGUMENT, `${answer}`);
    }
    equal(await put(client, []), 0);
    equal(await put(client, messagesOf(eventBatch(0)).map(asPayload)), 1);
    equal(await countOf(client), 0);
  }));

Deno.test("A hundred megabytes of SQL are refused for their length", () =>
  serve(async (client) => {
    const text = `SELECT '${"x".repeat(100 * 1024 * 1024)}'`;
    await rejects(client.doGet(text), LimitError);
    await rejects(client.sql(text), LimitError);
    await rejects(client.getSchema({ type: "command", command: encoded(text) }), LimitError);
  }));

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("Limits that were set at the start are kept, and said when they are hit", () =>
  serve(async (client) => {
    await rejects(rowsOf(client, "FROM range(1001)"), /more than 1000 rows: .*--max-rows/);
    equal((await rowsOf(client, "FROM range(1000)")).length, 1000);
    await rejects(client.sql("FROM range(1001)").then((result) => result.toArrow()), LimitError);
    await rejects(rowsOf(client, `SELECT '${"x".repeat(1024 * 1024)}'`), LimitError);
    await rejects(
      rowsOf(
        client,
        "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE (a.range + b.range) % 7 = 3",
      ),
      /time limit/,
    );
    await rejects(rowsOf(client, "SELECT list(range) FROM range(100000000)"), LimitError);
  }, [
    ...["--max-rows", "1000", "--max-message", "1MB"],
    ...["--query-timeout", "3", "--memory-limit", "100MB"],
  ]));

async function rowsOf(client: FlightClient, sql: string): Promise<unknown[]> {
  return await Array.fromAsync((await client.doGet(sql)).rows());
}

Deno.test("Clients that never read keep nobody else from being served", () =>
  serve(async (client, lease) => {
    const sleepers = await Promise.all(Array.from({ length: 6 }, () => connectTo(lease)));
    for (const sleeper of sleepers) {
      const sql = "SELECT i, 'some text that is long enough ' || i FROM range(3000000) r(i)";
      await sleeper.doGetMessages(sql).next();
    }
    equal(await countOf(client, "range(3)"), 3);
    for (const sleeper of sleepers) sleeper.close();
  }, ["--max-queries", "2"]));

/** The greeting of HTTP/2 and empty settings. */
const GREETING = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

Deno.test("A thousand connections and floods of garbage leave the daemon answering", () =>
  serve(async (client, lease) => {
    equal(await countOf(client, "range(1)"), 1);
    const port = Number(new URL(lease.location).port);
    const open = (): Promise<Socket> =>
      new Promise((resolve, reject) => {
        const socket = connectTcp(port, "127.0.0.1", () => resolve(socket));
        socket.on("error", reject);
        socket.resume();
      });
    const sockets: Socket[] = [];
    for (let i = 0; i < 1000; i += 50) {
      sockets.push(...await Promise.all(Array.from({ length: 50 }, open)));
    }
    for (const socket of sockets) socket.on("error", () => socket.destroy());
    for (const [i, socket] of sockets.entries()) {
      const noise = crypto.getRandomValues(new Uint8Array(300));
      if (i % 2 === 0) socket.write(GREETING);
      if (i % 4 >= 2) socket.write(noise);
    }
    equal(await countOf(client, "range(2)"), 2);
    for (const socket of sockets) socket.destroy();
    await using next = await connectTo(lease);
    equal(await countOf(next, "range(3)"), 3);
  }));
