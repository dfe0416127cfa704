/**
 * Random test programs: whatever they record, the tally knows it.
 * @module
 */
import type { Run } from "../../lib/recorder/run.ts";
import { Session } from "../../lib/recorder/session.ts";
import type { Step } from "../../lib/recorder/step.ts";
import type { Tally } from "./tally.ts";
import { TalliedTarget } from "./tallied_target.ts";

const SERIALS = ["SN1", "SN 2", "../../SN3", "Ä/ß\\:*?", "", "0", "SN1"];
const NAMES = ["power", "sweep", "Größe 1/3", "it's", 'a "b"'];

/** Numbers that a seed repeats; mulberry32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from 0 up to, not including, a bound. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** True so often. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  /** One of several. */
  of<T>(values: readonly [T, ...T[]] | readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}

/** Records one session of random runs. */
export async function recordRandomSession(
  dataDir: string,
  tally: Tally,
  random: Random,
): Promise<void> {
  const target = await TalliedTarget.open(dataDir, tally);
  await using session = await Session.startOn(target, {
    station_id: random.of(["bench-1", "bench 2"]),
    closeTarget: true,
    handleSignals: false,
  });
  for (let runs = random.below(5); runs >= 0; runs--) {
    const dut_serial = random.of(SERIALS);
    await session.run({ dut_serial, product_id: random.of(["A", "B"]) }, async (run) => {
      await recordRun(run, random);
    });
  }
  if (random.chance(0.7)) await recordAbandoned(target, random);
}

/** A run whose program never ends it, by plain events. */
async function recordAbandoned(target: TalliedTarget, random: Random): Promise<void> {
  const run_id = crypto.randomUUID();
  const place = { run_id, step_name: "raw", step_index: 0, step_path: "raw", vector_index: 0 };
  await target.emit({ event_type: "run.started", run_id, dut_serial: "abandoned" });
  await target.emit({ event_type: "test.step_started", ...place });
  for (let i = random.below(20); i >= 0; i--) {
    await target.emit({
      event_type: "test.measurement",
      ...place,
      measurement_name: `m${i}`,
      value: random.below(1000) / 8,
      outcome: random.of(["passed", "failed", "done"]),
    });
  }
  await target.emit({ event_type: "sync.release", name: "beside the run" });
}

async function recordRun(run: Run, random: Random): Promise<void> {
  if (random.chance(0.3)) run.discover([{ path: "power" }, { path: "never", vectors: 2 }]);
  for (let steps = random.below(4); steps >= 0; steps--) {
    const name = random.of(NAMES);
    if (random.chance(0.1)) await run.skip(name, "by chance");
    else await run.step(name, (step) => fillStep(step, random, 0), { continueOnError: true });
  }
}

async function fillStep(step: Step, random: Random, depth: number): Promise<void> {
  const options = { continueOnError: true } as const;
  for (let actions = random.below(5); actions >= 0; actions--) {
    const inner = (below: Step): Promise<void> => fillStep(below, random, depth + 1);
    const kind = depth < 2 ? random.below(9) : random.below(5);
    if (kind < 4) measure(step, random);
    else if (kind === 4) step.record("note", { random: random.next() });
    else if (kind === 5) await step.step(random.of(NAMES), inner, options);
    else if (kind === 6) await step.vector({ load: random.below(3) }, inner, options);
    else if (kind === 7) {
      await step.retry(1 + random.below(3), (attempt) => measure(attempt, random));
    } else if (random.chance(0.2)) throw new Error("By chance");
  }
}

function measure(step: Step, random: Random): void {
  const name = random.of(["u", "i", "Ω"]);
  const value = (random.below(4000) - 1000) / 8;
  const kind = random.below(6);
  if (kind === 0) step.measure(name, value);
  else if (kind === 1) step.measure(name, random.chance(0.5), { nominal: true });
  else if (kind === 2) step.measure(name, random.of(["a", "b"]), { nominal: "a" });
  else if (kind === 3) step.measure(name, null, { high: 1 });
  else step.measure(name, value, { low: -100, high: 350, units: "V" });
}
