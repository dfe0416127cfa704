import { writeRows } from "../format/write_rows.ts";
import { CommandError } from "../failure.ts";
import { queryRows } from "../output/query_rows.ts";
import { page, type PagerSink } from "./pager.ts";
import { ask, formatOptions } from "./query_runner.ts";
import type { Shell } from "./shell.ts";

/** Stops the query when the pager was left. */
class PagerLeft extends Error {
  override name = "PagerLeft";
}

/** Runs the last statement again and shows all of it in the pager. */
export async function showLast(shell: Shell): Promise<void> {
  const { sql, parameters } = shell.lastQuery ?? {};
  if (sql === undefined) throw new CommandError("No statement was run yet");
  const { mode } = shell.state.settings;
  const write = async (sink: PagerSink, signal: AbortSignal): Promise<void> => {
    const result = await ask(shell, sql, parameters, signal);
    const { width: _, maxRows: __, hint: ___, ...options } = {
      ...formatOptions(shell, mode, true, signal),
      color: false,
    };
    await writeRows(queryRows(result), mode, async (text) => {
      if (!await sink(String(text))) throw new PagerLeft();
    }, options);
  };
  if (shell.io.isTerminal) {
    return await page(shell, (sink, signal) => untilLeft(write(sink, signal)));
  }
  await write(async (text) => {
    await shell.io.out(text);
    return true;
  }, shell.signal ?? new AbortController().signal);
}

async function untilLeft(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof PagerLeft)) throw error;
  }
}
