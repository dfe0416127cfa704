/**
 * A data directory with one of everything, written by the recorder, for other programs to read.
 * @module
 */
import { Session } from "../../lib/recorder/session.ts";
import type { Run } from "../../lib/recorder/run.ts";
import { type Expected, Tally } from "./tally.ts";
import { TalliedTarget } from "./tallied_target.ts";

const UNITS = 8;
/** Units beside the plain ones. */
const FAILING = new Set([2, 5]);
const THROWING = 6;

/**
 * Records two sessions: units that pass, fail and throw, vectors, retries, skipped and never reached
 * steps, numbers, texts and booleans, attachments, a waveform and a structure.
 *
 * @returns what readers have to find; sums are exact, as all values are multiples of 1/64
 */
export async function recordDirectory(dataDir: string): Promise<Expected> {
  const tally = new Tally();
  await recordSession(dataDir, tally, "bench-1", Array.from({ length: UNITS }, (_, i) => i));
  await recordSession(dataDir, tally, "bench-2", [2, 5]);
  return tally.expected();
}

async function recordSession(
  dataDir: string,
  tally: Tally,
  station_id: string,
  units: readonly number[],
): Promise<void> {
  const target = await TalliedTarget.open(dataDir, tally);
  await using session = await Session.startOn(target, {
    station_id,
    operator_id: "alice",
    closeTarget: true,
    handleSignals: false,
  });
  session.instrument({ role: "dmm", resource: "TCPIP::192.0.2.7::INSTR", cal_due: "2031-01-31" });
  for (const unit of units) {
    // The second session is the retest: what failed before passes.
    const fails = station_id === "bench-1" && FAILING.has(unit);
    const options = {
      dut_serial: serialOf(unit),
      product_id: `PSU-${unit % 2}`,
      test_phase: "x y",
    };
    await session.run({ ...options, custom_metadata: { order: "4711" } }, (run) => {
      return testUnit(run, unit, fails);
    });
  }
}

/** Characters that no file name should take as they are, in one of them. */
function serialOf(unit: number): string {
  return unit === 1 ? "SN/001 ü*" : `SN${String(unit).padStart(3, "0")}`;
}

async function testUnit(run: Run, unit: number, fails: boolean): Promise<void> {
  run.discover([{ path: "power" }, { path: "regulation", vectors: 3 }, { path: "never" }]);
  await run.step("power", async (step) => {
    step.measure("rail_3v3", fails ? 3.75 : 3.25 + unit / 64, {
      low: 3.125,
      high: 3.5,
      units: "V",
      instrument: "dmm",
    });
    await step.step("inner", (inner) => {
      inner.measure("ripple", 1 / 64, { high: 0.125, units: "V" });
      inner.record("note", { by: "hand", unit });
    });
  });
  await run.step("regulation", async (step) => {
    for (const load of [0.25, 0.5, 1]) {
      await step.vector({ load, mode: "cc" }, (vector) => {
        vector.measure("vout", 3.3125 - load / 64, { low: 3.25, units: "V" });
      });
    }
  });
  await run.step("wake up", (step) =>
    step.retry(3, (attempt) => {
      const awake = attempt.attempt >= unit % 3;
      attempt.measure("awake", awake, { nominal: true });
      attempt.measure("firmware", "1.2.3", { nominal: "1.2.3" });
    }));
  await run.step("scope", async (step) => {
    const samples = Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i / 50) + unit);
    await step.read("scope.ch1", samples, { sampleInterval: 1e-4, units: "V" });
    await step.read("psu.state", { voltage: 5, on: true, mode: "cv" });
    await step.read("dmm.voltage", 3.25, { units: "V" });
  });
  await run.skip("burn in", "not today");
  await run.attach("photo.bin", Uint8Array.from({ length: 64 }, (_, i) => i));
  if (unit === THROWING) {
    await run.step("broken", () => {
      throw new Error("Relay does not answer");
    }, { continueOnError: true });
  }
}
