/**
 * Steps as a tree, from the rows of a run.
 * @module
 */
import type { Row } from "../arrow/query_result.ts";

/** One execution of a step under one set of conditions. */
export interface VectorNode {
  readonly index: number;
  /** Conditions, by name without the prefix of their columns. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outcome: string | null;
  /** False for what was announced and never began. */
  readonly isStarted: boolean;
  readonly seconds: number | null;
  readonly measurements: Row[];
}

/** A step with its vectors and the steps within. */
export interface StepTreeNode {
  readonly path: string;
  readonly name: string;
  readonly vectors: VectorNode[];
  readonly children: StepTreeNode[];
}

type Branch = Pick<StepTreeNode, "children">;

/**
 * Builds the tree.
 *
 * @param steps rows of the steps view, in the order of their start
 * @param measurements rows of the measurements view, in the order in which they were taken
 */
export function stepTree(
  steps: readonly Row[],
  measurements: readonly Row[],
): readonly StepTreeNode[] {
  const root: Branch = { children: [] };
  const nodes = new Map<string, StepTreeNode>();
  const nodeOf = (path: string, name: string, parentPath: string): StepTreeNode => {
    const known = nodes.get(path);
    if (known !== undefined) return known;
    const node: StepTreeNode = { path, name, vectors: [], children: [] };
    nodes.set(path, node);
    const parent = parentPath === "" || parentPath === path ? root : nodeOf(
      parentPath,
      parentPath.slice(parentPath.lastIndexOf("/") + 1),
      parentPath.slice(0, Math.max(0, parentPath.lastIndexOf("/"))),
    );
    parent.children.push(node);
    return node;
  };
  for (const row of steps) {
    nodeOf(pathOf(row), String(row.step_name ?? ""), String(row.parent_path ?? ""))
      .vectors.push(vectorOf(row));
  }
  for (const row of measurements) {
    const node = nodeOf(pathOf(row), String(row.step_name ?? ""), String(row.parent_path ?? ""));
    const index = Number(row.vector_index ?? 0);
    let vector = node.vectors.find((each) => each.index === index);
    if (vector === undefined) node.vectors.push(vector = vectorOf(row));
    vector.measurements.push(row);
  }
  return root.children;
}

function pathOf(row: Row): string {
  return String(row.step_path || row.step_name || "");
}

function vectorOf(row: Row): VectorNode {
  const inputs = Object.entries(row)
    .filter(([name, value]) => name.startsWith("in_") && value !== null)
    .map(([name, value]) => [name.slice(3), value] as const);
  const outcome = row.vector_outcome ?? row.step_outcome;
  const start = row.vector_started_at ?? row.step_started_at ?? null;
  return {
    index: Number(row.vector_index ?? 0),
    inputs: Object.fromEntries(inputs),
    outcome: typeof outcome === "string" ? outcome : null,
    isStarted: start !== null,
    seconds: secondsBetween(start, row.vector_ended_at ?? row.step_ended_at),
    measurements: [],
  };
}

/** Seconds between two times of a result; null where one is missing. */
export function secondsBetween(start: unknown, end: unknown): number | null {
  if (typeof start !== "string" || typeof end !== "string") return null;
  const seconds = micros(end) - micros(start);
  return Number.isFinite(seconds) ? seconds / 1e6 : null;
}

function micros(time: string): number {
  // Date knows milliseconds; the digits behind them follow in the text.
  return Date.parse(`${time.slice(0, 23)}Z`) * 1000 + Number(time.slice(23, 26));
}
