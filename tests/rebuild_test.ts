/** What is derived can be deleted: it comes back from what it was derived from. */
import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { dirname, join } from "@std/path";
import { EventStore } from "../lib/events/event_store.ts";
import type { FlightClient } from "../lib/flight/client.ts";
import type { ParquetColumn } from "../lib/parquet/format.ts";
import { readParquet } from "../lib/parquet/read_parquet.ts";
import { parquetParts } from "../lib/parquet/write_parquet.ts";
import { acquire, connectTo } from "../lib/protocol/lease.ts";
import { rowsOf, stopDaemon, testDirectory, until } from "./harness.ts";

async function record(store: EventStore, serial: string, measurements: number): Promise<void> {
  const run_id = crypto.randomUUID();
  store.emit({ event_type: "run.started", run_id, dut_serial: serial });
  const step = { run_id, step_name: "s", step_index: 0, step_path: "s" };
  store.emit({ event_type: "test.step_started", ...step });
  for (let i = 0; i < measurements; i++) {
    store.emit({
      event_type: "test.measurement",
      ...step,
      measurement_name: `m${i}`,
      value: i / 7,
      limit_high: 100,
      outcome: "passed",
      inputs: { vin: 4.5 + i },
    });
  }
  store.emit({ event_type: "test.step_ended", ...step, outcome: "passed" });
  store.emit({ event_type: "run.ended", run_id, outcome: "passed" });
  await store.flush();
}

async function act(client: FlightClient, type: string, body: object = {}): Promise<unknown> {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  for await (const answer of client.doAction(type, bytes)) {
    return JSON.parse(new TextDecoder().decode(answer));
  }
  return undefined;
}

const ROWS = `SELECT * FROM runs UNION ALL BY NAME SELECT * FROM steps
  UNION ALL BY NAME SELECT * FROM measurements ORDER BY ALL`;

function parquetFiles(root: string): string[] {
  return filesOf(join(root, "runs"), ".parquet");
}

/** Files in the date folders of a store. */
function filesOf(store: string, extension: string): string[] {
  return [...Deno.readDirSync(store)].filter(({ isDirectory }) => isDirectory)
    .flatMap(({ name }) =>
      [...Deno.readDirSync(join(store, name))].map((entry) => join(store, name, entry.name))
    ).filter((path) => path.endsWith(extension));
}

Deno.test("Deleted index and deleted Parquet files come back with the same rows", async () => {
  await using directory = await testDirectory();
  {
    await using store = await EventStore.open({ dataDir: directory.path });
    for (const serial of ["A", "B/../C", "D"]) await record(store, serial, 20);
    equal((await rowsOf(store, "SELECT count(*) AS n FROM measurements"))[0]?.n, 60);
  }
  await using store = await EventStore.open({ dataDir: directory.path });
  const before = await rowsOf(store, ROWS);
  equal(parquetFiles(directory.path).length, 3);

  await stopDaemon(directory.path);
  await Deno.remove(join(directory.path, "runs", "_index.duckdb"));
  deepEqual(await rowsOf(store, ROWS), before, "index deleted");

  await stopDaemon(directory.path);
  await Deno.writeTextFile(join(directory.path, "runs", "_index.duckdb"), "this is no database");
  deepEqual(await rowsOf(store, ROWS), before, "index damaged");

  for (const path of parquetFiles(directory.path)) await Deno.remove(path);
  deepEqual(await rowsOf(store, ROWS), before, "runs stay visible from the events");
  equal(parquetFiles(directory.path).length, 0, "a deleted file stays deleted");

  await using lease = await acquire(directory.path);
  await using client = await connectTo(lease);
  const report = await act(client, "rebuild") as { written: unknown[] };
  equal(report.written.length, 3);
  equal(parquetFiles(directory.path).length, 3);
  deepEqual(await rowsOf(store, ROWS), before, "files rebuilt");
  deepEqual(await act(client, "reindex"), { files: 3, broken: 0 });
  deepEqual(await rowsOf(store, ROWS), before, "index rebuilt");
});

interface Compared {
  readonly written: { readonly reason: string }[];
  readonly same: unknown[];
}

