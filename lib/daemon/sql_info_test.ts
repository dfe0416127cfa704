import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { valueReader } from "../arrow/column_values.ts";
import { Database } from "../engine/database.ts";
import { SqlInfo, SqlSupportsConvert } from "../flight/sql_wire.ts";
import { sqlInfoBatch } from "./sql_info_batch.ts";
import { sqlInfoEntries } from "./sql_info.ts";
import { typeInfoBatch } from "./sql_type_info.ts";
import { readSqlWords } from "./sql_words.ts";

const WORDS = { keywords: ["SELECT"], numeric: ["abs"], text: ["upper"], system: [], time: [] };

function valuesOf(wanted: readonly number[]): Map<unknown, unknown> {
  const { rows, columns } = sqlInfoBatch(sqlInfoEntries(WORDS, wanted));
  const [name, value] = columns.map((column) => valueReader(column));
  return new Map(Array.from({ length: rows }, (_, row) => [name?.(row), value?.(row)]));
}

Deno.test("sqlInfoBatch() holds each kind of value in its member of the union", () => {
  const values = valuesOf([]);
  equal(values.get(SqlInfo.FLIGHT_SQL_SERVER_NAME), "Litmus");
  equal(values.get(SqlInfo.FLIGHT_SQL_SERVER_READ_ONLY), true);
  equal(values.get(SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION), 0);
  equal(values.get(SqlInfo.SQL_SUPPORTED_GROUP_BY), 3);
  deepEqual(values.get(SqlInfo.SQL_KEYWORDS), ["SELECT"]);
  deepEqual(values.get(SqlInfo.SQL_SYSTEM_FUNCTIONS), []);
  const conversions = values.get(SqlInfo.SQL_SUPPORTS_CONVERT) as {
    key: number;
    value: number[];
  }[];
  const dates = conversions.find(({ key }) => key === SqlSupportsConvert.SQL_CONVERT_DATE);
  ok(dates?.value.includes(SqlSupportsConvert.SQL_CONVERT_VARCHAR));
});

Deno.test("sqlInfoEntries() answers every number of the protocol but those of Substrait", () => {
  const known = Object.values(SqlInfo).filter((value) => typeof value === "number");
  const answered = new Set(valuesOf([]).keys());
  const missing = known.filter((info) => !answered.has(info)).map((info) => SqlInfo[info]);
  deepEqual(missing, [
    "FLIGHT_SQL_SERVER_SUBSTRAIT_MIN_VERSION",
    "FLIGHT_SQL_SERVER_SUBSTRAIT_MAX_VERSION",
  ]);
});

Deno.test("sqlInfoEntries() keeps to the numbers asked for and passes over unknown ones", () => {
  const { FLIGHT_SQL_SERVER_CANCEL, SQL_KEYWORDS } = SqlInfo;
  deepEqual([...valuesOf([SQL_KEYWORDS, FLIGHT_SQL_SERVER_CANCEL, 99_999]).keys()], [
    FLIGHT_SQL_SERVER_CANCEL,
    SQL_KEYWORDS,
  ]);
});

Deno.test("readSqlWords() and typeInfoBatch() follow the engine", async () => {
  const database = await Database.open({ memoryBytes: 256 * 1024 * 1024 });
  try {
    const words = await readSqlWords(database);
    ok(words.keywords.includes("SELECT"));
    ok(words.numeric.includes("abs"));
    ok(words.text.includes("upper"));
    ok(words.time.includes("date_trunc"));
    const batch = typeInfoBatch();
    const [name, number] = batch.columns.map((column) => valueReader(column));
    const names = Array.from({ length: batch.rows }, (_, row) => String(name?.(row)));
    const types = await database.rows("SELECT DISTINCT logical_type AS t FROM duckdb_types()");
    const lacking = types.map(({ t }) => String(t)).filter((type) => !names.includes(type));
    deepEqual(lacking.sort(), ["NULL", "TYPE"]);
    const numbers = names.map((_, row) => Number(number?.(row)));
    deepEqual(numbers, numbers.toSorted((a, b) => a - b));
  } finally {
    database.close();
  }
});
