/**
 * Query results as an Arrow IPC stream.
 * @module
 */
import type { ArrowBatch } from "../../lib/arrow/field.ts";
import type { QueryResult } from "../../lib/arrow/query_result.ts";
import { streamBytes } from "../../lib/arrow/to_apache.ts";

/**
 * Writes a result, batch by batch as it arrives.
 *
 * @returns the number of rows
 */
export async function writeArrow(
  result: QueryResult,
  write: (chunk: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  let rows = 0;
  async function* counted(): AsyncGenerator<ArrowBatch> {
    for await (const batch of result.columnBatches()) {
      signal.throwIfAborted();
      rows += batch.rows;
      yield batch;
    }
  }
  for await (const chunk of streamBytes(result.schema, counted())) await write(chunk);
  return rows;
}