Deno.test("A check compares every cell of every file with the events, and writes nothing", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  for (const serial of ["A", "B", "C"]) await record(store, serial, 20);
  equal((await rowsOf(store, "SELECT count(*) AS n FROM runs"))[0]?.n, 3);
  await using lease = await acquire(directory.path);
  await using client = await connectTo(lease);
  const check = async (): Promise<Compared> =>
    await act(client, "rebuild", { check: true }) as Compared;
  deepEqual(Object.values(await check()).map(({ length }) => length), [0, 3, 0, 0]);

  const [first = "", second = "", third = ""] = parquetFiles(directory.path).sort();
  const original = await Deno.readFile(first);
  const changed = readParquet(original);
  const columns = changed.columns.map((column) =>
    column.name === "measurement_value" ? plusOne(column) : column
  );
  const metadata = Object.fromEntries(changed.metadata);
  const parts = [...parquetParts({ ...changed, columns, metadata })];
  await Deno.writeFile(first, new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()));
  await Deno.truncate(second, 2000);
  await Deno.remove(third);
  const reasons = (await check()).written.map(({ reason }) => reason);
  equal(reasons.length, 3);
  ok(reasons.some((reason) => /^row \d+ of measurement_value is/.test(reason)), reasons.join());
  ok(reasons.includes("it has no file"), reasons.join());
  equal(parquetFiles(directory.path).length, 2, "nothing was written");

  await act(client, "rebuild");
  deepEqual(Object.values(await check()).map(({ length }) => length), [0, 3, 0, 0]);
  deepEqual(await Deno.readFile(first), original, "the same events give the same bytes");
});

/** A column with each number greater by one. */
function plusOne(column: ParquetColumn): ParquetColumn {
  return {
    name: column.name,
    type: column.type,
    constantIn: () => undefined,
    copyTo: (out, start, end) => {
      column.copyTo(out, start, end);
      out.forEach((cell, i) => out[i] = typeof cell === "number" ? cell + 1 : cell);
    },
  };
}

Deno.test("A broken Parquet file is set aside with its reason and the rest is served", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  await record(store, "GOOD", 3);
  await rowsOf(store, "SELECT 1 FROM runs");
  const folder = join(directory.path, "runs", "2020-01-01");
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "20200101T000000Z_BAD.parquet"), "PAR1 nonsense PAR1");
  equal((await rowsOf(store, "SELECT count(*) AS n FROM runs"))[0]?.n, 1);
  await using lease = await acquire(directory.path);
  await using client = await connectTo(lease);
  const report = await act(client, "doctor") as { broken: { path: string; error: string }[] };
  equal(report.broken.length, 1);
  ok(report.broken[0]?.path.endsWith("_BAD.parquet"));
  ok((report.broken[0]?.error.length ?? 0) > 0);
});

Deno.test("A run whose file breaks later is shown from its events, and a check tells of the file", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  for (const serial of ["TORN", "ROTTEN"]) await record(store, serial, 3);
  const before = await rowsOf(store, ROWS);
  const paths = parquetFiles(directory.path).sort();
  const [rotten = "", torn = ""] = paths[0]?.includes("ROTTEN") ? paths : paths.reverse();
  await Deno.truncate(torn, 100);
  await Deno.writeFile(join(dirname(torn), "new.parquet"), new Uint8Array());
  deepEqual(await rowsOf(store, ROWS), before);

  // What decays leaves neither another size nor another time.
  const { size, atime, mtime } = await Deno.stat(rotten);
  const bytes = await Deno.readFile(rotten);
  bytes.fill(0xff, size - 200, size - 8);
  await Deno.writeFile(rotten, bytes);
  await Deno.utime(rotten, atime!, mtime!);
  await using lease = await acquire(directory.path);
  await using client = await connectTo(lease);
  const { written, same } = await act(client, "rebuild", { check: true }) as Compared;
  deepEqual([written.length, same.length], [2, 0]);
  ok(written.some(({ reason }) => /cannot be read/.test(reason)), JSON.stringify(written));
  ok(written.some(({ reason }) => reason === "it has no file"), JSON.stringify(written));
});

Deno.test("Of events with the same id a run counts the first, and the doctor counts the rest", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  const id = crypto.randomUUID(), run_id = crypto.randomUUID();
  store.emit({ event_type: "run.started", run_id, dut_serial: "TWICE" });
  for (const value of [1, 1, 2]) {
    store.emit({
      event_type: "test.measurement",
      id,
      run_id,
      step_name: "s",
      step_index: 0,
      measurement_name: "m",
      value,
    });
  }
  store.emit({ event_type: "run.ended", run_id, outcome: "passed" });
  deepEqual(await rowsOf(store, "SELECT measurement_value AS v FROM measurements"), [{ v: 1 }]);
  await using lease = await acquire(directory.path);
  await using client = await connectTo(lease);
  const { double_events } = await act(client, "doctor") as { double_events: number };
  equal(double_events, 2);
});

