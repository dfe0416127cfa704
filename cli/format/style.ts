/** A way to set text apart in a terminal. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};

/**
 * Wraps text in the ANSI codes of a style.
 *
 * @param style undefined leaves the text as it is
 * @param color false leaves the text as it is
 */
export function paint(text: string, style: Style | undefined, color: boolean): string {
  if (!color || style === undefined || text === "") return text;
  const [on, off] = CODES[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}

const OUTCOMES: Readonly<Record<string, Style>> = {
  passed: "green",
  failed: "red",
  errored: "magenta",
  aborted: "yellow",
  terminated: "yellow",
  running: "cyan",
  skipped: "dim",
};

/** The style of an outcome such as `passed` in a column or field whose name ends with `outcome`. */
export function outcomeStyle(name: string, value: unknown): Style | undefined {
  if (typeof value !== "string" || !name.endsWith("outcome")) return undefined;
  return Object.hasOwn(OUTCOMES, value) ? OUTCOMES[value] : undefined;
}
