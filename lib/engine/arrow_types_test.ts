/** What arrives as Arrow is what DuckDB itself writes as text or JSON, for every type and nesting. */
import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { valueReader } from "../arrow/column_values.ts";
import type { ArrowBatch, ArrowField } from "../arrow/field.ts";
import { Database } from "./database.ts";
import { runQuery } from "./query.ts";

async function withDatabase(
  work: (database: Database) => Promise<void>,
  wholeColumns = true,
): Promise<void> {
  const database = await Database.open({ memoryBytes: 1024 ** 3, wholeColumns });
  try {
    await work(database);
  } finally {
    database.close();
  }
}

async function read(
  database: Database,
  sql: string,
): Promise<{ fields: readonly ArrowField[]; rows: unknown[][]; batches: ArrowBatch[] }> {
  const { schema, batches } = await runQuery(database, sql);
  const all = await Array.fromAsync(batches);
  const rows = all.flatMap((batch) => {
    const readers = batch.columns.map(valueReader);
    return Array.from({ length: batch.rows }, (_, row) => readers.map((reader) => reader(row)));
  });
  return { fields: schema.fields, rows, batches: all };
}

/** A value in the words of DuckDB's to_json. */
function plain(value: unknown, field: ArrowField): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) {
    return Array.from(
      value,
      (byte) =>
        byte < 0x20 || byte > 0x7e || "\"'\\".includes(String.fromCharCode(byte))
          ? `\\x${byte.toString(16).padStart(2, "0").toUpperCase()}`
          : String.fromCharCode(byte),
    ).join("");
  }
  if (field.format.startsWith("d:")) return Number(value);
  if (typeof value === "string" && /^t[sdt]/.test(field.format)) return timeText(value);
  const [child] = field.children;
  if (field.format === "+m" && child !== undefined) {
    const [key, item] = child.children;
    const entries = value as { key: unknown; value: unknown }[];
    return Object.fromEntries(
      entries.map((each) => [String(plain(each.key, key!)), plain(each.value, item!)]),
    );
  }
  if (Array.isArray(value) && child !== undefined) return value.map((each) => plain(each, child));
  if (field.format === "+s") {
    const record = value as Record<string, unknown>;
    return Object.fromEntries(
      field.children.map((each) => [each.name, plain(record[each.name], each)]),
    );
  }
  return value;
}

function timeText(text: string): string {
  return text.replace("T", " ").replace(/Z$/, "+00").replace(/\.?0+(\+00)?$/, "$1")
    .replace(/(:\d\d:\d)(\+00)?$/, "$10$2").replace(/(:\d)$/, "$10").replace(/:0?$/, ":00");
}

/** Compares each column with its own JSON out of the same query. */
async function sameAsJson(
  database: Database,
  columns: readonly string[],
  source: string,
): Promise<void> {
  const list = columns.flatMap((each) => [each, `to_json(${each})::VARCHAR`]).join(", ");
  const { fields, rows } = await read(database, `SELECT ${list} FROM ${source}`);
  ok(rows.length > 0);
  rows.forEach((row, at) => {
    columns.forEach((column, i) => {
      const json = row[i * 2 + 1];
      const expected = typeof json === "string" ? JSON.parse(json) : null;
      deepEqual(plain(row[i * 2], fields[i * 2]!), expected, `${column}, row ${at}`);
    });
  });
}

const AS_JSON = [
  "bool",
  "tinyint",
  "smallint",
  "int",
  "utinyint",
  "usmallint",
  "uint",
  "double",
  "dec_4_1",
  "dec_9_4",
  "uuid",
  "varchar",
  "small_enum",
  "medium_enum",
  "large_enum",
  "int_array",
  "varchar_array",
  "nested_int_array",
  '"struct"',
  "struct_of_arrays",
  "array_of_structs",
  '"map"',
  "fixed_int_array",
  "fixed_varchar_array",
  "fixed_nested_int_array",
  "fixed_nested_varchar_array",
  "fixed_struct_array",
  "struct_of_fixed_array",
  "fixed_array_of_int_list",
  "list_of_fixed_int_array",
];

Deno.test("Every type of DuckDB's own list arrives as DuckDB writes it", async () => {
  await withDatabase(async (database) => {
    await sameAsJson(database, AS_JSON, "test_all_types()");
  });
});

