/**
 * Random recordings: what SQL and the Parquet files answer is what went in, counted without either.
 */
import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { parquetReadObjects } from "hyparquet";
import { EventStore } from "../lib/events/event_store.ts";
import { rowsOf, stopDaemon, testDirectory, until } from "./harness.ts";
import { Random, recordRandomSession } from "./interop/random_recording.ts";
import { type Expected, Tally } from "./interop/tally.ts";

type Rows = readonly Record<string, unknown>[];

/** What is compared, in one shape whoever answers. */
interface Facts {
  readonly runs: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly measurements: number;
  readonly measurementsByOutcome: Readonly<Record<string, unknown>>;
  readonly passedRuns: number;
  readonly valuesByStep: Readonly<Record<string, unknown>>;
}

for (const seed of [1, 20, 300]) {
  Deno.test(`Whatever was recorded is what SQL and Parquet answer (seed ${seed})`, async () => {
    await using directory = await testDirectory();
    const random = new Random(seed);
    const tally = new Tally();
    for (let sessions = random.below(3); sessions >= 0; sessions--) {
      await recordRandomSession(directory.path, tally, random);
    }
    const expected = tally.expected();
    await settled(directory.path, expected);
    await checkSql(directory.path, expected);
    await stopDaemon(directory.path, "SIGKILL");
    await checkSql(directory.path, expected);
    await stopDaemon(directory.path);
    deepEqual(factsOfRows(await parquetRows(directory.path)), expectedFacts(expected), "Parquet");
    await checkSql(directory.path, expected);
  });
}

/** Waits until every run has its file: those that nobody ended too. */
async function settled(dataDir: string, { runs }: Expected): Promise<void> {
  await using store = await EventStore.open({ dataDir });
  await until(async () => {
    const [row] = await rowsOf(
      store,
      "SELECT count(DISTINCT run_id) AS n FROM events WHERE event_type = 'run.materialized'",
    );
    return row?.n === runs.length;
  }, `${runs.length} runs to be written`);
}

/** Runs that nobody ended become aborted. */
function expectedFacts(expected: Expected): Facts {
  const { steps, measurements, measurementsByOutcome, passedRuns, valuesByStep } = expected;
  return {
    runs: Object.fromEntries(expected.runs.map((run) => [run.run_id, {
      dut_serial: run.dut_serial,
      run_outcome: run.outcome ?? "aborted",
      session_id: run.session_id,
      measurements: run.measurements,
      steps: run.steps,
    }])),
    steps,
    measurements,
    measurementsByOutcome,
    passedRuns,
    valuesByStep,
  };
}

async function checkSql(dataDir: string, expected: Expected): Promise<void> {
  await using store = await EventStore.open({ dataDir });
  const keyed = async (sql: string): Promise<Record<string, unknown>> =>
    Object.fromEntries((await rowsOf(store, sql)).map(({ key, ...rest }) => [
      String(key),
      "n" in rest ? rest.n : rest,
    ]));
  const one = async (sql: string): Promise<number> => Number((await rowsOf(store, sql))[0]?.n);
  const facts: Facts = {
    runs: await keyed(`SELECT run_id AS key, dut_serial, run_outcome, session_id,
      (SELECT count(*) FROM measurements m WHERE m.run_id = r.run_id) AS measurements,
      (SELECT count(*) FROM steps s WHERE s.run_id = r.run_id) AS steps FROM runs r`),
    steps: await one("SELECT count(*) AS n FROM steps"),
    measurements: await one("SELECT count(*) AS n FROM measurements"),
    measurementsByOutcome: await keyed(
      "SELECT measurement_outcome AS key, count(*) AS n FROM measurements GROUP BY ALL",
    ),
    passedRuns: await one("SELECT count(*) FILTER (run_outcome = 'passed') AS n FROM runs"),
    valuesByStep: await keyed(`SELECT step_path AS key, count(measurement_value) AS count,
      sum(measurement_value) AS sum FROM measurements
      GROUP BY ALL HAVING count(measurement_value) > 0`),
  };
  deepEqual(facts, expectedFacts(expected));
  deepEqual(
    await keyed(`SELECT event_type AS key, count(*) AS n FROM events
      WHERE event_type <> 'run.materialized' GROUP BY ALL`),
    expected.eventsByType,
  );
  equal(
    await one("SELECT count(DISTINCT id) AS n FROM events"),
    await one("SELECT count(*) AS n FROM events"),
  );
  const runsOfSession = Object.groupBy(expected.runs, ({ session_id }) => session_id);
  deepEqual(
    await keyed("SELECT session_id AS key, run_count AS n FROM sessions"),
    Object.fromEntries(expected.sessions.map((id) => [id, runsOfSession[id]?.length ?? 0])),
  );
}

/** All rows of all run files, by a reader that is not ours. */
async function parquetRows(dataDir: string): Promise<Rows> {
  const rows: Record<string, unknown>[] = [];
  const visit = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory) await visit(path);
      if (!name.endsWith(".parquet")) continue;
      rows.push(...await parquetReadObjects({ file: (await Deno.readFile(path)).buffer }));
    }
  };
  await visit(join(dataDir, "runs"));
  return rows;
}

function factsOfRows(rows: Rows): Facts {
  const ofType = (type: string): Rows => rows.filter(({ record_type }) => record_type === type);
  const [runs, steps, measurements] = ["run", "step", "measurement"].map(ofType) as [
    Rows,
    Rows,
    Rows,
  ];
  const withValue = measurements.filter(({ measurement_value }) => measurement_value != null);
  return {
    runs: Object.fromEntries(runs.map(({ run_id, dut_serial, run_outcome, session_id }) => {
      const own = (all: Rows): number => all.filter((row) => row.run_id === run_id).length;
      const counts = { measurements: own(measurements), steps: own(steps) };
      return [String(run_id), { dut_serial, run_outcome, session_id, ...counts }];
    })),
    steps: steps.length,
    measurements: measurements.length,
    measurementsByOutcome: grouped(measurements, "measurement_outcome", (own) => own.length),
    passedRuns: runs.filter(({ run_outcome }) => run_outcome === "passed").length,
    valuesByStep: grouped(withValue, "step_path", (own) => ({
      count: own.length,
      sum: own.reduce((sum, { measurement_value }) => sum + Number(measurement_value), 0),
    })),
  };
}

function grouped<T>(rows: Rows, column: string, fold: (own: Rows) => T): Record<string, T> {
  const groups = Object.groupBy(rows, (row) => String(row[column]));
  return Object.fromEntries(Object.entries(groups).map(([key, own]) => [key, fold(own ?? [])]));
}
