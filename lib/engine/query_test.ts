import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { valueReader } from "../arrow/column_values.ts";
import { LimitError, SqlError } from "../base/errors.ts";
import { Database } from "./database.ts";
import { describeStatement, runQuery } from "./query.ts";

const ENDLESS =
  "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE (a.range + b.range) % 7 = 3";

async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  const database = await Database.open({ memoryBytes: 512 * 1024 ** 2 });
  try {
    await work(database);
  } finally {
    database.close();
  }
}

/** Open connections, the database's own among them. */
async function connections(database: Database): Promise<number> {
  const [row] = await database.rows("SELECT count::DOUBLE AS n FROM duckdb_connection_count()");
  return Number(row?.n);
}

async function firstValue(database: Database, sql: string): Promise<unknown> {
  const [batch] = await Array.fromAsync((await runQuery(database, sql)).batches);
  return valueReader(batch!.columns[0]!)(0);
}

Deno.test("runQuery() uses one connection again and again", async () => {
  await withDatabase(async (database) => {
    for (let i = 0; i < 20; i++) equal(await firstValue(database, `SELECT ${i}`), i);
    for (let i = 0; i < 20; i++) {
      await rejects(runQuery(database, "SELECT nothing"), SqlError);
      await rejects(
        runQuery(database, "SELECT error('x') FROM range(3)").then((r) =>
          Array.fromAsync(r.batches)
        ),
        SqlError,
      );
      await rejects(runQuery(database, "SELECT $1"), SqlError);
    }
    equal(await connections(database), 2);
    equal(await firstValue(database, "SELECT 'fine'"), "fine");
  });
});

Deno.test("runQuery() gives the connection back where nobody reads the batches", async () => {
  await withDatabase(async (database) => {
    for (let i = 0; i < 10; i++) {
      const { batches } = await runQuery(database, "SELECT * FROM range(1000000)");
      if (i % 2 === 0) await batches.next();
      await batches.return(undefined);
      await batches.return(undefined);
      deepEqual(await batches.next(), { value: undefined, done: true });
    }
    equal(await connections(database), 2);
  });
});

