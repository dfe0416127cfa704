/**
 * What `test.steps_discovered` announced: markers, planned vectors, steps that may never start.
 * @module
 */
import { integerOf, recordOf, type RunEventRecord, textOf } from "./run_event.ts";

/** One announced step and vector. */
export interface PlannedStep {
  readonly path: string;
  readonly vector: number;
  readonly name: string;
  readonly parentPath: string;
  readonly nodeId: string | null;
  readonly file: string | null;
  readonly module: string | null;
  readonly className: string | null;
  readonly functionName: string | null;
  readonly markers: string | null;
  readonly vectorCount: number | null;
}

function readItem(raw: unknown): PlannedStep {
  const item = recordOf(raw);
  const nodeId = textOf(item.node_id);
  const functionName = textOf(item.function);
  return {
    path: textOf(item.step_path) || functionName || nodeId || "",
    vector: integerOf(item.vector_index) ?? 0,
    name: functionName || nodeId || textOf(item.step_path) || "",
    parentPath: textOf(item.parent_path) ?? "",
    nodeId,
    file: textOf(item.file),
    module: textOf(item.module),
    className: textOf(item.class_name),
    functionName,
    markers: textOf(item.markers),
    vectorCount: integerOf(item.vector_count_planned),
  };
}

/** The latest plan of a run. */
export class StepPlan {
  #steps: readonly PlannedStep[] = [];
  readonly #byNode = new Map<string, PlannedStep>();

  /** Takes a `test.steps_discovered`, which replaces an earlier one. */
  set(event: RunEventRecord): void {
    const items = Array.isArray(event.items) ? event.items : [];
    this.#steps = items.map(readItem);
    this.#byNode.clear();
    for (const step of this.#steps) {
      if (step.nodeId) this.#byNode.set(step.nodeId, step);
    }
  }

  /** The announced steps in order. */
  get steps(): readonly PlannedStep[] {
    return this.#steps;
  }

  /** Gives the announcement of a node, or undefined. */
  byNode(nodeId: string | null): PlannedStep | undefined {
    return nodeId === null ? undefined : this.#byNode.get(nodeId);
  }
}
