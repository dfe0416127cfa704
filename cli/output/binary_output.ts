/**
 * Results in the formats that are no text: each file holds exactly one.
 * @module
 */
import type { QueryResult } from "../../lib/arrow/query_result.ts";

/** Formats for other programs, never for a terminal. */
export type BinaryFormat = "arrow" | "parquet";

/** Whether a format is one of {@linkcode BinaryFormat}. */
export function isBinary(format: string | undefined): format is BinaryFormat {
  return format === "arrow" || format === "parquet";
}

/**
 * Writes a result, piece by piece as it arrives.
 *
 * @returns the number of rows
 */
export async function writeBinary(
  format: BinaryFormat,
  result: QueryResult,
  write: (chunk: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  if (format === "arrow") {
    const { writeArrow } = await import("./arrow_output.ts");
    return await writeArrow(result, write, signal);
  }
  const { writeParquet } = await import("./parquet_output.ts");
  return await writeParquet(result, write, signal);
}
