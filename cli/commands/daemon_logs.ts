/**
 * `litmus daemon logs`
 * @module
 */
import { runtimePaths } from "../../lib/protocol/runtime_directory.ts";
import type { CommandContext } from "../command_context.ts";
import { notFound } from "../failure.ts";
import { parseCount } from "../options/parse_count.ts";

/** Options of the command. */
export interface LogsOptions {
  readonly lines: string;
  readonly follow?: boolean;
}

/** The last lines are looked for in so many bytes at the end. */
const TAIL_BYTES = 4 * 1024 * 1024;
const POLL_MILLIS = 200;
const decoder = new TextDecoder();

/** Shows the log of the daemon. */
export async function logsCommand(context: CommandContext, options: LogsOptions): Promise<void> {
  const lines = parseCount("--lines", options.lines);
  context.requireDataDir();
  const { log } = runtimePaths(context.dataDir);
  const size = sizeOf(log);
  if (size === undefined) {
    throw notFound(`No daemon has run for ${context.dataDir} yet`, "Start it: litmus daemon start");
  }
  const end = decoder.decode(readRange(log, Math.max(0, size - TAIL_BYTES), size));
  const shown = lines === 0 ? [] : end.trimEnd().split("\n").slice(-lines);
  if (shown.length > 0) await context.output.text(`${shown.join("\n")}\n`);
  if (options.follow === true) await follow(context, log, size);
}

async function follow(context: CommandContext, path: string, from: number): Promise<void> {
  let at = from;
  while (!context.signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
    const size = sizeOf(path) ?? 0;
    if (size < at) at = 0; // rotated
    if (size > at) await context.output.text(readRange(path, at, size));
    at = size;
  }
}

function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function readRange(path: string, from: number, to: number): Uint8Array {
  using file = Deno.openSync(path, { read: true });
  file.seekSync(from, Deno.SeekMode.Start);
  const bytes = new Uint8Array(to - from);
  let at = 0;
  while (at < bytes.length) {
    const count = file.readSync(bytes.subarray(at));
    if (count === null) break;
    at += count;
  }
  return bytes.subarray(0, at);
}
