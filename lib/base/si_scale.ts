/**
 * Numbers with the prefixes of SI units.
 * @module
 */
const PREFIXES: ReadonlyMap<number, string> = new Map([
  [-15, "f"],
  [-12, "p"],
  [-9, "n"],
  [-6, "µ"],
  [-3, "m"],
  [0, ""],
  [3, "k"],
  [6, "M"],
  [9, "G"],
  [12, "T"],
]);

// A prefix before any other unit ("m%", "kdB", "m°C") is not what an engineer writes.
const PREFIXABLE =
  /^(V|A|W|Hz|Ω|Ω|[Oo]hms?|F|H|s|J|Pa|m|g|N|T|C|S|K|VA|var|Wh|bit\/s|B\/s|Sa\/s|S\/s)(rms|pp|dc|ac)?$/;

/** How the numbers of an axis are written: value times `factor`, then `unit`. */
export interface SiScale {
  readonly factor: number;
  /** Unit with prefix, or a power of ten where the unit takes none. */
  readonly unit: string;
}

/**
 * Chooses the prefix by which the largest number of an axis reads as 1 to 1000.
 *
 * @param largest largest absolute value on the axis
 * @param unit unit without prefix, empty for none
 */
export function siScale(largest: number, unit: string): SiScale {
  const exponent = exponentOf(largest);
  if (exponent === 0) return { factor: 1, unit };
  const factor = 10 ** -exponent;
  const prefix = PREFIXES.get(exponent);
  if (prefix !== undefined && PREFIXABLE.test(unit)) return { factor, unit: prefix + unit };
  // 1,000 to 99,999 and 0.001 to 1 read well as they are.
  if (largest >= 1e-3 && largest < 1e5) return { factor: 1, unit };
  return { factor, unit: `×10${superscript(exponent)}${unit === "" ? "" : ` ${unit}`}` };
}

function exponentOf(largest: number): number {
  if (!(largest > 0) || !Number.isFinite(largest)) return 0;
  // The small allowance keeps 0.999999999999 of rounding in the unit it belongs to.
  return 3 * Math.floor(Math.log10(largest * (1 + 1e-9)) / 3);
}

function superscript(exponent: number): string {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!);
  return exponent < 0 ? `⁻${digits}` : digits;
}

/**
 * A single value with its unit: `3.3 V`, `12.5 mV`.
 *
 * @param resolution difference that must still be seen, at least five digits are shown anyway
 */
export function valueWithUnit(value: number, unit: string, resolution = Infinity): string {
  const scale = siScale(Math.abs(value), unit);
  const digits = Math.ceil(Math.log10(Math.abs(value) / resolution)) + 2;
  const number = String(
    Number((value * scale.factor).toPrecision(Math.min(15, Math.max(5, digits)))),
  );
  return scale.unit === "" ? number : `${number} ${scale.unit}`;
}
