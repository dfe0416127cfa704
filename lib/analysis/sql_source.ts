/**
 * What analyses ask: anything that runs SQL over the stores.
 * @module
 */
import type { QueryResult } from "../arrow/query_result.ts";
import type { SqlParameters } from "../protocol/sql_call.ts";
import { runCondition, type RunFilter } from "../runs/run_store.ts";

/** A store, an embedded engine, or anything else with the SQL catalog of this package. */
export interface SqlSource {
  /** Runs one reading statement. */
  sql(text: string, parameters?: SqlParameters): Promise<QueryResult>;
}

/** Which runs count. */
export type AnalysisScope = Omit<RunFilter, "limit">;

/** A statement with its values, to run as it is or to build on. */
export interface AnalysisQuery {
  /** The SQL. */
  readonly text: string;
  /** Values for `$1`, `$2`, ... */
  readonly values: SqlParameters;
}

/** The rows of a statement. */
export async function rowsOf<T extends object>(
  source: SqlSource,
  { text, values }: AnalysisQuery,
): Promise<T[]> {
  const result = await source.sql(text, values);
  return await Array.fromAsync(result.rows<T>());
}

/** A statement over the runs of a scope; `$where` in the text becomes its condition. */
export function scopedQuery(text: string, scope: AnalysisScope): AnalysisQuery {
  const { condition, values } = runCondition(scope);
  return { text: text.replaceAll("$where", condition), values };
}

/** What a result is broken down by; `day` is a day in UTC. */
export type AnalysisGroup =
  | "station"
  | "product"
  | "operator"
  | "fixture"
  | "lot"
  | "phase"
  | "day";

const GROUPS: Readonly<Record<AnalysisGroup, string>> = {
  station: "station_id",
  product: "product_id",
  operator: "operator_id",
  fixture: "fixture_id",
  lot: "dut_lot_number",
  phase: "test_phase",
  day: "strftime(run_started_at AT TIME ZONE 'UTC', '%Y-%m-%d')",
};

/**
 * The SQL expression of a group.
 *
 * @throws {TypeError} where there is no such group
 */
export function groupExpression(by: AnalysisGroup | undefined): string {
  if (by === undefined) return "NULL::VARCHAR";
  if (Object.hasOwn(GROUPS, by)) return GROUPS[by];
  throw new TypeError(
    `Cannot break down by "${by}": wanted one of ${Object.keys(GROUPS).join(", ")}`,
  );
}
