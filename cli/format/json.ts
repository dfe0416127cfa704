import type { ChunkWriter } from "./chunk_writer.ts";
import { jsonText, uniqueNames } from "./json_text.ts";
import type { RowSource } from "./result.ts";

/**
 * Writes rows as one JSON array of objects, a line per row. A source that fails midway leaves the
 * array open, so that a part is never taken for the whole.
 *
 * @returns the number of rows
 */
export async function writeJson(source: RowSource, out: ChunkWriter): Promise<number> {
  await out.write("[");
  const count = await writeObjects(source, out, (object, index) => (index ? ",\n " : "") + object);
  await out.write("]\n");
  return count;
}

/**
 * Writes rows as JSON objects, one per line.
 *
 * @returns the number of rows
 */
export function writeJsonLines(source: RowSource, out: ChunkWriter): Promise<number> {
  return writeObjects(source, out, (object) => `${object}\n`);
}

async function writeObjects(
  source: RowSource,
  out: ChunkWriter,
  frame: (object: string, index: number) => string,
): Promise<number> {
  const keys = uniqueNames(source.columns)
    .map((name, i) => `${i > 0 ? "," : ""}${jsonText(name)}:`);
  let count = 0;
  for await (const row of source.rows()) {
    let object = "{";
    for (let i = 0; i < keys.length; i++) object += keys[i] + jsonText(row[i]);
    const full = out.write(frame(`${object}}`, count++));
    if (full) await full;
  }
  return count;
}
