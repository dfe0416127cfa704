import { ChunkWriter } from "./chunk_writer.ts";
import { writeCsv } from "./csv.ts";
import type { FormatOptions, RowFormat, TextSink } from "./format_options.ts";
import { writeJson, writeJsonLines } from "./json.ts";
import { writeLines } from "./line.ts";
import { writeMarkdown } from "./markdown.ts";
import type { RowSource } from "./result.ts";
import { writeTable } from "./table.ts";

type RowWriter = (source: RowSource, out: ChunkWriter, options: FormatOptions) => Promise<number>;

const WRITERS: Readonly<Record<RowFormat, RowWriter>> = {
  table: writeTable,
  line: writeLines,
  csv: writeCsv,
  json: writeJson,
  jsonl: writeJsonLines,
  markdown: writeMarkdown,
};

/** Whether a name is one of the formats of {@linkcode writeRows}. */
export function isRowFormat(name: string): name is RowFormat {
  return Object.hasOwn(WRITERS, name);
}

/**
 * Writes a result in a format, piece by piece as its rows arrive.
 *
 * What was written before a failure of the source has reached the sink when this throws.
 *
 * @param sink takes the text; a promise that it returns holds the source back
 * @returns the number of rows read from the source
 * @throws what the source or the sink throws, and the reason of an aborted signal
 */
export async function writeRows(
  source: RowSource,
  format: RowFormat,
  sink: TextSink,
  options: FormatOptions = {},
): Promise<number> {
  const out = new ChunkWriter(sink, options);
  try {
    return await WRITERS[format](source, out, options);
  } finally {
    await out.flush();
  }
}
