/**
 * The event log under load: deno run --allow-all bench/events.ts [--events N] [--python PATH] [--only WORD]
 *
 * `--python` names an interpreter that has the Python package, for figures side by side.
 * @module
 */
import { join } from "@std/path";
import { setImmediate } from "node:timers";
import { EventLog } from "../lib/events/event_log.ts";
import { EventStore } from "../lib/events/event_store.ts";
import type { EventInput } from "../lib/events/event_inputs.ts";
import { FileEventLog } from "../lib/events/file_event_log.ts";
import { readEventBatches, readEvents } from "../lib/events/read_events.ts";
import { runtimePaths } from "../lib/protocol/runtime_directory.ts";
import { readEndpoint } from "../lib/protocol/endpoint.ts";
import { FileLock } from "../lib/protocol/file_lock.ts";

type MeasurementInput = Extract<EventInput, { readonly event_type: "test.measurement" }>;

const runId = crypto.randomUUID();

/** A measurement with all the fields that a test usually fills. */
function measurement(i: number): MeasurementInput {
  return {
    event_type: "test.measurement",
    run_id: runId,
    step_name: "test_input_voltage",
    step_index: i % 10,
    step_path: "TestPowerSequence/test_input_voltage",
    vector_index: i % 5,
    retry: 0,
    measurement_name: "input_voltage",
    measurement_timestamp: "2026-11-21T07:03:57.991695Z",
    value: 5 + i * 1.00013e-3,
    units: "V",
    outcome: "passed",
    limit_low: 4.75,
    limit_high: 5.25,
    limit_nominal: 5,
    limit_comparator: "GELE",
    dut_pin: "J1.1",
    fixture_connection: "fx1",
    instrument_name: "dmm",
    instrument_resource: "TCPIP::192.168.1.100::INSTR",
    instrument_channel: "1",
    inputs: { vin: 4.5, load: "0.5A" },
  };
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(() => resolve());
  });
const sleep = (millis: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, millis));

function say(what: string, figure: string, aim = ""): void {
  // deno-lint-ignore no-console
  console.log(what.padEnd(58), figure.padStart(26), aim);
}

const perSecond = (count: number, millis: number): string =>
  `${Math.round(count / millis * 1000).toLocaleString("en")}/s`;

function quantile(values: number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

/** Emits as a test program does: it waits where it is asked to, and now and then for something else. */
async function emitMany(log: Pick<FileEventLog, "emit">, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const full = log.emit(measurement(i));
    if (full !== undefined) await full;
    if (i % 2048 === 2047) await turn();
  }
}

async function withFolder(work: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "litmus-bench-" });
  try {
    await work(dataDir);
  } finally {
    await stopDaemon(dataDir);
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function stopDaemon(dataDir: string): Promise<void> {
  const paths = runtimePaths(dataDir);
  const endpoint = readEndpoint(paths.endpoint);
  if (endpoint === undefined || !FileLock.isHeld(paths.daemonLock)) return;
  Deno.kill(endpoint.pid, "SIGTERM");
  while (FileLock.isHeld(paths.daemonLock)) await sleep(10);
}

async function fileOnly(events: number): Promise<void> {
  let best = Infinity;
  for (let round = 0; round < 4; round++) {
    await withFolder(async (dataDir) => {
      await using log = await FileEventLog.open({ dataDir });
      const start = performance.now();
      await emitMany(log, events);
      await log.flush();
      best = Math.min(best, performance.now() - start);
    });
  }
  say(
    `emit, file only, until flushed (${events} events, best of 4)`,
    perSecond(events, best),
    ">= 500,000/s",
  );
}

async function emitLatency(): Promise<void> {
  await withFolder(async (dataDir) => {
    await using log = await FileEventLog.open({ dataDir });
    await emitMany(log, 50_000);
    const micros: number[] = [];
    for (let i = 0; i < 100_000; i++) {
      const event = measurement(i);
      const start = performance.now();
      const full = log.emit(event);
      micros.push((performance.now() - start) * 1000);
      if (full !== undefined) await full;
      if (i % 64 === 63) await turn();
    }
    const [p50, p99, p999] = [0.5, 0.99, 0.999].map((q) => quantile(micros, q).toFixed(1));
    say("emit itself, p50 / p99 / p99.9", `${p50} / ${p99} / ${p999} us`, "p99 <= 20 us");
  });
}

/** The process of one of several writers. */
async function writerProcess(dataDir: string, count: number): Promise<void> {
  await using log = await FileEventLog.open({ dataDir });
  await emitMany(log, 50_000);
  await log.flush();
  await Deno.stdout.write(new TextEncoder().encode("ready\n"));
  await Deno.stdin.read(new Uint8Array(1));
  const start = performance.now();
  await emitMany(log, count);
  await log.flush();
  await Deno.stdout.write(new TextEncoder().encode(`${performance.now() - start}\n`));
}

async function writersAtOnce(writers: number, events: number): Promise<void> {
  await withFolder(async (dataDir) => {
    const children = Array.from({ length: writers }, () =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--allow-all",
          "--no-check",
          import.meta.filename ?? "",
          "--writer",
          dataDir,
          `${events}`,
        ],
        stdin: "piped",
        stdout: "piped",
      }).spawn());
    const outputs = children.map((child) =>
      child.stdout.pipeThrough(new TextDecoderStream()).getReader()
    );
    for (const output of outputs) await output.read();
    const start = performance.now();
    for (const child of children) {
      const input = child.stdin.getWriter();
      await input.write(Uint8Array.of(10));
      await input.close();
    }
    for (const output of outputs) await output.read();
    const millis = performance.now() - start;
    for (const output of outputs) await output.cancel();
    await Promise.all(children.map(({ status }) => status));
    say(`writer processes at once: ${writers}, file only`, perSecond(events * writers, millis));
  });
}

