import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  duckdbType,
  DYNAMIC_PREFIXES,
  fileColumns,
  FIXED_COLUMNS,
  INSTRUMENT_COLUMNS,
  RECORD_TYPES,
  ROW_KEYS,
  SCHEMA_VERSION,
} from "./columns.ts";

interface Golden {
  readonly schema_version: string;
  readonly record_types: readonly string[];
  readonly keys: Readonly<Record<string, readonly string[]>>;
  readonly dynamic_prefixes: readonly string[];
  readonly fixed_columns: readonly { name: string; type: string }[];
  readonly instrument_columns: readonly { name: string; type: string }[];
}

const TESTDATA = new URL("../../tests/testdata/", import.meta.url);

async function goldens(): Promise<Golden[]> {
  const found: Golden[] = [];
  for await (const { name } of Deno.readDir(TESTDATA)) {
    if (!/^run_schema_.*\.json$/.test(name)) continue;
    found.push(JSON.parse(await Deno.readTextFile(new URL(name, TESTDATA))));
  }
  return found;
}

const shape = ({ name, type }: { name: string; type: string }) => ({ name, type });

Deno.test("FIXED_COLUMNS keeps every column of every schema version in its order", async () => {
  const all = await goldens();
  ok(all.length > 0);
  for (const golden of all) {
    for (
      const [now, then] of [
        [FIXED_COLUMNS, golden.fixed_columns],
        [INSTRUMENT_COLUMNS, golden.instrument_columns],
      ] as const
    ) {
      const names = new Set(then.map(({ name }) => name));
      deepStrictEqual(now.map(shape).filter(({ name }) => names.has(name)), then);
    }
    deepStrictEqual([...RECORD_TYPES], golden.record_types);
    deepStrictEqual(ROW_KEYS, golden.keys);
    deepStrictEqual(Object.values(DYNAMIC_PREFIXES), golden.dynamic_prefixes);
  }
});

Deno.test("FIXED_COLUMNS adds nothing without a new schema version and its golden file", async () => {
  const golden = (await goldens()).find(({ schema_version }) => schema_version === SCHEMA_VERSION);
  deepStrictEqual(FIXED_COLUMNS.map(shape), golden?.fixed_columns);
  deepStrictEqual(INSTRUMENT_COLUMNS.map(shape), golden?.instrument_columns);
});

Deno.test("FIXED_COLUMNS differ by more than case and say what they mean", () => {
  const all = [...FIXED_COLUMNS, ...INSTRUMENT_COLUMNS];
  strictEqual(new Set(all.map(({ name }) => name.toLowerCase())).size, all.length);
  for (const column of all) ok(column.meaning.length > 0 && duckdbType(column.type).length > 0);
});

Deno.test("fileColumns() sorts dynamic and instrument columns into one sequence", () => {
  const extra = ["out_x", "in_b", "custom_a", "in_a"].map((name) => ({ name, type: "double" }));
  const names = fileColumns(extra).map(({ name }) => name).slice(FIXED_COLUMNS.length);
  deepStrictEqual(names.slice(0, 5), [
    "custom_a",
    "in_a",
    "in_b",
    "out_x",
    "step_instruments_cal_certificate",
  ]);
  strictEqual(names.length, 4 + INSTRUMENT_COLUMNS.length);
});
