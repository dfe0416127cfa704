/** What is written as Parquet is what DuckDB reads: the same values, for every type and nesting. */
import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { QueryResult } from "../../lib/arrow/query_result.ts";
import { Database } from "../../lib/engine/database.ts";
import { runQuery } from "../../lib/engine/query.ts";
import { writeParquet } from "./parquet_output.ts";

/** Values of one type, as SQL; nulls are added. */
const COLUMNS: Readonly<Record<string, string>> = {
  flag: "i % 2 = 0",
  tiny: "(i % 200 - 100)::TINYINT",
  small: "(i % 200 * 300 - 30000)::SMALLINT",
  whole: "(i * 1000003 % 4294967296 - 2147483648)::INTEGER",
  big: "(9223372036854775807 - i)::BIGINT",
  negative: "(-9223372036854775807 + i)::BIGINT",
  byte: "(i % 256)::UTINYINT",
  word: "(65535 - i % 65536)::USMALLINT",
  unsigned: "(4294967295 - i)::UINTEGER",
  unsigned_big: "(18446744073709551615 - i)::UBIGINT",
  huge: "(99999999999999999999999999999999999999 - i)::HUGEINT",
  single: "(i / 3)::FLOAT",
  double: "CASE i % 4 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN '-inf'::DOUBLE ELSE -0.1 * i END",
  money: "(i / 100)::DECIMAL(9, 2)",
  precise: "(i / -7)::DECIMAL(18, 6)",
  exact: "(i / 7)::DECIMAL(38, 20)",
  text: "repeat('漢字 ', i % 5) || i",
  bytes: "encode('ab' || i)",
  at: "TIMESTAMPTZ '1969-12-31 23:59:59.999999+00' + INTERVAL (i) MICROSECOND",
  local: "TIMESTAMP '2026-11-21 08:00:00.000001' + INTERVAL (i) MICROSECOND",
  nanos: "make_timestamp_ns(1700000000123456789 + i)",
  seconds: "TIMESTAMP_S '2026-11-21 08:00:00'",
  day: "DATE '1960-01-01' + i::INTEGER",
  clock: "TIME '08:00:00.000001' + INTERVAL (i) SECOND",
  id: "('00000000-0000-4000-8000-' || lpad(i::VARCHAR, 12, '0'))::UUID",
  outcome: "CASE WHEN i % 3 = 0 THEN 'passed' ELSE 'failed' END::ENUM('passed', 'failed')",
  list: "[i, NULL, -i]::BIGINT[]",
  nested: "[[], NULL, [i::VARCHAR, '']]::VARCHAR[][]",
  times: "[TIMESTAMPTZ '2026-11-21 08:00:00+00', NULL]",
  fixed: "[i, 2, 3]::DOUBLE[3]",
  record: "{a: i, b: {c: [DATE '2026-11-21'], d: NULL::DECIMAL(30, 3)}}",
  records: "[{x: 1.25::DECIMAL(4, 2), y: 'ä'}, NULL]",
  pairs: "MAP {'a': i, 'b': NULL}",
  "dotted.name": "i",
};

/** Types that come back otherwise: their values are compared as what they became. */
const BECOMES: Readonly<Record<string, string>> = {
  huge: "DECIMAL(38,0)",
  seconds: "TIMESTAMP",
  id: "VARCHAR",
  outcome: "VARCHAR",
  fixed: "DOUBLE[]",
};

async function withDatabase(work: (database: Database, folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "litmus-parquet-" });
  const database = await Database.open({ memoryBytes: 1024 ** 3 });
  try {
    await work(database, folder);
  } finally {
    database.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes the rows of a statement; returns how many chunks it took. */
async function write(database: Database, sql: string, path: string): Promise<number> {
  const { schema, batches } = await runQuery(database, sql);
  using file = await Deno.open(path, { write: true, create: true });
  let chunks = 0;
  await writeParquet(new QueryResult(schema, batches), async (chunk) => {
    chunks++;
    equal(await file.write(chunk), chunk.byteLength);
  }, new AbortController().signal);
  return chunks;
}

async function rows(database: Database, sql: string): Promise<unknown[][]> {
  const { schema, batches } = await runQuery(database, sql);
  return await Array.fromAsync(new QueryResult(schema, batches).rowArrays());
}

Deno.test("writeParquet() keeps the values of every type, with and without nulls", async () => {
  await withDatabase(async (database, folder) => {
    const path = join(folder, "types.parquet");
    const columns = Object.entries(COLUMNS).flatMap(([name, sql]) => [
      `${sql} AS "${name}"`,
      // Behind the end of a list is NULL, for types as well that CASE does not take.
      `[${sql}][1 + i % 2] AS "${name} or null"`,
      `[${sql}][2] AS "${name} never"`,
    ]);
    await database.run(`CREATE TABLE source AS SELECT ${columns.join(", ")} FROM range(200) t(i)`);
    await write(database, "FROM source", path);
    const types = async (of: string): Promise<Record<string, unknown>> =>
      Object.fromEntries(
        (await rows(database, `SELECT column_name, column_type FROM (DESCRIBE ${of})`))
          .map(([name, type]) => [String(name), type]),
      );
    const written = await types(`FROM '${path}'`);
    for (const [name, type] of Object.entries(await types("source"))) {
      const base = name.replace(/ or null$| never$/, "");
      equal(written[name], BECOMES[base] ?? type, name);
      const wanted = `SELECT "${name}"::${written[name]} AS value FROM source`;
      const found = `SELECT "${name}" AS value FROM '${path}'`;
      deepEqual(await rows(database, `(${wanted}) EXCEPT ALL (${found})`), [], name);
    }
    deepEqual(await rows(database, `SELECT count(*) FROM '${path}'`), [[200]]);
  });
});

Deno.test("writeParquet() writes row groups as rows arrive, and statistics that prune them", async () => {
  await withDatabase(async (database, folder) => {
    const path = join(folder, "groups.parquet");
    const sql =
      "SELECT i, 'sn' || lpad((i // 1000)::VARCHAR, 6, '0') AS sn FROM range(250000) t(i)";
    ok(await write(database, sql, path) >= 3);
    const [second] = await rows(
      database,
      `SELECT stats_min_value::BIGINT >= 100000, compression FROM parquet_metadata('${path}')
        WHERE column_id = 0 AND row_group_id = 1`,
    );
    deepEqual(second, [true, "SNAPPY"]);
    deepEqual(
      await rows(database, `SELECT count(*), max(i) FROM '${path}' WHERE sn >= 'sn000200'`),
      [[50_000, 249_999]],
    );
  });
});

Deno.test("writeParquet() writes a file without rows, and names that stand twice", async () => {
  await withDatabase(async (database, folder) => {
    const path = join(folder, "empty.parquet");
    await write(database, "SELECT 1 AS a, 'x' AS a WHERE false", path);
    deepEqual(await rows(database, `SELECT column_name FROM (DESCRIBE FROM '${path}')`), [
      ["a"],
      ["a_1"],
    ]);
    deepEqual(await rows(database, `FROM '${path}'`), []);
  });
});

Deno.test("writeParquet() turns what Parquet lacks into the text of other formats", async () => {
  await withDatabase(async (database, folder) => {
    const path = join(folder, "text.parquet");
    const sql = "SELECT INTERVAL '1 month 2 days 3 seconds' AS a, union_value(n := 1.5) AS b";
    await write(database, sql, path);
    deepEqual(await rows(database, `FROM '${path}'`), [["1 month 2 days 00:00:03", "1.5"]]);
  });
});
