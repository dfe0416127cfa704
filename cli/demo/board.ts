/**
 * The unit of the demo: a board that makes 3.3 V and 5 V out of 12 V, as a simulation.
 * @module
 */
import { type RandomSource, randomSource } from "./random.ts";

/** What is wrong with a unit. */
export type Fault =
  /** The 3.3 V output sags under load: a cold joint at the inductor. */
  | "weak-rail"
  /** The electronic load stops answering in the middle of a test. */
  | "instrument"
  | undefined;

/** Samples per second of the scope. */
export const SAMPLE_RATE = 1e6;
const SWITCHING_HERTZ = 47_310;
const HUM_HERTZ = 100;

/** A simulated board. */
export class Board {
  readonly serial: string;
  readonly fault: Fault;
  readonly #random: RandomSource;
  readonly #rail3v3: number;
  readonly #rail5v0: number;
  readonly #ohms: number;

  constructor(serial: string, seed: number, fault: Fault) {
    this.serial = serial;
    this.fault = fault;
    this.#random = randomSource(seed);
    this.#rail3v3 = this.#random.normal(3.302, 0.006);
    this.#rail5v0 = this.#random.normal(5.004, 0.012);
    this.#ohms = Math.max(0.004, this.#random.normal(0.012, 0.002));
  }

  /** Voltage of the 3.3 V output at a load in amperes and an input voltage. */
  volts3v3(load: number, vin = 12): number {
    const ohms = this.fault === "weak-rail" ? 0.068 : this.#ohms;
    return this.#random.normal(this.#rail3v3 - ohms * load + 0.0004 * (vin - 12), 0.0006);
  }

  /** Voltage of the 5 V output. */
  volts5v0(): number {
    return this.#random.normal(this.#rail5v0, 0.0009);
  }

  /** Input current without load, amperes. */
  idleAmperes(): number {
    return this.#random.normal(0.0213, 0.0007);
  }

  /** Efficiency at a load, percent. */
  efficiency(load: number): number {
    return this.#random.normal(92.4 - 1.9 * Math.abs(Math.log2(load / 0.8)), 0.25);
  }

  /** Time from power to ready, milliseconds. */
  bootMillis(): number {
    return this.#random.normal(182, 6);
  }

  /** Resistance against the housing, megaohms. */
  insulationMegaohms(): number {
    return this.#random.normal(560, 35);
  }

  /** Current at power-up, amperes: the peak of the input capacitors, then the running current. */
  inrush(samples: number): Float64Array {
    const peak = this.#random.normal(4.1, 0.18);
    return Float64Array.from({ length: samples }, (_, i) => {
      const millis = (i / SAMPLE_RATE) * 1000 - 1;
      const current = millis < 0
        ? 0
        : 0.34 + peak * Math.exp(-millis / 1.7) * (1 - Math.exp(-millis / 0.06));
      return current + 0.012 * (this.#random.next() - 0.5);
    });
  }

  /** Ripple of the 3.3 V output, volts, with a short glitch now and then. */
  ripple(samples: number): Float64Array {
    const glitches = [0.231, 0.5204, 0.868].map((part) => Math.floor(part * samples));
    const hum = (2 * Math.PI * HUM_HERTZ) / SAMPLE_RATE;
    const switching = (2 * Math.PI * SWITCHING_HERTZ) / SAMPLE_RATE;
    const values = new Float64Array(samples);
    for (let i = 0; i < samples; i++) {
      const breath = 1 + 0.35 * Math.sin((2 * Math.PI * 1.7 * i) / SAMPLE_RATE);
      values[i] = 0.0035 * Math.sin(hum * i) + 0.006 * breath * Math.sin(switching * i) +
        0.0016 * (this.#random.next() - 0.5);
    }
    // Some microseconds long: what decimation by averages or by every n-th sample loses.
    for (const start of glitches) {
      for (let i = 0; i < 6 && start + i < samples; i++) values[start + i]! += 0.038 * (1 - i / 6);
    }
    return values;
  }

  /** Temperature of the board while it warms up, degrees Celsius, one sample each 100 ms. */
  warmUp(samples: number): Float64Array {
    const rise = this.#random.normal(27, 1.5);
    return Float64Array.from(
      { length: samples },
      (_, i) => 24.6 + rise * (1 - Math.exp(-i / 90)) + 0.08 * (this.#random.next() - 0.5),
    );
  }
}