Deno.test("Types without a counterpart in Arrow travel as DuckDB's text, nested ones as well", async () => {
  await withDatabase(async (database) => {
    for (
      const type of ["uhugeint", "bignum", "bit", "time_tz", "hugeint", "interval", "dec38_10"]
    ) {
      const { rows } = await read(
        database,
        `SELECT ${type}, ${type}::VARCHAR FROM test_all_types()`,
      );
      for (const [value, text] of rows) equal(value, text, type);
    }
    const { fields, rows } = await read(
      database,
      `SELECT [bit] AS "a b", {'x': time_tz, 'y "z"': [uhugeint]} AS s, MAP {bit: bignum} AS m,
        union_value(u := bit) AS u, [bit, bit]::BIT[2] AS f, {'a': 1}::VARIANT AS v, 1 AS plain
       FROM test_all_types() WHERE "bit" IS NOT NULL ORDER BY "bit"`,
    );
    deepEqual(fields.map(({ name }) => name), ["a b", "s", "m", "u", "f", "v", "plain"]);
    const bits = "0010001001011100010101011010111";
    deepEqual(rows[0]?.slice(0, 2), [[bits], { x: "00:00:00+15:59:59", 'y "z"': ["0"] }]);
    deepEqual(rows[0]?.slice(3), [bits, [bits, bits], "{'a': 1}", 1]);
  });
});

Deno.test("A cast to text keeps order, parameters, names that are double, and comments behind", async () => {
  await withDatabase(async (database) => {
    const { schema, batches } = await runQuery(
      database,
      "SELECT i::UHUGEINT AS a, i::UHUGEINT AS a, $1 AS p FROM range(5000) t(i) ORDER BY i DESC; -- end",
      { parameters: ["x"] },
    );
    deepEqual(schema.fields.map(({ name, format }) => name + format), ["au", "au", "pu"]);
    const rows = (await Array.fromAsync(batches)).flatMap((batch) => {
      const readers = batch.columns.map(valueReader);
      return Array.from({ length: batch.rows }, (_, row) => readers.map((each) => each(row)));
    });
    deepEqual(rows[0], ["4999", "4999", "x"]);
    deepEqual(rows.at(-1), ["0", "0", "x"]);
  });
});

Deno.test("Times of all units arrive exactly, infinite ones as such", async () => {
  await withDatabase(async (database) => {
    const { rows } = await read(
      database,
      `SELECT 'infinity'::TIMESTAMP, '-infinity'::TIMESTAMPTZ, 'infinity'::DATE,
        '-infinity'::TIMESTAMP_NS, 'infinity'::TIMESTAMP_S, '-infinity'::TIMESTAMP_MS,
        '1969-12-31 23:59:59.999999'::TIMESTAMPTZ, '2026-01-02 03:04:05.123456789'::TIMESTAMP_NS,
        '2026-01-02 03:04:05.123'::TIMESTAMP_MS, '2026-01-02 03:04:05'::TIMESTAMP_S,
        '0001-01-01'::DATE, '23:59:59.999999'::TIME, INTERVAL '-1 day 2 hours'`,
    );
    deepEqual(rows[0], [
      "infinity",
      "-infinity",
      "infinity",
      "-infinity",
      "infinity",
      "-infinity",
      "1969-12-31T23:59:59.999999Z",
      "2026-01-02T03:04:05.123456789",
      "2026-01-02T03:04:05.123000",
      "2026-01-02T03:04:05.000000",
      "0001-01-01",
      "23:59:59.999999",
      "-1 day 02:00:00",
    ]);
  });
});

/** Nested values over many chunks, with nulls and empty ones in every place. */
const NESTED = `(SELECT i,
  CASE WHEN i % 7 = 3 THEN NULL ELSE list_transform(range(i % 5), x -> CASE WHEN (x + i) % 3 = 0
    THEN NULL ELSE 'text ' || x || repeat('é', i % 4) END) END AS texts,
  CASE WHEN i % 11 = 5 THEN NULL ELSE list_transform(range(i % 4), x ->
    CASE WHEN x = 2 THEN NULL ELSE list_transform(range((x + i) % 3), y -> y % 2 = 0) END) END AS bits,
  CASE WHEN i % 5 = 1 THEN NULL ELSE {'a': CASE WHEN i % 3 = 0 THEN NULL ELSE i END,
    'b': [{'c': i / 8, 'd': ['x', NULL, '']}]} END AS deep,
  CASE WHEN i % 6 = 2 THEN NULL ELSE MAP {'k' || i: i % 2 = 0, 'l': NULL} END AS pairs,
  (CASE WHEN i % 9 = 4 THEN NULL ELSE [i, NULL, i + 1] END)::BIGINT[3] AS three,
  ['red', 'green', NULL, 'blue'][1 + i % 4]::ENUM('red', 'green', 'blue') AS color,
  [['red', 'green', NULL, 'blue'][1 + i % 4]::ENUM('red', 'green', 'blue')] AS colors,
  CASE WHEN i % 3 = 0 THEN NULL ELSE i % 2 = 0 END AS flag,
  NULL AS nothing, [NULL] AS nothings
  FROM range(FIRST, LAST) t(i))`;