Deno.test("runQuery() stops in the engine when the signal aborts, and throws its reason", async () => {
  await withDatabase(async (database) => {
    const reason = new Error("enough");
    await rejects(runQuery(database, "SELECT 1", { signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const running = runQuery(database, ENDLESS, { signal: controller.signal })
      .then(({ batches }) => Array.fromAsync(batches));
    setTimeout(() => controller.abort(reason), 50);
    await rejects(running, reason);
    equal(await firstValue(database, "SELECT 1"), 1);
    ok(await connections(database) <= 2);
  });
});

Deno.test("runQuery() stops whenever the signal aborts, also just before the engine begins", async () => {
  await withDatabase(async (database) => {
    const reason = new Error("enough");
    for (let i = 0; i < 40; i++) {
      const controller = new AbortController();
      const running = runQuery(database, ENDLESS, { signal: controller.signal })
        .then(({ batches }) => Array.fromAsync(batches));
      setTimeout(() => controller.abort(reason), i / 8);
      await rejects(running, reason);
    }
    equal(await firstValue(database, "SELECT 1"), 1);
  });
});

Deno.test("An abort between two batches ends the query even if nobody reads on", async () => {
  await withDatabase(async (database) => {
    const controller = new AbortController();
    const reason = new Error("gone");
    const { signal } = controller;
    const idle = await runQuery(database, "SELECT * FROM range(1000000)", { signal });
    const halfway = await runQuery(database, "SELECT * FROM range(1000000)", { signal });
    await halfway.batches.next();
    equal(await connections(database), 3);
    controller.abort(reason);
    await rejects(halfway.batches.next(), reason);
    await rejects(idle.batches.next(), reason);
    equal(await firstValue(database, "SELECT 1"), 1);
    ok(await connections(database) <= 3);
  });
});

Deno.test("runQuery() ends at its time limit with a LimitError", async () => {
  await withDatabase(async (database) => {
    await rejects(
      runQuery(database, ENDLESS, { timeoutMillis: 50 })
        .then(({ batches }) => Array.fromAsync(batches)),
      LimitError,
    );
    equal(await firstValue(database, "SELECT 1"), 1);
  });
});

Deno.test("runQuery() reports what exceeds the memory as a LimitError", async () => {
  await withDatabase(async (database) => {
    await rejects(
      runQuery(database, "SELECT list(i) FROM range(200000000) t(i)")
        .then(({ batches }) => Array.fromAsync(batches)),
      LimitError,
    );
    equal(await firstValue(database, "SELECT 1"), 1);
  });
});

Deno.test("Many queries at once answer each their own", async () => {
  await withDatabase(async (database) => {
    const values = await Promise.all(
      Array.from(
        { length: 64 },
        (_, i) => firstValue(database, `SELECT ${i} + sum(x * 0) FROM range(100000) t(x)`),
      ),
    );
    deepEqual(values, Array.from({ length: 64 }, (_, i) => String(i)));
    ok(await connections(database) <= 6, "spare connections are closed");
  });
});

Deno.test("PIVOT leaves nothing behind on its connection", async () => {
  await withDatabase(async (database) => {
    await database.run("CREATE TABLE t AS SELECT i % 3 AS k, i AS v FROM range(9) s(i)");
    for (
      const sql of [
        "PIVOT t ON k USING sum(v)",
        "FROM (PIVOT t ON k USING sum(v))",
        "WITH p AS (PIVOT t ON k USING sum(v)) FROM p",
        "SELECT * FROM (UNPIVOT (SELECT 1 AS a, 2 AS b) ON COLUMNS(*))",
      ]
    ) {
      const batches = await Array.fromAsync((await runQuery(database, sql)).batches);
      ok((batches[0]?.rows ?? 0) > 0, sql);
      await describeStatement(database, sql);
    }
    const types = "SELECT count(*) FROM duckdb_types() WHERE type_name LIKE '%pivot%'";
    equal(await firstValue(database, types), 0);
    equal(await connections(database), 2);
  });
});

Deno.test("describeStatement() gives the schema that the run gives", async () => {
  await withDatabase(async (database) => {
    const sql = "SELECT 1::UHUGEINT AS a, [DATE '2026-01-01'] AS b, 'x' AS c";
    const { schema } = await describeStatement(database, sql);
    const { schema: actual, batches } = await runQuery(database, sql);
    await batches.return(undefined);
    deepEqual(schema, actual);
    deepEqual((await describeStatement(database, "SELECT 1 WHERE 2 > $low")).parameterNames, [
      "low",
    ]);
    await rejects(describeStatement(database, "SELECT $low + $high"), /hang on its parameters/);
    await rejects(describeStatement(database, "SELECT nothing"), SqlError);
    equal(await connections(database), 2);
  });
});

Deno.test("Parameters of all kinds are bound, large ones and those by name as well", async () => {
  await withDatabase(async (database) => {
    const { batches } = await runQuery(
      database,
      "SELECT $1, $2, $3::VARCHAR, $4, octet_length($5), $6",
      { parameters: [1.5, "it's", 2n ** 100n, null, new Uint8Array([0, 1]), true] },
    );
    const [batch] = await Array.fromAsync(batches);
    deepEqual(batch!.columns.map((column) => valueReader(column)(0)), [
      1.5,
      "it's",
      String(2n ** 100n),
      null,
      2,
      true,
    ]);
    const named = await runQuery(database, "SELECT $b - $a", { parameters: { a: 1, b: 3 } });
    const [only] = await Array.fromAsync(named.batches);
    equal(valueReader(only!.columns[0]!)(0), 2);
    await rejects(
      runQuery(database, "SELECT $a", { parameters: { b: 1 } }),
      /no parameter \$b, it wants \$a/,
    );
    await rejects(
      runQuery(database, "SELECT ?", { parameters: [1, 2] }),
      /wants 1 parameters, got 2/,
    );
    await rejects(runQuery(database, "SELECT ?", { parameters: [2n ** 200n] }), RangeError);
  });
});

Deno.test("A slow reader of a long result holds back the engine, not the memory", async () => {
  await withDatabase(async (database) => {
    const { batches } = await runQuery(database, "SELECT i, i * 2 AS j FROM range(8000000) t(i)");
    let rows = 0;
    let highest = 0;
    for await (const batch of batches) {
      rows += batch.rows;
      if (rows % (32_768 * 40) === 0) {
        const [row] = await database.rows(
          "SELECT sum(memory_usage_bytes)::DOUBLE AS bytes FROM duckdb_memory()",
        );
        highest = Math.max(highest, Number(row?.bytes));
      }
    }
    equal(rows, 8_000_000);
    ok(highest < 32 * 1024 ** 2, `${highest} bytes`);
  });
});
