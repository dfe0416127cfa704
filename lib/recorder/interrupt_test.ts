import { deepStrictEqual as deepEqual, match, ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { valueReader } from "../arrow/column_values.ts";
import { EventFileReader } from "../events/event_file_reader.ts";

const here = (name: string) => JSON.stringify(import.meta.resolve(name));

/** A test program that writes real event files and waits in the middle of a step. */
const PROGRAM = `
import { FileEventLog } from ${here("../events/file_event_log.ts")};
import { Session } from ${here("./session.ts")};
const log = await FileEventLog.open({ dataDir: Deno.args[0] });
const session = await Session.startOn(log, {
  closeTarget: true,
  onInterrupt: (signal) => console.log("safe state", signal),
});
const endless = new Promise((resolve) => setTimeout(resolve, 60_000));
const open = () => session.run({ dut_serial: "SN1" }, (run) =>
  run.step("soak", (soak) => soak.step("inner", async (step) => {
    step.measure("v", 1, { low: 0 });
    console.log("ready");
    if (Deno.args[1] === "busy") {
      for (;;) {
        step.measure("busy", 1);
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
    await endless;
  })));
if (Deno.args[1] === "idle") {
  await session.run({ dut_serial: "SN1" }, () => {});
  console.log("ready");
  await endless;
}
await open();
console.log("never");
`;

interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly output: string;
  readonly errors: string;
  /** Types and outcomes of all events in the files, in order. */
  readonly events: string[];
}

async function interrupted(mode: string, signal: Deno.Signal): Promise<Ended> {
  const folder = await Deno.makeTempDir();
  try {
    const program = join(folder, "program.ts");
    await Deno.writeTextFile(program, PROGRAM);
    const config = new URL(import.meta.resolve("../../deno.json"));
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", config.pathname, program, folder, mode],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const errors = new Response(child.stderr).text();
    const output = await killWhenReady(child, signal);
    const status = await child.status;
    const events = await eventsBelow(join(folder, "events"));
    return { ...status, output, errors: await errors, events };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function killWhenReady(child: Deno.ChildProcess, signal: Deno.Signal): Promise<string> {
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const wasReady = output.includes("ready");
    output += text;
    if (!wasReady && output.includes("ready")) child.kill(signal);
  }
  return output;
}

async function eventsBelow(folder: string): Promise<string[]> {
  const events: string[] = [];
  for await (const day of Deno.readDir(folder)) {
    for await (const file of Deno.readDir(join(folder, day.name))) {
      if (file.name.endsWith(".arrow")) events.push(...eventsOf(join(folder, day.name, file.name)));
    }
  }
  return events;
}

function eventsOf(path: string): string[] {
  const events: string[] = [];
  for (const { batch } of new EventFileReader(path).read()) {
    const json = batch.columns.find((column) => column.field.name === "json");
    ok(json, "The json column is missing");
    const valueAt = valueReader(json);
    for (let row = 0; row < batch.rows; row++) {
      const event = JSON.parse(String(valueAt(row)));
      events.push(event.outcome ? `${event.event_type} ${event.outcome}` : event.event_type);
    }
  }
  return events;
}

Deno.test("SIGINT ends steps, run and session as terminated, in the file, and exits with 130", async () => {
  const ended = await interrupted("waiting", "SIGINT");
  deepEqual([ended.code, ended.signal, ended.errors], [130, null, ""]);
  equal(ended.output, "ready\nsafe state SIGINT\n");
  deepEqual(ended.events, [
    "session.started",
    "run.started",
    "test.step_started",
    "test.step_started",
    "test.measurement passed",
    "test.step_ended terminated",
    "test.step_ended terminated",
    "run.ended terminated",
    "session.ended terminated",
  ]);
});

Deno.test("SIGTERM ends a busy run as aborted, nothing recorded behind its end", async () => {
  const ended = await interrupted("busy", "SIGTERM");
  deepEqual([ended.code, ended.errors], [143, ""]);
  match(ended.output, /safe state SIGTERM/);
  ok(!ended.output.includes("never"));
  deepEqual(ended.events.slice(-2), ["run.ended aborted", "session.ended aborted"]);
});

Deno.test("Signals keep their default behaviour while no run is open", async () => {
  const ended = await interrupted("idle", "SIGINT");
  deepEqual([ended.signal, ended.output], ["SIGINT", "ready\n"]);
});
