/**
 * The steps of a run as lines: a step, its conditions, its measurements, the steps within.
 * @module
 */
import type { Row } from "../arrow/query_result.ts";
import { durationText } from "../base/quantity_text.ts";
import { visibleText } from "../base/visible_text.ts";
import { limitText, measuredText } from "../runs/limit_text.ts";
import type { StepTreeNode, VectorNode } from "../runs/step_tree.ts";

/** A line; all texts are fit to be seen. */
export interface StepLine {
  readonly depth: number;
  readonly isStep: boolean;
  readonly name: string;
  readonly value: string;
  readonly limit: string;
  readonly outcome: string | null;
  readonly note: string;
}

const GRAVITY = ["errored", "aborted", "terminated", "failed", "passed", "done", "skipped"];

/** All lines of a tree. */
export function stepLines(tree: readonly StepTreeNode[], depth = 0): StepLine[] {
  return tree.flatMap((node) => {
    const { vectors, children } = node;
    const [first, ...more] = vectors;
    const conditions = more.length === 0 ? inputsText(first) : "";
    const seconds = vectors.reduce((sum, vector) => sum + (vector.seconds ?? 0), 0);
    const head = lineOf(depth, visibleText(node.name + conditions), gravest(vectors), {
      isStep: true,
      note: seconds > 0 ? durationText(seconds) : "",
    });
    const inner = more.length === 0
      ? (first?.measurements ?? []).map((row) => measurementLine(row, depth + 1))
      : vectors.flatMap((vector) => vectorLines(vector, depth + 1));
    return [head, ...inner, ...stepLines(children, depth + 1)];
  });
}

function lineOf(
  depth: number,
  name: string,
  outcome: string | null,
  more: Partial<StepLine> = {},
): StepLine {
  return { depth, isStep: false, name, value: "", limit: "", outcome, note: "", ...more };
}

function vectorLines(vector: VectorNode, depth: number): StepLine[] {
  const name = inputsText(vector).trim() || `[${vector.index}]`;
  return [
    lineOf(depth, visibleText(name), vector.outcome),
    ...vector.measurements.map((row) => measurementLine(row, depth + 1)),
  ];
}

function inputsText(vector: VectorNode | undefined): string {
  const pairs = Object.entries(vector?.inputs ?? {}).filter(([, value]) => value !== "");
  return pairs.length === 0
    ? ""
    : ` (${pairs.map(([name, value]) => `${name}=${value}`).join(", ")})`;
}

function measurementLine(row: Row, depth: number): StepLine {
  const units = typeof row.measurement_units === "string" ? ` ${row.measurement_units}` : "";
  const retry = Number(row.vector_retry ?? 0);
  const outcome = typeof row.measurement_outcome === "string" ? row.measurement_outcome : null;
  return lineOf(depth, visibleText(String(row.measurement_name)), outcome, {
    value: visibleText(measuredText(row) + units),
    limit: visibleText(limitText(row)),
    note: retry > 0 ? `try ${retry + 1}` : "",
  });
}

function gravest(vectors: readonly VectorNode[]): string | null {
  const outcomes = new Set(vectors.map(({ outcome }) => outcome));
  return GRAVITY.find((outcome) => outcomes.has(outcome)) ?? [...outcomes][0] ?? null;
}
