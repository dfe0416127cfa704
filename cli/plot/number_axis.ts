import { siScale } from "../../lib/base/si_scale.ts";

/** A place on an axis and what is written there. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** The ticks of an axis, and what is written once for all of them. */
export interface AxisTicks {
  readonly ticks: readonly Tick[];
  /** Unit and offset of the labels, such as `mV` or `µV + 3.3 V`; the date on a time axis. */
  readonly note: string;
}

const LONGEST_LABEL = 8;

/** The step of 1, 2 or 5 times a power of ten that cuts a span into at most `count` parts. */
export function niceStep(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 5, 10].find((step) => step * power >= rough * (1 - 1e-9)) ?? 10;
  return nice * power;
}

/** The multiples of a step within a range, exact to the last digit of the step. */
export function multiplesOf(step: number, low: number, high: number): number[] {
  const first = Math.ceil(low / step - 1e-6);
  const last = Math.floor(high / step + 1e-6);
  return Array.from(
    { length: Math.max(0, Math.min(1000, last - first + 1)) },
    (_, i) => (first + i) * step,
  );
}

/**
 * Ticks of an axis of numbers, with a prefix before the unit and, where the labels would all
 * begin with the same long number, with that number taken out.
 *
 * @param step distance of the ticks, see {@linkcode niceStep}
 */
export function numberAxis(low: number, high: number, step: number, unit: string): AxisTicks {
  const values = multiplesOf(step, low, high);
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const plain = labelled(values, step, largest, unit, 0);
  const longest = Math.max(0, ...plain.ticks.map((tick) => tick.label.length));
  if (longest <= LONGEST_LABEL || values.length === 0) return plain;
  // A round number just below: "600 nV + 10 V" and not "0 nV + 10.0000006 V".
  const round = 10 ** Math.ceil(Math.log10(high - low));
  const offset = Math.floor(low / round + 1e-6) * round;
  const moved = labelled(values, step, Math.max(step, high - offset), unit, offset);
  return { ticks: moved.ticks, note: `${moved.note}${offsetText(offset, round, unit)}`.trim() };
}

function labelled(
  values: readonly number[],
  step: number,
  largest: number,
  unit: string,
  offset: number,
): AxisTicks {
  const scale = siScale(largest, unit);
  const digits = Math.min(15, Math.max(0, -Math.floor(Math.log10(step * scale.factor) + 1e-9)));
  const ticks = values.map((value) => {
    const label = ((value - offset) * scale.factor).toFixed(digits);
    return { value, label: Number(label) === 0 ? label.replace("-", "") : label };
  });
  return { ticks, note: scale.unit };
}

function offsetText(offset: number, step: number, unit: string): string {
  const scale = siScale(Math.abs(offset), unit);
  const digits = Math.min(15, Math.max(0, -Math.floor(Math.log10(step * scale.factor) + 1e-9)));
  const number = Number(Math.abs(offset * scale.factor).toFixed(digits));
  return ` ${offset < 0 ? "-" : "+"} ${number}${scale.unit === "" ? "" : ` ${scale.unit}`}`;
}
