/** How much a record batch takes. @module */
import type { ArrowBatch, ArrowColumn } from "./field.ts";

/** Bytes of all buffers of a batch. */
export function batchBytes({ columns }: Pick<ArrowBatch, "columns">): number {
  return columns.reduce((sum, column) => sum + columnBytes(column), 0);
}

function columnBytes({ buffers, children, dictionary }: ArrowColumn): number {
  let bytes = batchBytes({ columns: children });
  if (dictionary !== undefined) bytes += columnBytes(dictionary);
  for (const { byteLength } of buffers) bytes += byteLength;
  return bytes;
}
