/**
 * Long queries that show how far they are.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import { QueryResult } from "../arrow/query_result.ts";
import { escapeHtml, litmusHtml } from "../arrow/shown_table.ts";
import { durationText } from "../base/quantity_text.ts";
import { kernelBroadcast, LiveOutput, type MimeBundle } from "./live_output.ts";

/** What takes no longer needs no progress. */
const QUIET_MILLIS = 400;
const REDRAW_MILLIS = 250;

/**
 * Waits for a query and reads its result, showing time and rows in the notebook while it lasts, in percent
 * where it is known how many there will be, as of a whole channel. Elsewhere it just reads.
 *
 * @param query the promise of a store's `sql` or `query`
 * @param label what is waited for
 * @returns the same result, read to its end and kept, so that it can be shown and plotted
 *
 * @example
 * ```ts
 * import { EventStore } from "@litmus/sdk";
 * import { withProgress } from "@litmus/sdk/notebook";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * await using events = await EventStore.open({ dataDir: await Deno.makeTempDir() });
 * const result = await withProgress(events.sql("SELECT count(*) AS total FROM range(1000000) r(i)"));
 * const [row] = await Array.fromAsync(result.rows());
 * equal(row?.total, 1000000);
 * ```
 */
export async function withProgress(
  query: Promise<QueryResult> | QueryResult,
  label = "Query",
): Promise<QueryResult> {
  const start = performance.now();
  const batches: ArrowBatch[] = [];
  let rows = 0, expected: number | undefined;
  const read = async (): Promise<QueryResult> => {
    const result = await query;
    expected = result.expectedRows;
    for await (const batch of result.columnBatches()) {
      batches.push(batch);
      rows += batch.rows;
    }
    return new QueryResult(result.schema, batches);
  };
  return await watch(read(), (word) => {
    const seconds = durationText((performance.now() - start) / 1000);
    return line(`${label} ${word}: ${rowsText(rows, expected)}, ${seconds}`);
  });
}

/** Rows so far, and what part of all that is where it is known. */
export function rowsText(rows: number, expected: number | undefined): string {
  const text = `${rows.toLocaleString("en-US")} rows`;
  if (expected === undefined || expected === 0) return text;
  const percent = Math.floor(Math.min(1, rows / expected) * 100);
  return `${percent} %, ${text} of ${expected.toLocaleString("en-US")}`;
}

/** Shows a line while a promise is pending, from when it has been so for a while. */
async function watch<T>(promise: Promise<T>, text: (word: string) => MimeBundle): Promise<T> {
  const broadcast = kernelBroadcast();
  if (broadcast === undefined) return await promise;
  const output = new LiveOutput(broadcast);
  const over = promise.then(() => "done", () => "failed");
  let wait = QUIET_MILLIS;
  let isShown = false;
  for (;;) {
    const word = await Promise.race([over, after(wait)]);
    if (word === undefined || isShown) await output.show(text(word ?? "running"));
    if (word !== undefined) return await promise;
    isShown = true;
    wait = REDRAW_MILLIS;
  }
}

async function after(millis: number): Promise<undefined> {
  await new Promise((resolve) => setTimeout(resolve, millis));
}

function line(text: string): MimeBundle {
  return { "text/html": litmusHtml(escapeHtml(text)), "text/plain": text };
}
