/** What the tests of the command line share: a process per command, and a directory that is always the same. */
import { join } from "@std/path";
import { ChannelStore } from "../lib/channels/channel_store.ts";
import { EventStore } from "../lib/events/event_store.ts";
import type { EventInput } from "../lib/events/event_inputs.ts";
import { ROOT } from "./harness.ts";

/** Flags of the task `litmus`. */
const FLAGS = [
  "--quiet",
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-env",
  "--allow-run",
  "--allow-sys",
];

/** What a command left. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How a command is called. */
export interface CallOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a command in a process of its own. */
export async function litmus(
  args: readonly string[],
  options: CallOptions = {},
): Promise<CommandResult> {
  const child = startLitmus(args, options);
  const writer = child.stdin.getWriter();
  if (options.stdin !== undefined) await writer.write(new TextEncoder().encode(options.stdin));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** Starts a command and leaves it running. */
function startLitmus(args: readonly string[], options: CallOptions = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...FLAGS, join(ROOT, "cli", "main.ts"), ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { LITMUS_DAEMON_IDLE_TIMEOUT: "5", NO_COLOR: "1", INIT_CWD: "", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  }).spawn();
}

/** Ids of the directory that {@linkcode recordFixed} writes. */
export const FIXED = {
  session: "11111111-1111-4111-8111-111111111111",
  passed: "22222222-2222-4222-8222-222222222222",
  failed: "33333333-3333-4333-8333-333333333333",
} as const;

const START = Date.UTC(2026, 10, 21, 8);

/** Records two runs and a channel whose ids, times and values are always the same. */
export async function recordFixed(dataDir: string): Promise<void> {
  let count = 0;
  const at = (): { id: string; occurred_at: string } => ({
    id: `00000000-0000-4000-8000-${String(++count).padStart(12, "0")}`,
    occurred_at: new Date(START + count * 100).toISOString().replace("Z", "000Z"),
  });
  const session_id = FIXED.session;
  await using events = await EventStore.open({ dataDir, sessionId: session_id });
  const emit = (event: EventInput): void => void events.emit({ ...event, ...at() } as EventInput);
  emit({ event_type: "session.started", station_id: "bench-1", operator_id: "carol", client: "t" });
  for (
    const [run_id, dut_serial, value] of [
      [FIXED.passed, "SN001", 3.3],
      [FIXED.failed, "SN002", 3.5],
    ] as const
  ) {
    const outcome = value > 3.4 ? "failed" : "passed";
    const place = { run_id, step_name: "rails", step_index: 0, step_path: "rails" };
    emit({
      event_type: "run.started",
      run_id,
      dut_serial,
      product_id: "board",
      test_phase: "production",
      station_id: "bench-1",
      operator_id: "carol",
      client: "t",
    });
    emit({ event_type: "test.step_started", ...place, inputs: { load: 0.5 } });
    emit({
      event_type: "test.measurement",
      ...place,
      measurement_name: "rail_3v3",
      value,
      units: "V",
      limit_low: 3.2,
      limit_high: 3.4,
      limit_comparator: "GELE",
      outcome,
      inputs: { load: 0.5 },
    });
    emit({ event_type: "test.step_ended", ...place, outcome, inputs: { load: 0.5 } });
    emit({ event_type: "run.ended", run_id, outcome });
  }
  emit({ event_type: "session.ended", outcome: "failed" });
  await using channels = await ChannelStore.open({ dataDir, sessionId: session_id });
  const samples = Float64Array.from(
    { length: 1000 },
    (_, i) => Math.round(100 * Math.sin(i / 50)) / 100,
  );
  channels.write("scope.ch1", samples, { sampleInterval: 1e-3, units: "V", start: START * 1000 });
  channels.write("psu.voltage", [11.9, 12, 12.1], {
    timestamps: [0, 1, 2].map((second) => (START + second * 1000) * 1000),
    units: "V",
  });
  await channels.flush();
}
