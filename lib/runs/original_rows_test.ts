/**
 * Rows rebuilt from the original's events against the rows of its own Parquet files: two runs that
 * lie in tests/testdata, and all of the fixture directory where it is there.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { join } from "@std/path";
import type { RunEventRecord } from "./run_event.ts";
import { RunAccumulator } from "./run_accumulator.ts";
import { runFileStem } from "./run_file_stem.ts";
import type { RunTable } from "./run_table.ts";
import type { Cell } from "./series.ts";

interface EventsOfRun {
  readonly run_id: string;
  readonly session_id: string;
  readonly events: readonly RunEventRecord[];
}

interface OriginalRun {
  readonly run_id: string;
  readonly stem: string;
  readonly columns: readonly { name: string; type?: string; values: readonly Cell[] }[];
  readonly metadata: Readonly<Record<string, string>>;
}

const TESTDATA = new URL("../../tests/testdata/litmus-0.1.3/", import.meta.url);
const FIXTURE = new URL("../../../shared/fixtures/litmus-0.1.3/", import.meta.url);

/** Where formats.md asks for something else than the original wrote (docs/run_parquet.md). */
function isDeparture(column: string): boolean {
  if (column.startsWith("step_instruments_") || column === "run_ended_at") return true;
  return ["vector_outcome", "vector_started_at", "vector_ended_at"].includes(column);
}

function rebuild(run: EventsOfRun): RunTable {
  const accumulator = new RunAccumulator({
    runId: run.run_id,
    sessionId: run.session_id,
    litmusVersion: "0.1.3",
  });
  for (const event of run.events) accumulator.add(event);
  return accumulator.finish();
}

function cellsOf(table: RunTable, name: string): Cell[] {
  const column = table.columns.find((candidate) => candidate.name === name);
  ok(column, `Column ${name} is missing`);
  return column.slice(0, table.rowCount);
}

function compare(table: RunTable, original: OriginalRun): void {
  deepStrictEqual(table.columns.map(({ name }) => name), original.columns.map(({ name }) => name));
  const recordTypes = cellsOf(table, "record_type");
  for (const { name, type, values } of original.columns) {
    if (type !== undefined) {
      strictEqual(table.columns.find((column) => column.name === name)?.type, type, name);
    }
    const cells = cellsOf(table, name);
    strictEqual(cells.length, values.length);
    values.forEach((value, row) => {
      if (isDeparture(name)) return;
      deepStrictEqual(cells[row], value, `${original.stem} ${name} row ${row}`);
    });
  }
  compareDepartures(table, recordTypes);
  const { step_results, ...metadata } = table.metadata;
  const { step_results: originalSteps, ...originalMetadata } = original.metadata;
  deepStrictEqual(metadata, originalMetadata);
  const expected: Record<string, unknown>[] = JSON.parse(originalSteps ?? "");
  // The original leaves two keys out where a step never started; ours are the same in each entry.
  deepStrictEqual(
    JSON.parse(step_results),
    expected.map((entry) => ({ markers: null, duration_s: null, ...entry })),
  );
  deepStrictEqual(
    Object.keys(JSON.parse(step_results)[0]),
    Object.keys(expected[0] ?? {}),
  );
  strictEqual(runFileStem(table.startedAtMicros, table.dutSerial), original.stem);
}

function compareDepartures(table: RunTable, recordTypes: readonly Cell[]): void {
  deepStrictEqual(new Set(cellsOf(table, "run_ended_at")), new Set([table.endedAtMicros]));
  strictEqual(cellsOf(table, "vector_outcome")[0], null);
  const started = cellsOf(table, "step_started_at");
  cellsOf(table, "step_instruments_name").forEach((names, row) => {
    const isPlanned = recordTypes[row] === "step" && started[row] === null;
    deepStrictEqual(names, isPlanned ? [] : ["psu", "dmm"]);
  });
  cellsOf(table, "step_instruments_mocked").forEach((mocked, row) => {
    const isPlanned = recordTypes[row] === "step" && started[row] === null;
    deepStrictEqual(mocked, isPlanned ? [] : [true, true]);
  });
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(file, TESTDATA)));
}

