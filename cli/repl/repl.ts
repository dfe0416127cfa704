/**
 * The interactive shell, and scripts from a pipe.
 * @module
 */
import { VERSION } from "../../lib/base/version.ts";
import type { DaemonConnection } from "../../lib/protocol/daemon_connection.ts";
import type { RowFormat } from "../format/format_options.ts";
import { CatalogLoader } from "./catalog_loader.ts";
import { runText } from "./effect_runner.ts";
import { History } from "./history.ts";
import { defaultHistoryFile, openHistory } from "./history_file.ts";
import { Prompt } from "./prompt.ts";
import { ResultTarget } from "./result_target.ts";
import { ScriptIo, type ScriptStreams } from "./script_io.ts";
import { runScript } from "./script.ts";
import { initialState } from "./session.ts";
import { Shell } from "./shell.ts";
import type { ShellIo } from "./shell_io.ts";
import { TerminalIo } from "./terminal_io.ts";

/** Options of {@linkcode runRepl}. */
export interface ReplOptions extends ScriptStreams {
  /** The daemon; it is joined or started by the first statement. The caller lets go of it. */
  readonly connection: DaemonConnection;
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  /** Use ANSI colors. */
  readonly color: boolean;
  /** Format of results to begin with. @default "table" */
  readonly mode?: RowFormat | undefined;
  /** Standard input and output are a terminal. */
  readonly interactive: boolean;
  /** The script, where it is not standard input. */
  readonly input?: ReadableStream<Uint8Array>;
  /** A script goes on behind an error. @default false */
  readonly continueOnError?: boolean;
  /** File that keeps what was typed. @default that of the user */
  readonly historyFile?: string;
  /** Ends a script from outside. */
  readonly signal?: AbortSignal;
}

/**
 * Runs the shell until the user leaves, or a script until its end.
 *
 * @returns the exit code: 0, or 1 where a statement of a script failed
 */
export async function runRepl(options: ReplOptions): Promise<number> {
  return options.interactive ? await runInteractive(options) : await runPiped(options);
}

async function runInteractive(options: ReplOptions): Promise<number> {
  using io = new TerminalIo(options);
  const history = openHistory(
    options.historyFile ?? defaultHistoryFile(),
    (message) => io.note(`${message}\n`),
  );
  const shell = shellOf(options, io, history);
  shell.say(`Litmus ${VERSION} · ${options.dataDir} · .help lists commands`);
  // Names for completion, and the daemon itself, come up while the first statement is typed.
  void shell.catalog.refresh(shell.connection);
  const prompt = new Prompt(shell);
  try {
    while (!shell.isLeaving) {
      const text = await prompt.read();
      if (text === undefined) break;
      history.add(text);
      await runText(shell, text, { isEnd: false });
    }
  } finally {
    await shell.target.close();
    if (shell.connection !== options.connection) await shell.connection[Symbol.asyncDispose]();
  }
  return 0;
}

async function runPiped(options: ReplOptions): Promise<number> {
  const shell = shellOf(options, new ScriptIo(options), new History([]));
  try {
    const isWell = await runScript(shell, options.input ?? Deno.stdin.readable, {
      goesOn: options.continueOnError ?? false,
    });
    return isWell ? 0 : 1;
  } finally {
    await shell.target.close();
    if (shell.connection !== options.connection) await shell.connection[Symbol.asyncDispose]();
  }
}

function shellOf(options: ReplOptions, io: ShellIo, history: History): Shell {
  return new Shell({
    io,
    history,
    connection: options.connection,
    catalog: new CatalogLoader(),
    target: new ResultTarget(),
    state: initialState({ isTerminal: io.isTerminal, mode: options.mode }),
    signal: options.signal,
  });
}
