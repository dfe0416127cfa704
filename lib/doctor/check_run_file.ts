/**
 * Checks the frame of a Parquet file: its rows are the engine's business.
 *
 *     | PAR1 | ... | footer | length of the footer, 4 bytes | PAR1 |
 *
 * @module
 */
import { FileSource } from "../base/file_source.ts";
import type { DamagedFile } from "./damaged_file.ts";

const MAGIC = "PAR1";
const TAIL_BYTES = 8;
const latin1 = new TextDecoder("latin1");

/** Looks at both ends of a Parquet file. */
export function checkRunFile(path: string): DamagedFile[] {
  using source = FileSource.open(path);
  const { size } = source;
  const fault = (start: number, end: number, reason: string): DamagedFile[] => [
    { file: path, start, end, reason, repaired: false },
  ];
  if (size < MAGIC.length + TAIL_BYTES) return fault(0, size, "It is too short for a Parquet file");
  if (latin1.decode(source.read(0, 4)) !== MAGIC) {
    return fault(0, 4, "It does not begin as a Parquet file");
  }
  const tail = source.read(size - TAIL_BYTES, TAIL_BYTES);
  if (latin1.decode(tail.subarray(4)) !== MAGIC) {
    return fault(size - 4, size, "It does not end as a Parquet file: its end is missing");
  }
  const footer = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  if (footer + MAGIC.length + TAIL_BYTES > size) {
    return fault(size - TAIL_BYTES, size - 4, "The length of its footer is beyond its beginning");
  }
  return [];
}
