import { match, ok, rejects, strictEqual as equal } from "node:assert/strict";
import { LimitError, SqlError } from "../base/errors.ts";
import { Database } from "./database.ts";
import { runQuery } from "./query.ts";
import { REFUSED_FUNCTIONS } from "./statement_gate.ts";

async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const database = await Database.open({
    memoryBytes: 512 * 1024 ** 2,
    readableDirectories: [folder],
  });
  try {
    await database.run("CREATE TABLE runs AS SELECT 1 AS run_id, 'x' AS dut_serial");
    await database.lock();
    await work(database);
  } finally {
    database.close();
    await Deno.remove(folder, { recursive: true });
  }
}

const REFUSED = [
  "CREATE TEMP TABLE x AS SELECT 1",
  "CREATE TYPE __pivot_enum AS ENUM ('a')",
  "CREATE TYPE x AS ENUM ('a'); SELECT 1",
  "CREATE MACRO f() AS 1",
  "INSERT INTO runs VALUES (2, 'y')",
  "INSERT INTO runs VALUES (2, 'y') RETURNING *",
  "WITH x AS (INSERT INTO runs VALUES (2, 'y') RETURNING *) FROM x",
  "MERGE INTO runs USING (SELECT 1 AS run_id) s ON true WHEN MATCHED THEN DELETE",
  "TRUNCATE runs",
  "ATTACH ':memory:' AS other",
  "USE memory",
  "PRAGMA database_list",
  "; PRAGMA database_list",
  "/* a */ PRAGMA memory_limit='1GB'",
  "CALL pragma_version()",
  "SET memory_limit = '1GB'",
  "SET VARIABLE x = 1",
  "RESET memory_limit",
  "EXECUTE p",
  "PREPARE p AS SELECT 1",
  "DEALLOCATE p",
  "BEGIN",
  "COMMIT",
  "VACUUM",
  "CHECKPOINT",
  "ANALYZE",
  "EXPORT DATABASE 'x'",
  "IMPORT DATABASE 'x'",
  "COPY runs TO 'x.csv'",
  "COPY FROM DATABASE memory TO other",
  "INSTALL httpfs",
  "LOAD httpfs",
  "COMMENT ON TABLE runs IS 'x'",
  "EXPLAIN ANALYZE INSERT INTO runs VALUES (2, 'y')",
  "EXPLAIN /**/ANALYZE COPY runs TO 'x.csv'",
  "/**/EXPLAIN/**/ANALYZE DELETE FROM runs",
  "EXPLAIN (ANALYZE, FORMAT json) DROP TABLE runs",
  "EXPLAIN ANALYZE PRAGMA database_list",
  "EXPLAIN INSERT INTO runs VALUES (2, 'y')",
  "FROM force_checkpoint()",
  'FROM system.main."force_checkpoint"()',
  "FROM force_checkpoint\u200b()",
  "SELECT $a1$ ' $a1$, * FROM force_checkpoint() -- '",
  "SELECT 1 -- \r FROM force_checkpoint()",
  "FROM query('FROM force_checkpoint()')",
  "FROM json_execute_serialized_sql(json_serialize_sql('FROM force_checkpoint()'))",
  "FROM read_text('/etc/passwd')",
  "SELECT * FROM '/etc/passwd'",
  "FROM read_duckdb('/tmp/x.duckdb')",
  "FROM glob('/etc/*')",
  "SELECT 1\0; DROP TABLE runs",
  "",
  "SELECT 1; SELECT 2",
  "SELEC 1",
];

Deno.test("Statements that are not reading are refused with a SqlError and change nothing", async () => {
  await withDatabase(async (database) => {
    for (const sql of REFUSED) {
      await rejects(
        runQuery(database, sql).then(({ batches }) => Array.fromAsync(batches)),
        (error) => {
          ok(error instanceof SqlError, `${sql}: ${error}`);
          return true;
        },
        sql,
      );
    }
    const [row] = await database.rows("SELECT count(*)::DOUBLE AS n FROM runs");
    equal(row?.n, 1);
    const [left] = await database.rows(
      "SELECT (SELECT count(*) FROM duckdb_tables())::DOUBLE AS tables, (SELECT count(*) FROM duckdb_types() WHERE NOT internal)::DOUBLE AS types",
    );
    equal(left?.tables, 1);
    equal(left?.types, 0);
  });
});

Deno.test("Reading statements of all kinds pass", async () => {
  await withDatabase(async (database) => {
    for (
      const sql of [
        "FROM runs",
        "VALUES (1), (2)",
        "TABLE runs",
        "SHOW TABLES",
        "SHOW ALL TABLES",
        "DESCRIBE runs",
        "DESCRIBE SELECT 1",
        "SUMMARIZE runs",
        "EXPLAIN SELECT 1",
        "EXPLAIN /**/ ANALYZE SELECT 1",
        "EXPLAIN (ANALYZE, FORMAT json) SELECT 1",
        "EXPLAIN (SELECT 1)",
        "WITH RECURSIVE a AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM a WHERE i < 3) FROM a;",
        "PIVOT runs ON dut_serial USING sum(run_id)",
        "FROM (PIVOT runs ON dut_serial USING sum(run_id))",
        "UNPIVOT (SELECT 1 AS a, 2 AS b) ON COLUMNS(*)",
        "SELECT * FROM duckdb_settings()",
        "SELECT getvariable('x')",
        "SELECT query FROM (SELECT 'x' AS query)",
        ";; SELECT ';' ;",
      ]
    ) {
      ok((await Array.fromAsync((await runQuery(database, sql)).batches)).length >= 0, sql);
    }
  });
});

