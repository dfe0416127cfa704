/**
 * Many small record batches as few: each costs a header and a reader's time.
 * @module
 */
import { concatBatches } from "../arrow/concat_batches.ts";
import type { ArrowBatch } from "../arrow/field.ts";
import { batchBytes } from "../arrow/batch_bytes.ts";

/**
 * Puts neighbours together as long as they stay within the limits; larger ones stay as they are.
 *
 * @param batches of the same fields
 * @param most rows and bytes of a batch that was put together
 */
export function groupBatches(
  batches: readonly ArrowBatch[],
  most: { readonly rows: number; readonly bytes: number },
): ArrowBatch[] {
  const groups: ArrowBatch[][] = [];
  let rows = Infinity, bytes = Infinity;
  for (const batch of batches) {
    const size = batchBytes(batch);
    rows += batch.rows;
    bytes += size;
    if (rows > most.rows || bytes > most.bytes) {
      groups.push([]);
      rows = batch.rows;
      bytes = size;
    }
    groups.at(-1)!.push(batch);
  }
  return groups.map(concatBatches);
}
