/**
 * Does what the session wants done. Each effect is loaded when it is first asked for.
 * @module
 */
import { resolve } from "@std/path";
import { StorageError } from "../../lib/base/errors.ts";
import type { Effect } from "./effects.ts";
import { printError } from "./print_error.ts";
import { showQuery } from "./query_runner.ts";
import { feedEnd, feedLine } from "./session.ts";
import type { SessionState, Step } from "./session_state.ts";
import type { Shell } from "./shell.ts";

/** Files that read files: deeper is a circle. */
const DEEPEST_READ = 16;

/**
 * Runs text line by line.
 *
 * @param options.isEnd whether a statement without semicolon at the end is run
 * @param options.goesOn whether an error is only reported
 * @returns false where something failed
 */
export async function runText(
  shell: Shell,
  text: string,
  options: { readonly isEnd: boolean; readonly goesOn?: boolean; readonly depth?: number },
): Promise<boolean> {
  const { depth = 0, goesOn = false } = options;
  let isWell = true;
  for (const line of text.split("\n")) {
    if (!await runStep(shell, (state) => feedLine(state, line), { depth, goesOn })) isWell = false;
    if (shell.isLeaving || !isWell && !goesOn) break;
  }
  if (!isWell && !goesOn) {
    shell.state = { ...shell.state, pending: "" };
    return false;
  }
  if (!options.isEnd || shell.isLeaving) return isWell;
  return await runStep(shell, feedEnd, { depth }) && isWell;
}

/**
 * Takes one step of the session and does what it wants done.
 *
 * @param options.goesOn whether what follows an error on its line is done all the same
 * @returns false where something failed
 */
export async function runStep(
  shell: Shell,
  take: (state: SessionState) => Step,
  { depth = 0, goesOn = false }: { readonly depth?: number; readonly goesOn?: boolean } = {},
): Promise<boolean> {
  const { state, effects } = take(shell.state);
  shell.state = state;
  let isWell = true;
  for (const effect of effects) {
    try {
      await perform(shell, effect, depth);
    } catch (error) {
      // The end of the output is the end of the shell, and no error of a statement.
      if (error instanceof Error && error.name === "OutputClosed") throw error;
      if (shell.signal?.aborted === true) throw error;
      printError(shell, error, sqlOf(effect));
      isWell = false;
      if (!goesOn) break;
    }
    if (shell.isLeaving) break;
  }
  return isWell;
}

/** An error that needs no more words than its message. */
export class LineError extends Error {
  override name = "LineError";
}

async function perform(shell: Shell, effect: Effect, depth: number): Promise<void> {
  switch (effect.kind) {
    case "print":
      return shell.say(effect.text);
    case "fail":
      throw new LineError(effect.message);
    case "sql":
      await showQuery(shell, { sql: effect.sql, isTimed: true });
      shell.lastQuery = effect;
      return;
    case "rows":
      await showQuery(shell, effect);
      shell.lastQuery = effect;
      return;
    case "output":
      return await redirect(shell, effect.path, effect.once);
    case "read":
      return await readScript(shell, effect.path, depth);
    case "open":
      return await openDirectory(shell, effect.dataDir);
    case "history":
      return listHistory(shell, effect.count, effect.text);
    case "exit":
      shell.isLeaving = true;
      return;
    default:
      return await performRare(shell, effect);
  }
}

async function performRare(shell: Shell, effect: Effect): Promise<void> {
  switch (effect.kind) {
    case "schema":
      return await (await import("./schema_effect.ts")).showSchema(shell, effect.table);
    case "show":
      return await (await import("./run_effects.ts")).showRun(shell, effect.run);
    case "last":
      return await (await import("./last_effect.ts")).showLast(shell);
    case "daemon":
      return await (await import("./daemon_effects.ts")).daemonAction(shell, effect.action);
    case "cancel":
      return await (await import("./daemon_effects.ts")).cancelQuery(shell, effect.query);
    case "tail":
      return await (await import("./tail_effect.ts")).followEvents(shell, effect.tail);
    case "watch":
      return await (await import("./watch_effect.ts"))
        .watchQuery(shell, effect.sql, effect.seconds);
    case "plot":
    case "plotSql": {
      const [{ showPlot }, { channelSource, querySource }] = await Promise.all([
        import("./plot_effect.ts"),
        import("./plot_source.ts"),
      ]);
      const source = effect.kind === "plot"
        ? await channelSource(shell, effect.plot)
        : await querySource(shell, effect.sql);
      return await showPlot(shell, source);
    }
  }
}

async function redirect(shell: Shell, path: string | undefined, once: boolean): Promise<void> {
  const before = shell.target.file;
  await shell.target.set(path, once);
  if (path !== undefined) shell.say(`${once ? "The next result goes" : "Results go"} to ${path}`);
  else if (before !== undefined) shell.say(`Wrote ${before.path}`);
}

async function readScript(shell: Shell, path: string, depth: number): Promise<void> {
  if (depth >= DEEPEST_READ) throw new LineError(`Cannot read ${path}: files read each other`);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new StorageError(`Cannot read ${path}: ${reason}`, { file: path, cause: error });
  }
  if (!await runText(shell, text, { isEnd: true, depth: depth + 1 })) {
    throw new LineError(`Stopped reading ${path}`);
  }
}

async function openDirectory(shell: Shell, dataDir: string): Promise<void> {
  const target = resolve(dataDir);
  try {
    if (!(await Deno.stat(target)).isDirectory) throw new LineError(`Not a folder: ${target}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new LineError(`No data directory ${target}: litmus demo --data-dir ${target} makes one`);
  }
  const { DaemonConnection } = await import("../../lib/protocol/daemon_connection.ts");
  const next = new DaemonConnection(target);
  const { pid } = await next.lease();
  // The connection that the shell was given belongs to its caller, but nobody uses it any more.
  const before = shell.connection;
  await shell.changeDaemon(next);
  if (before !== shell.given) await before[Symbol.asyncDispose]();
  shell.catalog.clear();
  shell.say(`Data directory: ${target} (daemon process ${pid})`);
}

function listHistory(shell: Shell, count: number, text: string): void {
  const found = shell.history.entries.filter((entry) =>
    entry.toLowerCase().includes(text.toLowerCase())
  );
  for (const entry of found.slice(-count)) shell.say(entry);
}

function sqlOf(effect: Effect): string | undefined {
  return effect.kind === "sql" || effect.kind === "watch" || effect.kind === "plotSql" ||
      effect.kind === "rows"
    ? effect.sql
    : undefined;
}