async function count(store: EventStore): Promise<number> {
  for await (const [n] of (await store.sql("SELECT count(*) FROM events")).rowArrays()) {
    return Number(n);
  }
  return 0;
}

async function untilQueryable(events: number): Promise<void> {
  await withFolder(async (dataDir) => {
    await using store = await EventStore.open({ dataDir });
    await count(store);
    await emitMany(store, 20_000);
    await count(store);
    let [best, before] = [Infinity, 20_000];
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      await emitMany(store, events);
      const emitted = performance.now() - start;
      const found = await count(store);
      best = Math.min(best, performance.now() - start);
      if (found !== before + events) throw new Error(`${found} events, wanted ${before + events}`);
      before = found;
      if (round === 2) {
        say("  of which emit alone beside the daemon, last round", perSecond(events, emitted));
        say("  state of the push", store.status().push);
      }
    }
    say(
      `emit until queryable, daemon (${events} events, best of 3)`,
      perSecond(events, best),
      ">= 150,000/s",
    );
  });
}

async function rebuild(events: number): Promise<void> {
  await withFolder(async (dataDir) => {
    {
      await using log = await FileEventLog.open({ dataDir });
      await emitMany(log, events);
    }
    {
      const start = performance.now();
      await using store = await EventStore.open({ dataDir });
      const found = await count(store);
      const millis = performance.now() - start;
      const status = readEndpoint(runtimePaths(dataDir).endpoint);
      const memory = status === undefined ? "" : peakMemory(status.pid);
      say(
        `daemon start until ${found} events are counted`,
        `${(millis / 1000).toFixed(2)} s${memory}`,
        "1M <= 3 s",
      );
    }
    await readFiles(dataDir, events);
  });
}

/** Peak memory of a process, where the system tells. */
function peakMemory(pid: number): string {
  if (Deno.build.os !== "linux") return "";
  const match = /VmHWM:\s+(\d+) kB/.exec(Deno.readTextFileSync(`/proc/${pid}/status`));
  return match === null ? "" : `, peak ${Math.round(Number(match[1]) / 1024)} MiB`;
}

async function readFiles(dataDir: string, events: number): Promise<void> {
  const filters = [{}, { eventType: "run.started" }, { runId }] as const;
  for (const filter of filters) {
    const start = performance.now();
    let rows = 0;
    for await (const batch of readEventBatches(dataDir, filter)) rows += batch.rows;
    say(
      `readEventBatches ${JSON.stringify(filter).slice(0, 30)}, ${rows} rows`,
      perSecond(events, performance.now() - start),
      ">= 1,000,000/s",
    );
  }
  const start = performance.now();
  let rows = 0;
  for await (const _ of readEvents(dataDir, { limit: 100_000 })) rows++;
  say("readEvents, typed objects", perSecond(rows, performance.now() - start));
}

