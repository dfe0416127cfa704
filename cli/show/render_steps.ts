/**
 * The steps of a run as a tree: a mark, the name, how long it took; measurements against their limits.
 * @module
 */
import type { Row } from "../../lib/arrow/query_result.ts";
import { inputs } from "../commands/event_gist.ts";
import { durationText } from "../../lib/base/quantity_text.ts";
import { outcomeStyle, paint } from "../format/style.ts";
import { cutText, padText, textWidth } from "../format/text_width.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import { limitText, measuredText } from "../../lib/runs/limit_text.ts";
import type { RenderOptions } from "./render_options.ts";
import type { StepTreeNode, VectorNode } from "../../lib/runs/step_tree.ts";

const MARKS: Readonly<Record<string, string>> = {
  passed: "✓",
  failed: "✗",
  errored: "!",
  skipped: "-",
  done: "·",
  aborted: "!",
  terminated: "!",
};

const GRAVITY = ["errored", "aborted", "terminated", "failed", "passed", "done", "skipped"];

interface Cells {
  readonly indent: number;
  readonly mark: string;
  readonly style: ReturnType<typeof outcomeStyle>;
  readonly name: string;
  /** Value, limits, outcome of a measurement; time of a step. */
  readonly value?: string;
  readonly limit?: string;
  readonly note: string;
}

/** Draws the steps, a line each. */
export function renderSteps(tree: readonly StepTreeNode[], options: RenderOptions): string[] {
  const cells = tree.flatMap((node) => stepCells(node, 1));
  const nameWidth = Math.min(
    Math.max(18, Math.floor(options.width * 0.45)),
    Math.max(0, ...cells.map(({ indent, name }) => indent * 2 + 2 + textWidth(name))),
  );
  const valueWidth = widest(cells, "value"), limitWidth = widest(cells, "limit");
  return cells.map((cell) => lineOf(cell, nameWidth, valueWidth, limitWidth, options));
}

function widest(cells: readonly Cells[], which: "value" | "limit"): number {
  return Math.min(24, Math.max(0, ...cells.map((cell) => textWidth(cell[which] ?? ""))));
}

function stepCells(node: StepTreeNode, indent: number): Cells[] {
  const [first, ...more] = node.vectors;
  const alone = more.length === 0;
  const outcome = gravest(node.vectors);
  const head: Cells = {
    indent,
    ...markOf(outcome),
    name: visibleText(node.name) + (alone ? conditions(first) : ""),
    note: [timeNote(node.vectors), stepNote(outcome, node.vectors)].filter((text) => text !== "")
      .join("  "),
  };
  const inner = alone
    ? (first?.measurements ?? []).flatMap((row) => measurementCells(row, indent + 1))
    : node.vectors.flatMap((vector) => vectorCells(vector, indent + 1));
  return [head, ...inner, ...node.children.flatMap((child) => stepCells(child, indent + 1))];
}

function conditions(vector: VectorNode | undefined): string {
  const text = inputs(vector?.inputs ?? {});
  return text === "" ? "" : ` (${visibleText(text)})`;
}

function vectorCells(vector: VectorNode, indent: number): Cells[] {
  const text = inputs(vector.inputs);
  return [
    {
      indent,
      ...markOf(vector.outcome),
      name: text === "" ? `[${vector.index}]` : visibleText(text),
      note: stepNote(vector.outcome, [vector]),
    },
    ...vector.measurements.flatMap((row) => measurementCells(row, indent + 1)),
  ];
}

function measurementCells(row: Row, indent: number): Cells[] {
  const outcome = typeof row.measurement_outcome === "string" ? row.measurement_outcome : null;
  const retry = Number(row.vector_retry ?? 0);
  const units = typeof row.measurement_units === "string" ? ` ${row.measurement_units}` : "";
  return [{
    indent,
    ...markOf(outcome),
    name: visibleText(String(row.measurement_name)) + (retry > 0 ? ` (try ${retry + 1})` : ""),
    value: visibleText(measuredText(row) + units),
    limit: visibleText(limitText(row)),
    note: outcomeNote(outcome),
  }];
}

function gravest(vectors: readonly VectorNode[]): string | null {
  const outcomes = new Set(vectors.map(({ outcome }) => outcome));
  return GRAVITY.find((outcome) => outcomes.has(outcome)) ?? [...outcomes][0] ?? null;
}

function markOf(outcome: string | null): Pick<Cells, "mark" | "style"> {
  const mark = outcome === null ? "?" : MARKS[outcome] ?? "?";
  return { mark, style: outcome === null ? "dim" : outcomeStyle("outcome", outcome) };
}

/** What passes needs no word. */
function outcomeNote(outcome: string | null): string {
  return outcome === null || outcome === "passed" || outcome === "done" ? "" : outcome;
}

/** A step without outcome goes on, or its program was ended within it, or it never began. */
function stepNote(outcome: string | null, vectors: readonly VectorNode[]): string {
  if (outcome !== null) return outcomeNote(outcome);
  // What was measured was reached, also where its writer tells of no steps.
  const isReached = vectors.some((each) => each.isStarted || each.measurements.length > 0);
  return isReached ? "not ended" : "not reached";
}

function timeNote(vectors: readonly VectorNode[]): string {
  const seconds = vectors.reduce((sum, vector) => sum + (vector.seconds ?? 0), 0);
  return seconds > 0 ? durationText(seconds) : "";
}

function lineOf(
  cell: Cells,
  nameWidth: number,
  valueWidth: number,
  limitWidth: number,
  { color, width }: RenderOptions,
): string {
  const blanks = "  ".repeat(cell.indent);
  const mark = paint(cell.mark, cell.style, color);
  if (cell.value === undefined) {
    const room = width - blanks.length - 4 - textWidth(cell.note);
    const name = cutText(cell.name, Math.max(8, room));
    return `${blanks}${mark} ${name}  ${paint(cell.note, noteStyle(cell), color)}`.trimEnd();
  }
  const room = Math.max(8, nameWidth - blanks.length - 2);
  const name = padText(cutText(cell.name, room), room);
  const value = padText(cutText(cell.value, valueWidth), valueWidth, "right");
  const limit = padText(cutText(cell.limit ?? "", limitWidth), limitWidth);
  const note = paint(cell.note, cell.style, color);
  return `${blanks}${mark} ${name}  ${value}  ${paint(limit, "dim", color)}  ${note}`.trimEnd();
}

function noteStyle(cell: Cells): Cells["style"] {
  return /[a-z]{5,}$/.test(cell.note) ? cell.style : "dim";
}