const NESTED_COLUMNS = [
  "texts",
  "bits",
  "deep",
  "pairs",
  "three",
  "color",
  "colors",
  "flag",
  "nothing",
  "nothings",
];

Deno.test("Nested values over several batches arrive as DuckDB writes them", async () => {
  await withDatabase(async (database) => {
    const source = NESTED.replace("FIRST", "0").replace("LAST", "40000");
    await sameAsJson(database, NESTED_COLUMNS, source);
    const { batches } = await read(database, `SELECT texts, colors FROM ${source}`);
    ok(batches.length > 1);
    equal(batches.reduce((sum, { rows }) => sum + rows, 0), 40_000);
  });
});

Deno.test("Chunks of a width that is no multiple of eight, and chunks of nothing but empty lists", async () => {
  await withDatabase(async (database) => {
    await sameAsJson(
      database,
      NESTED_COLUMNS,
      `(SELECT * FROM ${
        NESTED.replace("FIRST", "0").replace("LAST", "9001")
      } WHERE i % 13 <> 5 AND i % 17 > 3)`,
    );
    await sameAsJson(
      database,
      ["a", "b", "c", "d"],
      `(SELECT CASE WHEN i < 5000 THEN [] ELSE ['x' || i] END AS a,
        CASE WHEN i < 5000 THEN [] ELSE [[i], []] END AS b,
        CASE WHEN i < 5000 THEN NULL ELSE [MAP {i: [i]}] END AS c,
        CASE WHEN i < 5000 THEN [[]] ELSE [['y']] END AS d FROM range(10000) t(i))`,
    );
  });
});

Deno.test("A result without rows has its schema and no batch", async () => {
  await withDatabase(async (database) => {
    const { fields, batches } = await read(
      database,
      "SELECT 1 AS a, 'x'::ENUM('x') AS e, [[1]] AS l WHERE false",
    );
    deepEqual(fields.map(({ name }) => name), ["a", "e", "l"]);
    equal(batches.length, 0);
  });
});

Deno.test("Without the native functions plain types keep their values, others become text", async () => {
  const sql = `SELECT i AS whole, i / 3 AS real, 'a' || i AS text, i % 2 = 0 AS flag,
    make_timestamptz(i * 1000000 + 1) AS at, 9223372036854775807 - i AS wide, [i, NULL] AS list,
    DATE '2026-01-02' AS day, NULL AS nothing FROM range(5000) t(i)`;
  await withDatabase(async (database) => {
    equal(database.native, undefined);
    const { fields, rows } = await read(database, sql);
    deepEqual(fields.map(({ format }) => format).slice(0, 6), ["l", "g", "u", "b", "tsu:UTC", "l"]);
    equal(rows.length, 5000);
    deepEqual(rows[2], [
      2,
      2 / 3,
      "a2",
      true,
      "1970-01-01T00:00:02.000001Z",
      9223372036854775805n,
      "[2, NULL]",
      "2026-01-02",
      null,
    ]);
  }, false);
});

Deno.test("Values survive collections of garbage between the native calls", async () => {
  await withDatabase(async (database) => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for (let round = 0; round < 20; round++) {
      const waste = Array.from({ length: 200 }, (_, i) => new Uint8Array(1024 + i));
      collect();
      const { rows } = await read(
        database,
        `SELECT 'text ' || i, [i, i + 1], {'a': i} FROM range(3000) t(i)`,
      );
      deepEqual(rows[2999], ["text 2999", [2999, 3000], { a: 2999 }]);
      equal(waste.length, 200);
    }
  });
});