/** Table functions of the engine that were looked at and only read; a new engine brings new ones. */
const HARMLESS = new Set(
  `duckdb_approx_database_count duckdb_columns duckdb_connection_count duckdb_constraints
  duckdb_coordinate_systems duckdb_databases duckdb_dependencies duckdb_extensions
  duckdb_external_file_cache duckdb_functions duckdb_indexes duckdb_keywords duckdb_memory
  duckdb_optimizers duckdb_prepared_statements duckdb_schemas duckdb_secret_types duckdb_sequences
  duckdb_settings duckdb_table_sample duckdb_tables duckdb_temporary_files duckdb_types
  duckdb_variables duckdb_views generate_series glob icu_calendar_names json_each json_tree
  parquet_bloom_probe parquet_file_metadata parquet_full_metadata parquet_kv_metadata
  parquet_metadata parquet_scan parquet_schema pg_timezone_names pragma_collations
  pragma_database_size pragma_metadata_info pragma_platform pragma_show pragma_storage_info
  pragma_table_info pragma_user_agent pragma_version query_table range read_blob read_csv
  read_csv_auto read_json read_json_auto read_json_objects read_json_objects_auto read_ndjson
  read_ndjson_auto read_ndjson_objects read_parquet read_text repeat repeat_row sniff_csv
  sql_auto_complete summary test_all_types test_vector_types unnest`.split(/\s+/),
);

Deno.test("Every table function of the engine is refused or known to be harmless", async () => {
  await withDatabase(async (database) => {
    const rows = await database.rows(
      "SELECT DISTINCT function_name AS name FROM duckdb_functions() WHERE function_type = 'table' ORDER BY ALL",
    );
    const unknown = rows.map(({ name }) => String(name))
      .filter((name) => !HARMLESS.has(name) && !REFUSED_FUNCTIONS.has(name));
    equal(unknown.join(" "), "");
  });
});

Deno.test("Odd calls of table functions never take the engine down", async () => {
  await withDatabase(async (database) => {
    for (const name of HARMLESS) {
      for (
        const args of ["", "NULL", "'x'", "-1", "'runs'", "[]", "{'a': 1}", "NULL, NULL", "1, 0"]
      ) {
        const result = await runQuery(database, `FROM ${name}(${args}) LIMIT 5`)
          .then(({ batches }) => Array.fromAsync(batches)).catch((error: unknown) => error);
        ok(Array.isArray(result) || result instanceof SqlError, `${name}(${args}): ${result}`);
      }
    }
    await runQuery(database, "FROM runs");
  });
});

Deno.test("Errors point at the place in the statement, in characters", async () => {
  await withDatabase(async (database) => {
    for (
      const [sql, wrong] of [
        ["SELECT nothing FROM runs", "nothing"],
        ["SELECT 'äöü🦆日本',\n\t  nothing\nFROM runs", "nothing"],
        [`SELECT '${"日本語🦆".repeat(80)}', nothing, '${"x".repeat(200)}' FROM runs`, "nothing"],
        ["SELECT * FRM runs", "runs"],
        ["\n\n SELECT * FROM rnus", "rnus"],
        ["SELECT summ(run_id)\r\nFROM runs", "summ"],
        ["SELECT 'never closed", "'never"],
        ["SELECT 1 +\n 'x'::INTEGER", "::"],
      ] as const
    ) {
      await rejects(
        runQuery(database, sql).then(({ batches }) => Array.fromAsync(batches)),
        (error) => {
          ok(error instanceof SqlError);
          ok(error.position !== undefined, error.message);
          ok(sql.slice(error.position).startsWith(wrong), `${sql}: ${error.position}`);
          return true;
        },
      );
    }
  });
});

Deno.test("Error messages keep what the engine proposes and nothing of its excerpt", async () => {
  await withDatabase(async (database) => {
    const messageOf = async (sql: string) =>
      await runQuery(database, sql).then(() => "", (error: Error) => error.message);
    match(await messageOf("SELECT * FROM rnus"), /^Catalog Error: .*\nDid you mean "runs"\?$/);
    match(
      await messageOf("SELECT run_idd FROM runs"),
      /\nCandidate bindings: "run_id", "dut_serial"$/,
    );
    match(await messageOf("SELECT * FRM runs"), /^Parser Error: syntax error at or near "runs"$/);
    await rejects(runQuery(database, `SELECT '${"x".repeat(2 ** 20)}'`), LimitError);
  });
});