Deno.test("RunAccumulator rebuilds the rows that the original wrote of a failed and of a killed run", async () => {
  const runs = await readJson<EventsOfRun[]>("events.json");
  const originals = await readJson<OriginalRun[]>("rows.json");
  strictEqual(runs.length, 2);
  runs.forEach((run, i) => compare(rebuild(run), originals[i] as OriginalRun));
});

/** Finds the event texts in an uncompressed IPC file: JSON objects that begin with their id. */
function eventsIn(bytes: Uint8Array): RunEventRecord[] {
  const text = new TextDecoder("latin1").decode(bytes);
  const events: RunEventRecord[] = [];
  for (let start = text.indexOf('{"id":"'); start >= 0;) {
    let depth = 0;
    let quoted = false;
    let end = start;
    do {
      const character = text[end];
      if (character === "\\") end++;
      else if (character === '"') quoted = !quoted;
      else if (!quoted && character === "{") depth++;
      else if (!quoted && character === "}") depth--;
      end++;
    } while (depth > 0 && end < text.length);
    events.push(
      JSON.parse(
        new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start, end)),
      ),
    );
    start = text.indexOf('{"id":"', end);
  }
  return events;
}

async function filesBelow(folder: URL | string, extension: string): Promise<string[]> {
  const root = typeof folder === "string" ? folder : folder.pathname;
  const found: string[] = [];
  for await (const entry of Deno.readDir(root)) {
    const path = join(root, entry.name);
    if (entry.isDirectory) found.push(...await filesBelow(path, extension));
    else if (entry.name.endsWith(extension)) found.push(path);
  }
  return found.sort();
}

async function readOriginal(path: string): Promise<OriginalRun & EventsOfRun> {
  const file = await asyncBufferFromFile(path);
  const footer = await parquetMetadataAsync(file);
  const rows = await parquetReadObjects({
    file,
    parsers: {
      ...(await import("hyparquet/src/convert.js")).DEFAULT_PARSERS,
      timestampFromMicroseconds: (micros: bigint) => Number(micros),
    },
  });
  const names = footer.schema.slice(1).map(({ name }) => name)
    .filter((name) => name !== "list" && name !== "element");
  const plain = (cell: unknown): Cell =>
    (typeof cell === "bigint" ? Number(cell) : cell ?? null) as Cell;
  const entries = (footer.key_value_metadata ?? []).filter(({ key }) => key !== "ARROW:schema");
  return {
    run_id: String(rows[0]?.run_id),
    session_id: String(rows[0]?.session_id),
    events: [],
    stem: path.replace(/^.*\//, "").replace(".parquet", ""),
    columns: names.map((name) => ({ name, values: rows.map((row) => plain(row[name])) })),
    metadata: Object.fromEntries(entries.map(({ key, value }) => [key, value ?? ""])),
  };
}

async function isThere(folder: URL): Promise<boolean> {
  try {
    return (await Deno.stat(folder)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test({
  name: "RunAccumulator rebuilds all runs of the fixture directory",
  ignore: !(await isThere(FIXTURE)),
  async fn() {
    const events: RunEventRecord[] = [];
    for (const path of await filesBelow(new URL("events/", FIXTURE), ".arrow")) {
      events.push(...eventsIn(await Deno.readFile(path)));
    }
    strictEqual(events.length, 362);
    events.sort((a, b) =>
      a.occurred_at < b.occurred_at ? -1 : a.occurred_at > b.occurred_at ? 1 : 0
    );
    let steps = 0;
    let measurements = 0;
    const paths = await filesBelow(new URL("runs/", FIXTURE), ".parquet");
    for (const path of paths) {
      const original = await readOriginal(path);
      const table = rebuild({ ...original, events });
      compare(table, original);
      steps += table.stepCount;
      measurements += table.measurementCount;
    }
    deepStrictEqual([paths.length, steps, measurements], [7, 98, 90]);
  },
});