Deno.test("Data that a run cites lies beside its file, and comes back with it", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  const run_id = crypto.randomUUID();
  const photo = await store.saveRef("photo.jpg", Uint8Array.of(1, 2, 3));
  store.emit({ event_type: "run.started", run_id, dut_serial: "REF" });
  store.emit({
    event_type: "test.measurement",
    run_id,
    step_name: "s",
    step_index: 0,
    measurement_name: "m",
    value: 1,
    outputs: { photo: { _ref: photo }, other: "file://_ref/../../evil" },
  });
  store.emit({ event_type: "run.ended", run_id, outcome: "passed" });
  const [row] = await rowsOf(store, "SELECT out_photo FROM measurements");
  equal(row?.out_photo, photo);
  const [file = ""] = parquetFiles(directory.path);
  const beside = file.replace(".parquet", "_ref");
  const names = (): string[] => [...Deno.readDirSync(beside)].map(({ name }) => name);
  deepEqual(names(), [photo.slice("file://_ref/".length)]);
  deepEqual(await Deno.readFile(join(beside, names()[0] ?? "")), Uint8Array.of(1, 2, 3));
  await Deno.remove(beside, { recursive: true });
  await using lease = await acquire(directory.path);
  await using client = await connectTo(lease);
  await act(client, "rebuild");
  deepEqual(names(), [photo.slice("file://_ref/".length)]);

  // As left by a daemon that died between the file and what comes after it.
  await stopDaemon(directory.path);
  await Deno.remove(beside, { recursive: true });
  const told = "SELECT count(*) AS n FROM events WHERE event_type = 'run.materialized'";
  for (const path of filesOf(join(directory.path, "events"), ".arrow")) {
    const text = new TextDecoder("latin1").decode(await Deno.readFile(path));
    if (text.includes("run.materialized")) await Deno.remove(path);
  }
  await until(async () => (await rowsOf(store, told))[0]?.n === 1, "the file to be told of");
  deepEqual(names(), [photo.slice("file://_ref/".length)]);
});

Deno.test("A Parquet file that another program changes in place is read again", async () => {
  await using directory = await testDirectory();
  await using elsewhere = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  await using other = await EventStore.open({ dataDir: elsewhere.path });
  await record(store, "BEFORE", 1);
  await record(other, "AFTER", 2);
  const serials = async (one: EventStore): Promise<unknown[]> =>
    (await rowsOf(one, "SELECT dut_serial AS s FROM runs ORDER BY s")).map(({ s }) => s);
  deepEqual([await serials(store), await serials(other)], [["BEFORE"], ["AFTER"]]);
  const [target = ""] = parquetFiles(directory.path);
  const [source = ""] = parquetFiles(elsewhere.path);
  // Nothing has happened in the folder for long.
  await Deno.utime(dirname(target), 1_700_000_000, 1_700_000_000);
  deepEqual(await serials(store), ["BEFORE"]);
  await Deno.writeFile(target, await Deno.readFile(source));
  // The run that had the file is shown from its events again.
  await until(async () => (await serials(store)).length === 2, "the file to be read again");
  deepEqual(await serials(store), ["AFTER", "BEFORE"]);
});

Deno.test("Runs of one serial that end in the same second all get a file of their own", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  for (let i = 0; i < 12; i++) await record(store, "SAME", 1);
  equal((await rowsOf(store, "SELECT count(*) AS n FROM runs"))[0]?.n, 12);
  equal(parquetFiles(directory.path).length, 12);
});

Deno.test("Run folders that were deleted while no daemon ran are gone from its first answer on", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  await record(store, "GONE", 1);
  const files = "SELECT count(*) AS n FROM run_index.files";
  equal((await rowsOf(store, "SELECT count(*) AS n FROM runs"))[0]?.n, 1);
  equal((await rowsOf(store, files))[0]?.n, 1);
  await stopDaemon(directory.path);
  const [file = ""] = parquetFiles(directory.path);
  await Deno.remove(dirname(file), { recursive: true });
  equal((await rowsOf(store, files))[0]?.n, 0);
});
