import { durationText } from "../../lib/base/quantity_text.ts";
import { cutText } from "../format/text_width.ts";
import { writeRows } from "../format/write_rows.ts";
import { queryRows } from "../output/query_rows.ts";
import { ask, formatOptions } from "./query_runner.ts";
import type { Shell } from "./shell.ts";
import { pause, untilKey } from "./until_key.ts";

/** Runs a query every few seconds, until a key is pressed; the last answer stays on the screen. */
export async function watchQuery(shell: Shell, sql: string, seconds: number): Promise<void> {
  const { io } = shell;
  let last = "";
  if (io.isTerminal) io.note("\x1b[?1049h\x1b[?25l");
  try {
    await untilKey(shell, async (signal) => {
      while (!signal.aborted) {
        const start = performance.now();
        last = await answer(shell, sql, signal);
        if (io.isTerminal) draw(shell, sql, seconds, last);
        else await io.out(last);
        await pause(seconds * 1000 - (performance.now() - start), signal);
      }
    });
  } finally {
    if (io.isTerminal) io.note("\x1b[?25h\x1b[?1049l");
  }
  if (io.isTerminal) await io.out(last);
}

async function answer(shell: Shell, sql: string, signal: AbortSignal): Promise<string> {
  const { mode } = shell.state.settings;
  const options = formatOptions(shell, mode, true, signal);
  const room = Math.max(2, shell.io.size().rows - 9);
  const limits = options.maxRows === undefined ? {} : { maxRows: Math.min(options.maxRows, room) };
  let text = "";
  const result = await ask(shell, sql, undefined, signal);
  await writeRows(queryRows(result), mode, (chunk) => {
    text += chunk;
  }, { ...options, ...limits });
  return text;
}

function draw(shell: Shell, sql: string, seconds: number, text: string): void {
  const { columns, rows } = shell.io.size();
  const time = new Date().toISOString().slice(11, 19);
  const head = `every ${durationText(seconds)} · ${time} UTC · any key ends · ${sql}`;
  const lines = [cutText(head.replaceAll("\n", " "), columns - 1), "", ...text.split("\n")];
  const shown = lines.slice(0, rows).map((line) => `\x1b[2K${line}`);
  shell.io.note(`\x1b[H${shown.join("\r\n")}\x1b[J`);
}
