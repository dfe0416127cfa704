/**
 * The values that runs have and that are most like one that was asked for.
 * @module
 */
import type { RunSource } from "../show/run_source.ts";

/**
 * Asks for values of a column of `runs`, the nearest first.
 *
 * @param most how many at most
 */
export async function nearestValues(
  source: RunSource,
  column: string,
  wanted: string,
  most: number,
): Promise<string[]> {
  const rows = await source.all<{ value: string }>(
    `SELECT ${column} AS value FROM runs WHERE ${column} <> '' GROUP BY 1
    ORDER BY value = $1 DESC, jaro_winkler_similarity(lower(value), lower($1)) DESC, value
    LIMIT ${most}`,
    [wanted],
  );
  return rows.map(({ value }) => value);
}
