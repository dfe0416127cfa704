import type { QueryResult } from "../../lib/arrow/query_result.ts";
import { isDaemonGone } from "../../lib/protocol/lease.ts";
import { sqlCall, type SqlParameters } from "../../lib/protocol/sql_call.ts";
import { CommandError } from "../failure.ts";
import type { FormatOptions, RowFormat } from "../format/format_options.ts";
import { durationText } from "../../lib/base/quantity_text.ts";
import type { RowSource } from "../format/result.ts";
import { writeRows } from "../format/write_rows.ts";
import { isBinary, writeBinary } from "../output/binary_output.ts";
import { queryRows } from "../output/query_rows.ts";
import { ProgressLine } from "./progress_line.ts";
import type { Shell } from "./shell.ts";

/** A statement and how its result is shown. */
export interface QueryRequest {
  readonly sql: string;
  readonly parameters?: SqlParameters | undefined;
  /** Units of columns by name. */
  readonly units?: Readonly<Record<string, string>>;
  /** What to say instead of a table without rows. */
  readonly empty?: string;
  /** Whether the timer speaks. */
  readonly isTimed?: boolean;
}

/** Asks the daemon; Ctrl-C cancels the query in the engine. */
export async function ask(
  shell: Shell,
  sql: string,
  parameters: SqlParameters | undefined,
  signal: AbortSignal,
): Promise<QueryResult> {
  return await shell.withDaemon((client) => sqlCall(client, sql, parameters, { signal }));
}

/** All rows of a small result. */
export async function askRows(
  shell: Shell,
  sql: string,
  parameters?: SqlParameters,
  signal: AbortSignal = new AbortController().signal,
): Promise<unknown[][]> {
  const result = await ask(shell, sql, parameters, signal);
  return await Array.fromAsync(result.rowArrays());
}

/** Runs a statement and writes its result to where results go. */
export async function showQuery(shell: Shell, request: QueryRequest): Promise<void> {
  using progress = new ProgressLine(shell.io);
  shell.progress = progress;
  let isWhole = false;
  try {
    const rows = await shell.interruptible(async (signal) => {
      using _line = progress;
      const result = await ask(shell, request.sql, request.parameters, signal);
      const firstSeconds = progress.seconds;
      const count = await writeResult(shell, result, request, progress, signal);
      return { count, firstSeconds };
    });
    isWhole = rows !== undefined;
    progress.stop();
    if (rows !== undefined && request.isTimed === true && shell.state.settings.timer) {
      const [all, first] = [progress.seconds, rows.firstSeconds].map(durationText);
      shell.say(`Time: ${all}, first rows after ${first}`);
    }
  } catch (error) {
    progress.stop();
    throw await broken(shell, error);
  } finally {
    await shell.target.written(isWhole);
  }
}

/** A daemon that dies within a result leaves half of it: joined anew, but not repeated by itself. */
async function broken(shell: Shell, error: unknown): Promise<unknown> {
  if (!isDaemonGone(error)) return error;
  await shell.connection.reset();
  return new CommandError(
    "The daemon went away within the result: repeat the statement (arrow up)",
    {
      cause: error,
    },
  );
}

async function writeResult(
  shell: Shell,
  result: QueryResult,
  request: QueryRequest,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<number> {
  const { file } = shell.target;
  const format = file?.format ?? shell.state.settings.mode;
  const write = file === undefined
    ? (chunk: string | Uint8Array): Promise<void> => {
      progress.stop();
      return shell.io.out(chunk);
    }
    : (chunk: string | Uint8Array): Promise<void> => file.sink.write(chunk);
  if (isBinary(format)) return await writeBinary(format, result, write, signal);
  const source = countedRows(queryRows(result, request.units), () => progress.addRow());
  const isTable = format === "table" && file === undefined;
  if (request.empty !== undefined && isTable) {
    return await writeOrSay(shell, source, request.empty, progress, signal);
  }
  const options = formatOptions(shell, format, file === undefined, signal);
  return await writeRows(source, format, write, options);
}

/** Small answers of dot commands: a sentence says more than an empty table. */
async function writeOrSay(
  shell: Shell,
  source: RowSource,
  empty: string,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<number> {
  let text = "";
  const count = await writeRows(source, "table", (chunk) => {
    text += chunk;
  }, formatOptions(shell, "table", true, signal));
  progress.stop();
  if (count === 0) shell.say(empty);
  else await shell.io.out(text);
  return count;
}

/** How results look by the settings. */
export function formatOptions(
  shell: Shell,
  format: RowFormat,
  isShown: boolean,
  signal: AbortSignal,
): FormatOptions {
  const { limit, width, nullText } = shell.state.settings;
  const toTerminal = isShown && shell.io.isTerminal;
  const cells = width > 0 ? width : toTerminal ? shell.io.size().columns : undefined;
  const isCut = isShown && format === "table" && limit > 0;
  return {
    color: isShown && shell.io.color,
    signal,
    terminal: toTerminal,
    ...(cells === undefined || format !== "table" && format !== "line" ? {} : { width: cells }),
    ...(isCut ? { maxRows: limit } : {}),
    ...(toTerminal ? { hint: ".last shows all" } : {}),
    ...(nullText === undefined ? {} : { nullText }),
  };
}

function countedRows(source: RowSource, onRow: () => void): RowSource {
  return {
    columns: source.columns,
    rows: async function* () {
      for await (const row of source.rows()) {
        onRow();
        yield row;
      }
    },
  };
}
