import { findRun } from "../commands/find_run.ts";
import { CommandError } from "../failure.ts";
import { jsonText } from "../format/json_text.ts";
import { isBinary } from "../output/binary_output.ts";
import { renderRun } from "../show/render_run.ts";
import { readRun } from "../show/run_record.ts";
import type { RunSource } from "../show/run_source.ts";
import { ask } from "./query_runner.ts";
import type { Shell } from "./shell.ts";

/** Cells of a drawing that goes to a file or pipe. */
const PIPE_WIDTH = 100;

/**
 * Shows a run with its steps and measurements, as `litmus show` does.
 *
 * @param name an id or its beginning, a serial, or `latest`
 */
export async function showRun(shell: Shell, name: string): Promise<void> {
  const { file } = shell.target;
  const format = file?.format ?? shell.state.settings.mode;
  if (isBinary(format)) {
    throw new CommandError("A run is not one table", {
      remedy: `Write it by litmus export ${name} --output ${file?.path}`,
    });
  }
  let isWhole: boolean | undefined;
  try {
    isWhole = await shell.interruptible(async (signal) => {
      const source = runSource(shell, signal);
      const record = await readRun(source, await findRun(source, name));
      const text = format === "json" || format === "jsonl"
        ? `${jsonText(record)}\n`
        : renderRun(record, {
          color: file === undefined && shell.io.color,
          width: file === undefined && shell.io.isTerminal ? shell.io.size().columns : PIPE_WIDTH,
        });
      await (file === undefined ? shell.io.out(text) : file.sink.write(text));
      return true;
    });
  } finally {
    await shell.target.written(isWhole === true);
  }
}

function runSource(shell: Shell, signal: AbortSignal): RunSource {
  return {
    dataDir: shell.connection.dataDir,
    output: { note: (text) => shell.say(text) },
    all: async <T extends object>(
      ...[sql, parameters]: Parameters<RunSource["all"]>
    ): Promise<T[]> => {
      const result = await ask(shell, sql, parameters, signal);
      return await Array.fromAsync(result.rows<T>());
    },
  };
}
