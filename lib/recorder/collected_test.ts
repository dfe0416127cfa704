import { ok } from "node:assert/strict";
import type { LitmusEvent } from "../events/event_types.ts";
import { RunAccumulator } from "../runs/run_accumulator.ts";
import type { RunEventRecord } from "../runs/run_event.ts";
import type { Cell } from "../runs/series.ts";
import type { MemoryTarget } from "./memory_target.ts";

/** A row of the run file by column name. */
export type Row = Readonly<Record<string, Cell>>;

/** Events in short: `>path#vector`, `<path#vector outcome`, `name@retry outcome`, else the type. */
export function brief(events: readonly LitmusEvent[]): string[] {
  return events.map((event) => {
    switch (event.event_type) {
      case "test.step_started":
        return `>${event.step_path}#${event.vector_index}`;
      case "test.step_ended":
        return `<${event.step_path}#${event.vector_index} ${event.outcome}`;
      case "test.measurement":
        return `${event.measurement_name}@${event.retry} ${event.outcome}`;
      case "run.ended":
      case "session.ended":
        return `${event.event_type} ${event.outcome}`;
      default:
        return event.event_type;
    }
  });
}

/** Events of one type. */
export function ofType<T extends LitmusEvent["event_type"]>(
  target: MemoryTarget,
  type: T,
): Extract<LitmusEvent, { event_type: T }>[] {
  return target.events.filter((event) => event.event_type === type) as Extract<
    LitmusEvent,
    { event_type: T }
  >[];
}

/** The rows that the events of a run become. */
export function rowsOf(target: MemoryTarget, runId: string): Row[] {
  const run = new RunAccumulator({
    runId,
    sessionId: target.sessionId,
    litmusVersion: "0.0.0",
  });
  for (const event of target.events) run.add(event as unknown as RunEventRecord);
  ok(run.isEnded, "The run has no end");
  const table = run.finish();
  const rows = Array.from({ length: table.rowCount }, (): Record<string, Cell> => ({}));
  for (const column of table.columns) {
    column.slice(0, table.rowCount).forEach((cell, i) =>
      (rows[i] as Record<string, Cell>)[column.name] = cell
    );
  }
  return rows;
}
