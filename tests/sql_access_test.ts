/** SQL that comes by network reads, and reads nothing but the stores. */
import {
  deepStrictEqual as deepEqual,
  match,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { join } from "@std/path";
import { LimitError, SqlError } from "../lib/base/errors.ts";
import { EventStore } from "../lib/events/event_store.ts";
import type { SqlParameters } from "../lib/protocol/sql_call.ts";
import { rowsOf, testDirectory } from "./harness.ts";

const REFUSED = [
  "CREATE TABLE x (i INT)",
  "CREATE TEMP TABLE x AS SELECT 1",
  "INSERT INTO store.events (id) VALUES ('x')",
  "DELETE FROM store.events",
  "UPDATE store.events SET id = 'x'",
  "DROP VIEW runs",
  "ATTACH ':memory:' AS other",
  "DETACH run_index",
  "INSTALL httpfs",
  "LOAD httpfs",
  "PRAGMA database_list",
  "PRAGMA memory_limit='1GB'",
  "SET memory_limit = '1GB'",
  "RESET memory_limit",
  "CALL force_checkpoint()",
  "FROM force_checkpoint()",
  "SELECT 1; SELECT 2",
  "SELECT 1; DROP VIEW runs",
  "BEGIN",
  "COMMIT",
  "EXPLAIN ANALYZE INSERT INTO store.events (id) VALUES ('x')",
  "EXPLAIN ANALYZE CREATE TABLE x (i INT)",
  "PREPARE p AS SELECT 1",
  "EXPORT DATABASE 'x'",
  "USE run_index",
  "",
  "-- nothing",
  ";",
];

Deno.test("Statements that are not reading are refused and change nothing", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  store.emit({ event_type: "sync.release", name: "x" });
  const target = join(directory.path, "runs", "stolen.parquet");
  const outside = await Deno.makeTempFile();
  const statements = [
    ...REFUSED,
    `COPY (SELECT 1) TO '${target}'`,
    `COPY (SELECT 1) TO '${outside}.csv'`,
    `EXPLAIN ANALYZE COPY (SELECT 1) TO '${target}'`,
    `SELECT * FROM read_text('${outside}')`,
    `SELECT * FROM read_csv('${outside}')`,
    `SELECT * FROM read_text('${join(directory.path, ".litmus", "endpoint.json")}')`,
    `SELECT * FROM '${join(directory.path, ".litmus", "endpoint.json")}'`,
    `SELECT * FROM glob('${directory.path}/*')`,
  ];
  for (const statement of statements) {
    await rejects(store.sql(statement).then((result) => result.toArrow()), (error) => {
      ok(error instanceof SqlError || error instanceof LimitError, `${statement}: ${error}`);
      return true;
    }, statement);
  }
  await rejects(Deno.stat(target), Deno.errors.NotFound);
  await rejects(Deno.stat(`${outside}.csv`), Deno.errors.NotFound);
  await Deno.remove(outside);
  equal((await rowsOf(store, "SELECT count(*) AS n FROM events"))[0]?.n, 1);
});

Deno.test("Reading statements of all kinds pass", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  for (
    const statement of [
      "SELECT 1",
      "VALUES (1), (2)",
      "FROM runs",
      "SHOW TABLES",
      "DESCRIBE runs",
      "SUMMARIZE runs",
      "EXPLAIN SELECT 1",
      "EXPLAIN ANALYZE SELECT 1",
      "WITH a AS (SELECT 1) SELECT * FROM a;",
      "SELECT ';' AS a -- ; comment\n;",
      "PIVOT (SELECT 1 AS a, 'x' AS k, 2 AS v) ON k USING sum(v)",
    ]
  ) {
    await (await store.sql(statement)).toArrow();
  }
});

Deno.test("A mistake in the SQL is explained and never an internal error", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  for (
    const [statement, pattern] of [
      ["SELECT * FRM runs", /syntax error/],
      ["SELECT nothing FROM runs", /nothing/],
      ["SELECT * FROM rnus", /rnus/],
      ["SELECT 1/'x'", /x/],
      ["SELECT $1", /parameter/i],
    ] as const
  ) {
    await rejects(store.sql(statement).then((result) => result.toArrow()), (error) => {
      ok(error instanceof SqlError, String(error));
      equal(error.sql, statement);
      match(error.message, pattern);
      return true;
    });
  }
});

Deno.test("The place of a mistake survives the way from the engine to the caller", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  const sql = "SELECT 'äöü🦆',\n  nothing\nFROM runs";
  await rejects(store.sql(sql), (error) => {
    ok(error instanceof SqlError);
    equal(error.position, sql.indexOf("nothing"));
    match(error.message, /not found in FROM clause/);
    return true;
  });
});

Deno.test("Parameters are bound by position and by name", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  const rows = async (text: string, parameters: Parameters<typeof store.sql>[1]) =>
    await Array.fromAsync((await store.sql(text, parameters)).rows());
  deepEqual(await rows("SELECT $1 + 1 AS a, $2 AS b", [41, "x'; DROP"]), [{
    a: 42,
    b: "x'; DROP",
  }]);
  deepEqual(await rows("SELECT $low AS low, $flag AS flag", { low: 1.5, flag: true }), [{
    low: 1.5,
    flag: true,
  }]);
});

Deno.test("Parameters that are missing, left over or of no plain type are named", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  for (
    const [statement, parameters, pattern] of [
      ["SELECT $a", { b: 1 }, /no parameter \$b, it wants \$a/],
      ["SELECT $a", {}, /\$a has no value/],
      ["SELECT $constructor", {}, /\$constructor has no value/],
      ["SELECT 1", { a: 1 }, /no parameter \$a, it wants none/],
      ["SELECT $1", [], /wants 1 parameters, got 0/],
      ["SELECT $1", [1, 2], /wants 1 parameters, got 2/],
      ["SELECT 1", [1], /wants 0 parameters, got 1/],
      ["SELECT $1", [{ nested: 1 }], /Parameter 1 .* got object/],
      ["SELECT $a", { a: [1] }, /Parameter a .* got object/],
    ] as const
  ) {
    const asked = store.sql(statement, parameters as unknown as SqlParameters);
    await rejects(asked.then((result) => result.toArrow()), (error) => {
      ok(error instanceof SqlError, `${statement}: ${error}`);
      match(error.message, pattern);
      return true;
    });
  }
});

Deno.test("An aborted query stops in the engine and leaves the daemon answering", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  await rowsOf(store, "SELECT 1");
  const controller = new AbortController();
  const slow = store.sql(
    "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE (a.range + b.range) % 7 = 3",
    undefined,
    { signal: controller.signal },
  ).then((result) => result.toArrow());
  setTimeout(() => controller.abort(), 300);
  await rejects(slow);
  equal((await rowsOf(store, "SELECT 1 AS x"))[0]?.x, 1);
});
