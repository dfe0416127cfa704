/**
 * A table for notebooks: HTML that needs no script and fits light and dark pages, and a plain-text twin.
 * @module
 */
import { visibleText } from "../base/visible_text.ts";
import { plainText } from "./csv.ts";

/** Characters of a cell shown at most: more do not help a reader and bloat the notebook file. */
const SHOWN_CHARACTERS = 500;
/** Cells with more than this break their lines. */
const LONG_CHARACTERS = 60;

/** A column as it is shown. */
export interface ShownColumn {
  readonly name: string;
  /** Type in words, under the name. */
  readonly type?: string;
  /** Unit of the values. */
  readonly unit?: string;
  readonly isNumeric?: boolean;
  /** True where values are outcomes such as `passed`, which get a color. */
  readonly isOutcome?: boolean;
}

/** What is shown. */
export interface ShownTable {
  readonly columns: readonly ShownColumn[];
  readonly rows: readonly (readonly unknown[])[];
  /** The line under the table. */
  readonly note: string;
}

/** Colors that white text is read on, on a light page and on a dark one. */
const OUTCOME_COLORS: Readonly<Record<string, string>> = {
  passed: "#1a7f37",
  failed: "#c62a2f",
  errored: "#a02c9a",
  aborted: "#9a6700",
  terminated: "#9a6700",
  running: "#0b68cb",
  skipped: "#6e7781",
  done: "#6e7781",
};

/**
 * Lines are mixed from the color of the text: whatever the page looks like, they are seen and quiet. The
 * selectors that name the class three times win over those by which JupyterLab sets all text to the right.
 */
const STYLE = `<style>
.litmus{overflow-x:auto;max-width:100%;color:inherit;font-size:13px}
.litmus.litmus.litmus table{border-collapse:collapse;margin:0;border:0;font-size:inherit;color:inherit}
.litmus.litmus.litmus th,.litmus.litmus.litmus td{padding:3px 12px 3px 0;text-align:left;vertical-align:top;border:0;
 max-width:none;border-bottom:1px solid color-mix(in srgb,currentColor 18%,transparent);color:inherit;white-space:pre}
.litmus.litmus.litmus td.w{white-space:pre-wrap;min-width:40ch;max-width:60ch;overflow-wrap:anywhere}
.litmus.litmus.litmus th{vertical-align:bottom;border-bottom-width:2px}
.litmus.litmus.litmus th.n,.litmus.litmus.litmus td.n{text-align:right;font-variant-numeric:tabular-nums}
.litmus small,.litmus .null{opacity:.65;font-weight:normal;font-size:11px;font-style:normal}
.litmus .null{letter-spacing:.05em}
.litmus .outcome{color:#fff;border-radius:9px;padding:1px 8px;font-size:12px;white-space:nowrap}
.litmus .note{opacity:.65;font-size:12px;padding-top:4px}
</style>`;

/** The table as HTML; every name and value in it is text. */
export function tableHtml({ columns, rows, note }: ShownTable): string {
  const head = columns.map((column) => `<th${classOf(column)}>${headHtml(column)}</th>`).join("");
  const body = rows.map((row) =>
    `<tr>${columns.map((column, i) => cellHtml(column, row[i])).join("")}</tr>`
  ).join("");
  return litmusHtml(
    `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>` +
      `<div class="note">${escapeHtml(note)}</div>`,
  );
}

/** A piece of HTML with the looks of all of ours. */
export function litmusHtml(inner: string): string {
  return `${STYLE}<div class="litmus">${inner}</div>`;
}

function headHtml({ name, type, unit }: ShownColumn): string {
  const inUnit = unit === undefined ? "" : ` <small>[${escapeHtml(unit)}]</small>`;
  return `${escapeHtml(name)}${inUnit}${
    type === undefined ? "" : `<br><small>${escapeHtml(type)}</small>`
  }`;
}

function classOf({ isNumeric }: ShownColumn): string {
  return isNumeric === true ? ` class="n"` : "";
}

function cellHtml(column: ShownColumn, value: unknown): string {
  if (value === null || value === undefined) {
    return `<td${classOf(column)}><span class="null">NULL</span></td>`;
  }
  if (column.isOutcome === true) return `<td>${outcomeHtml(String(value))}</td>`;
  const text = visibleLines(cellText(value));
  const isLong = text.length > LONG_CHARACTERS || text.includes("\n");
  return `<td${isLong ? ` class="w"` : classOf(column)}>${escapeHtml(text)}</td>`;
}

/** An outcome on its color; without one where it is none of ours. */
export function outcomeHtml(outcome: string): string {
  const color = Object.hasOwn(OUTCOME_COLORS, outcome) ? OUTCOME_COLORS[outcome] : undefined;
  const text = escapeHtml(visibleText(outcome));
  return color === undefined
    ? text
    : `<span class="outcome" style="background:${color}">${text}</span>`;
}

/** A browser breaks lines; what else is hidden in a text is made visible. */
function visibleLines(text: string): string {
  return text.split("\n").map(visibleText).join("\n");
}

function cellText(value: unknown): string {
  const text = plainText(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** Makes text safe inside HTML content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/** The table as plain text, with the same rows. */
export function tableText({ columns, rows, note }: ShownTable): string {
  const heads = columns.map(({ name, unit }) =>
    visibleText(unit === undefined ? name : `${name} [${unit}]`)
  );
  const cells = [
    heads,
    ...rows.map((row) =>
      columns.map((_, i) => {
        const value = row[i];
        return value === null || value === undefined ? "NULL" : visibleText(cellText(value));
      })
    ),
  ];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? "").length)));
  const lines = cells.map((row) =>
    row.map((cell, i) =>
      columns[i]?.isNumeric === true ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)
    ).join("  ").trimEnd()
  );
  return [...lines, note].join("\n");
}
