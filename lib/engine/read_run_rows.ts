/**
 * The rows of a run file without the SQL engine, which takes ten times as long to open one.
 * @module
 */
import type { ParquetCell } from "../parquet/format.ts";
import { readFooter } from "../parquet/read_footer.ts";
import { readParquet } from "../parquet/read_parquet.ts";
import type { RunRows } from "./run_rows.ts";

/** Larger files are read by the engine, which does not hold them in memory. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Of so many rows the engine takes a file in faster than we hand rows over, and by all its threads. */
export const LARGE_ROWS = 4096;

const FACTS: ReadonlySet<string> = new Set([
  "record_type",
  "run_id",
  "run_outcome",
  "run_started_at",
]);

/** What every run file has to say. */
export interface RunFacts {
  readonly runId: string;
  readonly outcome: string | null;
  readonly startedAtMicros: number | null;
}

/**
 * Reads a run file.
 *
 * @returns undefined for a file that is large, damaged or made in another way: the engine reads it, or
 * tells what is wrong with it
 */
export function readRunRows(path: string, sizeBytes: number): RunRows | undefined {
  if (sizeBytes > MAX_BYTES) return undefined;
  try {
    const bytes = Deno.readFileSync(path);
    const footer = readFooter(bytes);
    if (footer.rowCount > LARGE_ROWS) return undefined;
    return readParquet(bytes, { footer, trustNulls: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

/** What rows say of their run; undefined where they are of no run. */
export function factsOf(rows: RunRows): RunFacts | undefined {
  if (rows.rowCount === 0) return undefined;
  const first = new Map<string, ParquetCell>();
  const cells = new Array<ParquetCell>(1);
  for (const column of rows.columns) {
    if (!FACTS.has(column.name)) continue;
    column.copyTo(cells, 0, 1);
    first.set(column.name, cells[0] ?? null);
  }
  const runId = first.get("run_id");
  const outcome = first.get("run_outcome");
  const started = first.get("run_started_at");
  const complete = typeof first.get("record_type") === "string" && outcome !== undefined &&
    started !== undefined;
  if (typeof runId !== "string" || !complete) return undefined;
  return {
    runId,
    outcome: typeof outcome === "string" ? outcome : null,
    startedAtMicros: typeof started === "number" ? started : null,
  };
}
