import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import { InvalidDataError, LitmusError } from "../base/errors.ts";
import { float64Column, int64Column, utf8Column } from "./column_builder.ts";
import { type ArrowBatch, type ArrowColumn, type ArrowSchema, field } from "./field.ts";
import { encodeBatch, encodeSchema, type IpcMessage } from "./message_writer.ts";
import { QueryResult, type ResultMessage, uniqueNames } from "./query_result.ts";
import { EVENT_SCHEMA, eventBatch, joined } from "./sample_batches_test.ts";

function batchOf(...columns: ArrowColumn[]): ArrowBatch {
  const schema: ArrowSchema = { fields: columns.map((column) => column.field) };
  return { schema, rows: columns[0]?.length ?? 0, columns };
}

function message({ metadata, body }: IpcMessage): ResultMessage {
  return { header: metadata, body: joined(body) };
}

/** A stream of messages that tells whether it was closed. */
class Messages implements AsyncIterableIterator<ResultMessage> {
  closed = 0;
  read = 0;
  readonly #messages: (ResultMessage | Error)[];

  constructor(...messages: (ResultMessage | Error)[]) {
    this.#messages = messages;
  }

  next(): Promise<IteratorResult<ResultMessage>> {
    const next = this.#messages[this.read++];
    if (next instanceof Error) return Promise.reject(next);
    return Promise.resolve(
      next === undefined ? { done: true, value: undefined } : { done: false, value: next },
    );
  }

  return(): Promise<IteratorResult<ResultMessage>> {
    this.closed++;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const SCHEMA_MESSAGE = message(encodeSchema(EVENT_SCHEMA));
const EMPTY_MESSAGE: ResultMessage = { header: new Uint8Array(0), body: new Uint8Array(0) };
const batchMessage = (from: number): ResultMessage => message(encodeBatch(eventBatch(3, from)));

function threeBatches(): Messages {
  return new Messages(
    ...[EMPTY_MESSAGE, SCHEMA_MESSAGE, batchMessage(0), EMPTY_MESSAGE],
    ...[batchMessage(3), batchMessage(6)],
  );
}

Deno.test("QueryResult.rows() yields typed objects as they arrive", async () => {
  const messages = threeBatches();
  const result = await QueryResult.fromMessages(messages);
  equal(messages.read, 2);
  deepEqual(result.schema, EVENT_SCHEMA);
  const rows = await Array.fromAsync(result.rows());
  equal(rows.length, 9);
  deepEqual(rows[1], {
    id: "event-1",
    occurred_at: "2026-09-21T14:13:20.000001Z",
    value: 0.25,
    ok: false,
    json: '{"n":1,"text":"Ω"}',
  });
});

Deno.test("QueryResult is read once as a stream", async () => {
  const result = await QueryResult.fromMessages(threeBatches());
  equal((await result.toCsv()).split("\n").length, 11);
  await rejects(() => Array.fromAsync(result.rows()), LitmusError);
  await rejects(() => result.toColumns(), /was read already/);
  throws(() => result.batches(), /was read already/);
});

Deno.test("QueryResult keeps its batches for toArrow(), toColumns() and display, also at once", async () => {
  const result = await QueryResult.fromMessages(threeBatches());
  const [table, columns, bundle] = await Promise.all([
    result.toArrow(),
    result.toColumns(),
    (result[Symbol.for("Jupyter.display") as never] as () => Promise<Record<string, string>>)
      .call(result),
  ]);
  equal(table.numRows, 9);
  equal(table.getChild("id")?.get(8), "event-8");
  equal(columns.id?.[8], "event-8");
  ok(columns.occurred_at instanceof BigInt64Array);
  ok(bundle["text/html"]?.includes("event-8"));
  equal((await Array.fromAsync(result.rows())).length, 9);
  equal((await Array.fromAsync(result.batches())).length, 3);
});

Deno.test("QueryResult.batches() yields record batches of apache-arrow and closes its source", async () => {
  const messages = threeBatches();
  const result = await QueryResult.fromMessages(messages);
  for await (const batch of result.batches()) {
    equal(batch.numRows, 3);
    break;
  }
  equal(messages.closed, 1);
});

Deno.test("QueryResult closes its source when its reader stops, and when nobody reads", async () => {
  const stopped = threeBatches();
  for await (const row of (await QueryResult.fromMessages(stopped)).rows()) {
    ok(row);
    break;
  }
  equal(stopped.closed, 1);
  const unread = threeBatches();
  {
    await using result = await QueryResult.fromMessages(unread);
    ok(result);
  }
  equal(unread.closed, 1);
  equal(unread.read, 2);
});

Deno.test("QueryResult passes on an error in the middle of the stream", async () => {
  const broken = (): Messages =>
    new Messages(SCHEMA_MESSAGE, batchMessage(0), new LitmusError("Connection lost"));
  const rows: unknown[] = [];
  await rejects(async () => {
    for await (const row of (await QueryResult.fromMessages(broken())).rows()) rows.push(row);
  }, /Connection lost/);
  equal(rows.length, 3);
  const kept = await QueryResult.fromMessages(broken());
  await rejects(() => kept.toArrow(), /Connection lost/);
  await rejects(() => kept.toColumns(), /Connection lost/);
  await rejects(async () => {
    await Array.fromAsync((await QueryResult.fromMessages(broken())).batches());
  }, /Connection lost/);
});

Deno.test("QueryResult.fromMessages() wants a schema and closes the stream without one", async () => {
  const empty = new Messages();
  await rejects(() => QueryResult.fromMessages(empty), /ended before its schema/);
  equal(empty.closed, 1);
  const first = new Messages(batchMessage(0));
  await rejects(() => QueryResult.fromMessages(first), InvalidDataError);
  equal(first.closed, 1);
});

Deno.test("QueryResult refuses a stream that changes its schema", async () => {
  const messages = new Messages(SCHEMA_MESSAGE, batchMessage(0), SCHEMA_MESSAGE, batchMessage(3));
  const result = await QueryResult.fromMessages(messages);
  await rejects(() => result.toArrow(), /changed its schema/);
  equal(messages.closed, 1);
});

Deno.test("QueryResult.toColumns() types columns and tells equal names apart", async () => {
  const result = new QueryResult({ fields: [] }, []);
  deepEqual(await result.toColumns(), {});
  const batch = batchOf(
    float64Column(field("value", "g"), [1, 2]),
    int64Column(field("value", "l"), [1, 2]),
    int64Column(field("n", "l"), [1, null]),
    utf8Column(field("value_1", "u"), ["a", null]),
  );
  deepEqual(await new QueryResult(batch.schema, [batch]).toColumns(), {
    value: Float64Array.of(1, 2),
    value_1: BigInt64Array.of(1n, 2n),
    n: [1, null],
    value_1_1: ["a", null],
  });
});

Deno.test("QueryResult.rows() keeps a column named __proto__", async () => {
  const batch = batchOf(utf8Column(field("__proto__", "u"), ["x"]));
  const [row] = await Array.fromAsync(new QueryResult(batch.schema, [batch]).rows());
  ok(row !== undefined);
  deepEqual(Object.entries(row), [["__proto__", "x"]]);
  equal(Object.getPrototypeOf(row), Object.prototype);
});

Deno.test("uniqueNames() stays quick for many equal names", () => {
  const fields = Array.from({ length: 16_000 }, () => field("a", "i"));
  equal(new Set(uniqueNames({ fields })).size, 16_000);
  deepEqual(uniqueNames({ fields: ["a", "a_1", "a", "a"].map((name) => field(name, "i")) }), [
    ...["a", "a_1", "a_2", "a_3"],
  ]);
});
