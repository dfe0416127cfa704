/**
 * A small result as a table in text.
 * @module
 */
import type { QueryResult } from "../../lib/arrow/query_result.ts";
import { writeRows } from "../format/write_rows.ts";
import { queryRows } from "./query_rows.ts";

/** Draws a result. */
export async function renderTable(
  result: QueryResult,
  options: { readonly color: boolean; readonly width: number },
): Promise<string> {
  let text = "";
  await writeRows(queryRows(result), "table", (chunk) => {
    text += chunk;
  }, { color: options.color, width: options.width, types: false, nullText: "" });
  return text;
}
