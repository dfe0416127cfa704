import {
  deepStrictEqual as deepEqual,
  match,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { Buffer } from "node:buffer";
import { valueReader } from "../arrow/column_values.ts";
import type { ArrowBatch } from "../arrow/field.ts";
import { encodeBatch } from "../arrow/message_writer.ts";
import { SqlError } from "../base/errors.ts";
import { Database } from "./database.ts";
import { runQuery } from "./query.ts";

const MANY_TYPES = `SELECT i, i / 7 AS d, (i % 3 = 0) AS flag, 'text ' || (i % 1000) AS text,
  CASE WHEN i % 5 <> 0 THEN i::DOUBLE END AS gaps, CASE WHEN i % 4 = 0 THEN 'x' END AS rare,
  CASE WHEN i % 7 <> 0 THEN range(i % 4) END AS list, {'a': i, 'b': [i::VARCHAR]} AS nested,
  MAP {'k' || (i % 2): i} AS pairs, (i % 2 = 0)::VARCHAR::ENUM('true', 'false') AS choice, NULL AS nothing,
  TIMESTAMPTZ '2026-01-01' + to_seconds(i) AS at, (i % 100)::DECIMAL(9, 2) AS price
  FROM range(22000) t(i) WHERE i % 11 <> 0`;

/** Waits until the thread of a database is free, which starts it where it is not there yet. */
async function awaitThread({ fetchThreads }: Database): Promise<void> {
  for (;;) {
    const thread = fetchThreads.lease();
    thread?.release();
    if (thread !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function withThread(work: (database: Database) => Promise<void>): Promise<void> {
  const database = await Database.open({ memoryBytes: 512 * 1024 ** 2, fetchThreads: 1 });
  try {
    await awaitThread(database);
    await work(database);
  } finally {
    database.close();
  }
}

function isLeased({ fetchThreads }: Database): boolean {
  const thread = fetchThreads.lease();
  thread?.release();
  return thread === undefined;
}

/** The values of each column as one text, which compares faster than they do. */
function valuesOf(batches: readonly ArrowBatch[]): string[] {
  return batches[0]!.columns.map((_, i) => {
    const values = batches.flatMap(({ columns, rows }) => {
      const read = valueReader(columns[i]!);
      return Array.from({ length: rows }, (_, row) => read(row));
    });
    return JSON.stringify(values, (_, value) => typeof value === "bigint" ? `${value}n` : value);
  });
}

async function collect(database: Database, batchRows: number): Promise<ArrowBatch[]> {
  return await Array.fromAsync((await runQuery(database, MANY_TYPES, { batchRows })).batches);
}

Deno.test("A result fetched by a thread is the result fetched without one", async () => {
  const plain = await Database.open({ memoryBytes: 512 * 1024 ** 2 });
  const expected = valuesOf(await collect(plain, 7000));
  plain.close();
  equal(expected[0]?.split(",").length, 20_000);
  await withThread(async (database) => {
    for (const batchRows of [2000, 7000]) {
      const batches = await collect(database, batchRows);
      deepEqual(valuesOf(batches), expected);
      for (const batch of batches) {
        const { body: _, ...columnwise } = batch;
        const [whole, parts] = [encodeBatch(batch), encodeBatch(columnwise)];
        deepEqual(whole.metadata, parts.metadata);
        ok(Buffer.concat(whole.body).equals(Buffer.concat(parts.body)), "bodies differ");
      }
    }
  });
});

/** Runs a statement that fails after 900,000 rows until the engine tells why, which it mostly does. */
async function failHalfWay(database: Database): Promise<void> {
  const sql = "SELECT CASE WHEN i = 900000 THEN error('boom') END FROM range(1000000) t(i)";
  for (let attempt = 0; attempt < 10; attempt++) {
    let message = "";
    const failed = runQuery(database, sql).then(({ batches }) => Array.fromAsync(batches));
    await rejects(failed, (error: Error) => {
      message = error.message;
      return error instanceof SqlError;
    });
    if (/boom/.test(message)) return;
    match(message, /without a reason from the engine/);
  }
  throw new Error("The engine never told why the statement failed");
}

Deno.test("A failure in the thread is told with the statement's own words", async () => {
  await withThread(async (database) => {
    for (let i = 0; i < 5; i++) await failHalfWay(database);
    await awaitThread(database);
    equal((await collect(database, 4000)).reduce((sum, { rows }) => sum + rows, 0), 20_000);
  });
});

Deno.test("A thread is free again after an abort, an early return and a reader that went away", async () => {
  await withThread(async (database) => {
    const sql = "SELECT i, repeat('x', 100) AS x FROM range(50000000) t(i)";
    for (let i = 0; i < 5; i++) {
      const controller = new AbortController();
      const { batches } = await runQuery(database, sql, { signal: controller.signal });
      for (let k = 0; k < 3; k++) ok(!(await batches.next()).done);
      ok(isLeased(database), "the third batch comes from the thread");
      const reason = new Error("enough");
      if (i % 3 === 0) await batches.return(undefined);
      else controller.abort(reason);
      if (i % 3 === 1) await rejects(batches.next(), reason);
      await awaitThread(database);
    }
  });
});

Deno.test("A failure after a million rows is told without a thread as well", async () => {
  for (const wholeColumns of [true, false]) {
    const database = await Database.open({ memoryBytes: 512 * 1024 ** 2, wholeColumns });
    await failHalfWay(database);
    database.close();
  }
});

Deno.test("Results beyond the number of threads are fetched without one", async () => {
  await withThread(async (database) => {
    const results = await Promise.all([1, 2, 3, 4].map(() => collect(database, 4000)));
    for (const batches of results) deepEqual(valuesOf(batches), valuesOf(results[0]!));
  });
});