async function live(isWatched: boolean, events = 4000): Promise<void> {
  await withFolder(async (dataDir) => {
    await using log = await EventLog.open({ dataDir });
    await using reader = await EventStore.open({ dataDir });
    await count(reader);
    const stop = new AbortController();
    const millis: number[] = [];
    const watching = isWatched ? watch(reader, stop, millis, events) : Promise.resolve();
    log.emit(measurement(0));
    await sleep(700);
    const sizeBefore = sizeOf(log.status().file);
    const start = performance.now();
    for (let i = 0; i < events; i++) {
      while (performance.now() < start + i) await sleep(0);
      log.emit({ ...measurement(i), value: performance.timeOrigin + performance.now() });
    }
    await log.flush();
    await sleep(100);
    stop.abort();
    await watching;
    const bytes = Math.round((sizeOf(log.status().file) - sizeBefore) / events);
    say(
      `bytes on disk per event at 1,000/s, ${isWatched ? "one" : "no"} live subscriber`,
      `${bytes}`,
    );
    if (!isWatched) return;
    millis.splice(0, 1000);
    const [p50, p99, worst] = [0.5, 0.99, 1].map((q) => quantile(millis, q).toFixed(2));
    say(
      "write to live subscriber at 1,000/s, p50 / p99 / max",
      `${p50} / ${p99} / ${worst} ms`,
      "p99 <= 1 ms",
    );
  });
}

async function watch(
  store: EventStore,
  stop: AbortController,
  millis: number[],
  events: number,
): Promise<void> {
  for await (const event of store.subscribe({}, { signal: stop.signal })) {
    const value: unknown = Reflect.get(event, "value");
    if (typeof value === "number" && value > 1e9) {
      millis.push(performance.timeOrigin + performance.now() - value);
    }
    if (millis.length === events) return;
  }
}

function sizeOf(path: string | null): number {
  return path === null ? 0 : Deno.statSync(path).size;
}

const PYTHON = `
import sys, time, tempfile, pathlib, uuid, importlib.metadata
from litmus.data.event_log import EventLog
try:
    from litmus.data.events.test_execution import MeasurementRecorded
except ImportError:
    import litmus.data.events as module
    MeasurementRecorded = module.MeasurementRecorded
count = 30000
session, run = uuid.uuid4(), uuid.uuid4()
def event(i):
    return MeasurementRecorded(session_id=session, run_id=run, step_name="test_input_voltage", step_index=i % 10,
        step_path="TestPowerSequence/test_input_voltage", vector_index=i % 5, measurement_name="input_voltage",
        value=5 + i * 1.00013e-3, units="V", outcome="passed", limit_low=4.75, limit_high=5.25, limit_nominal=5,
        limit_comparator="GELE", dut_pin="J1.1", fixture_connection="fx1", instrument_name="dmm",
        instrument_resource="TCPIP::192.168.1.100::INSTR", instrument_channel="1",
        inputs={"vin": 4.5, "load": "0.5A"})
with tempfile.TemporaryDirectory() as folder:
    log = EventLog(pathlib.Path(folder), session)
    start = time.perf_counter()
    for i in range(count):
        log.emit(event(i))
    log.flush()
    print(importlib.metadata.version("litmus-test"), round(count / (time.perf_counter() - start)))
    log.close()
`;

async function python(interpreter: string): Promise<void> {
  const output = await new Deno.Command(interpreter, { args: ["-c", PYTHON] }).output();
  const text = new TextDecoder().decode(output.success ? output.stdout : output.stderr).trim();
  const [version, rate] = text.split(" ");
  if (output.success) {
    say(`Python package ${version}: emit, file only`, `${Number(rate).toLocaleString("en")}/s`);
  } else say("Python package", text.split("\n").at(-1) ?? "failed");
}

function option(name: string): string | undefined {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? undefined : Deno.args[at + 1];
}

async function main(): Promise<void> {
  const events = Number(option("events") ?? 1_000_000);
  const parts: Readonly<Record<string, () => Promise<void>>> = {
    file: () => fileOnly(Math.min(events, 400_000)),
    latency: emitLatency,
    writers: async () => {
      for (const writers of [1, 2, 4]) await writersAtOnce(writers, Math.min(events, 200_000));
    },
    query: () => untilQueryable(Math.min(events, 200_000)),
    rebuild: () => rebuild(events),
    live: async () => {
      await live(false);
      await live(true);
    },
  };
  const only = option("only");
  for (const [name, run] of Object.entries(parts)) {
    if (only === undefined || only === name) await run();
  }
  const interpreter = option("python");
  if (interpreter !== undefined) await python(interpreter);
}

if (import.meta.main) {
  const at = Deno.args.indexOf("--writer");
  if (at < 0) await main();
  else await writerProcess(join(Deno.args[at + 1] ?? ""), Number(Deno.args[at + 2]));
}
