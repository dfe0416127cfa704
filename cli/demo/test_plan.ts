/**
 * The test of one board, as one writes it for the bench.
 * @module
 */
import type { Run, Step } from "../../mod.ts";
import { type Board, SAMPLE_RATE } from "./board.ts";

/** Samples of the long capture of the ripple: 1.2 s. */
const RIPPLE_SAMPLES = 1_200_000;
const INRUSH_SAMPLES = 20_000;
const LIMITS_3V3 = { low: 3.234, high: 3.366, units: "V", instrument: "dmm", dut_pin: "J2.1" };
const LIMITS_5V0 = { low: 4.9, high: 5.1, units: "V", instrument: "dmm", dut_pin: "J2.3" };

/** What the plan wants to know of a unit. */
export interface TestOptions {
  /** Whether the ripple is captured at full length. */
  readonly longCapture: boolean;
  /** Attempts that the firmware needs to answer. */
  readonly bootAttempts: number;
}

/** Tests a board. */
export async function testBoard(run: Run, board: Board, options: TestOptions): Promise<void> {
  run.discover([
    { path: "power up" },
    { path: "load regulation", vectors: 5 },
    { path: "ripple" },
    { path: "firmware" },
    { path: "safety" },
  ]);
  await run.step("power up", (step) => powerUp(step, board));
  await run.step("load regulation", (step) => loadRegulation(step, board));
  await run.step("ripple", (step) => ripple(step, board, options.longCapture));
  await run.step("firmware", (step) => firmware(step, board, options.bootAttempts));
  await run.step("safety", (step) => safety(step, board));
}

async function powerUp(step: Step, board: Board): Promise<void> {
  await step.set("psu.voltage", 12, { units: "V" });
  const current = board.inrush(INRUSH_SAMPLES);
  await step.read("scope.inrush", current, {
    role: "scope",
    method: "capture",
    units: "A",
    sampleInterval: 1 / SAMPLE_RATE,
  });
  step.measure("inrush_peak", maximum(current), { high: 5, units: "A", instrument: "scope" });
  step.measure("idle_current", board.idleAmperes(), {
    low: 0.018,
    high: 0.024,
    units: "A",
    instrument: "psu",
  });
  step.measure("vout_5v0", board.volts5v0(), LIMITS_5V0);
}

async function loadRegulation(step: Step, board: Board): Promise<void> {
  for (const [vin, load] of [[12, 0.1], [12, 0.5], [12, 1], [12, 2], [9, 2]] as const) {
    await step.vector({ vin, load }, async (vector) => {
      if (board.fault === "instrument" && load === 2) {
        throw new Error("eload: no answer within 2000 ms (VI_ERROR_TMO)");
      }
      await vector.set("eload.current", load, { units: "A" });
      vector.measure("vout_3v3", board.volts3v3(load, vin), LIMITS_3V3);
      vector.measure("efficiency", board.efficiency(load), { low: 86, units: "%" });
    });
  }
}

async function ripple(step: Step, board: Board, long: boolean): Promise<void> {
  const samples = board.ripple(long ? RIPPLE_SAMPLES : RIPPLE_SAMPLES / 60);
  await step.read(long ? "scope.ripple" : "scope.ripple_short", samples, {
    role: "scope",
    method: "capture",
    units: "V",
    sampleInterval: 1 / SAMPLE_RATE,
  });
  const peakToPeak = maximum(samples) + maximum(samples.map((value) => -value));
  step.measure("ripple_pp", 1000 * peakToPeak, { high: 80, units: "mV", instrument: "scope" });
}

async function firmware(step: Step, board: Board, attempts: number): Promise<void> {
  await step.retry(3, (attempt) => {
    attempt.measure("boots", attempt.attempt + 1 >= attempts, { nominal: true });
  });
  step.measure("boot_time", board.bootMillis(), { high: 200, units: "ms" });
  step.measure("firmware_version", "2.4.1", { nominal: "2.4.1" });
  await step.step("warm up", async (inner) => {
    const temperature = board.warmUp(600);
    await inner.read("thermo.board", temperature, { units: "°C", sampleInterval: 0.1 });
    inner.measure("board_temperature", temperature.at(-1) ?? null, { high: 60, units: "°C" });
  });
}

async function safety(step: Step, board: Board): Promise<void> {
  await step.step("insulation", (inner) => {
    inner.measure("insulation", board.insulationMegaohms(), { low: 400, units: "MΩ" });
  });
  await step.skip("high voltage", "Done by sampling, one board in fifty");
}

function maximum(values: Float64Array): number {
  let most = -Infinity;
  for (const value of values) if (value > most) most = value;
  return most;
}
