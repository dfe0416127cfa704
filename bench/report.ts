// deno-lint-ignore-file no-console -- printing is what it is for
/**
 * Figures as a table.
 * @module
 */

/** One measured figure. */
export interface Figure {
  /** What was measured. */
  readonly work: string;
  /** The median. */
  readonly value: number;
  readonly unit: string;
  /** What the Python original reaches, and what we aim at. */
  readonly original: string;
  readonly aim: string;
}

/** The middle of several measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Measures several rounds and returns the median of what they return. */
export async function rounds(count: number, round: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < count; i++) values.push(await round());
  return median(values);
}

/** Milliseconds that some work takes. */
export async function millis(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** A figure in one line. */
export function figureText({ work, value, unit }: Figure): string {
  return `${work}: ${format(value)} ${unit}`;
}

/** Prints figures as a Markdown table. */
export function printTable(figures: readonly Figure[]): void {
  const rows = [
    ["Work", "Measured", "Python original", "Aim"],
    ["---", "---:", "---:", "---:"],
    ...figures.map(({ work, value, unit, original, aim }) => [
      work,
      `${format(value)} ${unit}`,
      original,
      aim,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  for (const row of rows) {
    console.log(`| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`);
  }
}

function format(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
