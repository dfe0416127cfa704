/**
 * `litmus daemon start|stop|restart|status|token`
 * @module
 */
import { FlightError } from "../../lib/base/errors.ts";
import { VERSION } from "../../lib/base/version.ts";
import { parseDaemonOptions } from "../../lib/daemon/daemon_options.ts";
import { GrpcStatus } from "../../lib/flight/status.ts";
import type { Endpoint } from "../../lib/protocol/endpoint.ts";
import { FileLock } from "../../lib/protocol/file_lock.ts";
import { acquire, connectTo, findDaemon } from "../../lib/protocol/lease.ts";
import { ACTIONS } from "../../lib/protocol/names.ts";
import { runtimePaths } from "../../lib/protocol/runtime_directory.ts";
import type { CommandContext } from "../command_context.ts";
import { CommandError, notFound, usageError } from "../failure.ts";

/** Options of start and restart. */
export interface StartOptions {
  readonly host?: string;
  readonly port?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly insecure?: boolean;
  readonly memoryLimit?: string;
  readonly idleTimeout?: string;
  readonly queryTimeout?: string;
  readonly maxQueries?: string;
  readonly maxMessage?: string;
  readonly maxRows?: string;
}

/** Time for a daemon to finish its work and leave. */
const STOP_MILLIS = 30_000;
/** A daemon that says nothing for so long hangs. */
const SILENCE_MILLIS = 8000;
const POLL_MILLIS = 20;

const FLAGS: readonly (readonly [keyof StartOptions, string])[] = [
  ["host", "--host"],
  ["port", "--port"],
  ["tlsCert", "--tls-cert"],
  ["tlsKey", "--tls-key"],
  ["memoryLimit", "--memory-limit"],
  ["idleTimeout", "--idle-timeout"],
  ["queryTimeout", "--query-timeout"],
  ["maxQueries", "--max-queries"],
  ["maxMessage", "--max-message"],
  ["maxRows", "--max-rows"],
];

/** Starts the daemon unless it runs. */
export async function startCommand(context: CommandContext, options: StartOptions): Promise<void> {
  const daemonArguments = argumentsOf(context, options);
  const before = await running(context);
  const lease = await acquire(context.dataDir, { signal: context.signal, daemonArguments });
  const status = await statusOf(lease);
  await lease.release();
  if (before === undefined) context.output.note(`Daemon started: ${lease.location}`);
  else if (daemonArguments.length === 0) context.output.note("The daemon runs already");
  else {
    context.output.note(
      "The daemon runs already, with the options it was started with: litmus daemon restart takes new ones",
    );
  }
  await context.output.object(status);
}

/** Checks the options before a process is started for them, and by the rules of that process. */
function argumentsOf(context: CommandContext, options: StartOptions): string[] {
  const args = FLAGS.flatMap(([name, flag]) => {
    const value = options[name];
    return typeof value === "string" ? [flag, value] : [];
  });
  if (options.insecure === true) args.push("--insecure");
  try {
    parseDaemonOptions([...args, "--data-dir", context.dataDir]);
  } catch (error) {
    if (error instanceof TypeError) {
      throw usageError(error.message, "See litmus daemon start --help");
    }
    throw error;
  }
  for (const path of [options.tlsCert, options.tlsKey]) if (path !== undefined) requireFile(path);
  return args;
}

function requireFile(path: string): void {
  try {
    Deno.openSync(path, { read: true }).close();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw notFound(`No file ${path}`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Cannot read ${path}: ${reason}`, { cause: error });
  }
}

/** The endpoint of the running daemon. */
async function running(context: CommandContext): Promise<Endpoint | undefined> {
  if (!isDirectory(context.dataDir)) return undefined;
  return await findDaemon(runtimePaths(context.dataDir), context.dataDir);
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function ask(
  endpoint: Pick<Endpoint, "location" | "token" | "certificate">,
  action: string,
): Promise<Record<string, unknown>> {
  await using client = await connectTo(endpoint);
  let answer: unknown = {};
  for await (const bytes of client.doAction(action, new Uint8Array(0), { timeoutMillis: 10_000 })) {
    answer = JSON.parse(new TextDecoder().decode(bytes));
  }
  return answer as Record<string, unknown>;
}

async function statusOf(
  endpoint: Pick<Endpoint, "location" | "token" | "certificate">,
): Promise<Record<string, unknown>> {
  return { running: true, ...await ask(endpoint, ACTIONS.status) };
}

/** Tells how the daemon is; that none runs is an answer as well. */
export async function statusCommand(context: CommandContext): Promise<void> {
  context.requireDataDir();
  const endpoint = await running(context);
  if (endpoint !== undefined) return await context.output.object(await statusOf(endpoint));
  const silent = FileLock.holderOf(runtimePaths(context.dataDir).daemonLock);
  context.output.note(
    silent === undefined
      ? "No daemon runs: the next query starts one, or litmus daemon start"
      : `The daemon (pid ${silent}) does not answer: litmus daemon stop ends it`,
  );
  await context.output.object({
    running: false,
    location: null,
    pid: silent ?? null,
    refs: 0,
    uptime_seconds: null,
    rss_bytes: null,
    data_dir: context.dataDir,
    version: VERSION,
  });
}

/** Stops the daemon. */
export async function stopCommand(context: CommandContext): Promise<void> {
  context.requireDataDir();
  const stopped = await stop(context);
  context.output.note(stopped === undefined ? "No daemon runs" : `Daemon stopped (pid ${stopped})`);
}

/** Stops the daemon and waits until it has let go of everything. */
async function stop(context: CommandContext): Promise<number | undefined> {
  const { daemonLock, log } = runtimePaths(context.dataDir);
  const pid = FileLock.holderOf(daemonLock);
  if (pid === undefined) return undefined;
  const endpoint = await runningWithin(context, daemonLock, SILENCE_MILLIS);
  if (endpoint !== undefined) await askToLeave(endpoint);
  else if (FileLock.holderOf(daemonLock) === pid) {
    context.output.note(`The daemon (pid ${pid}) does not answer: it is killed`);
    Deno.kill(pid, "SIGKILL");
  }
  const deadline = Date.now() + STOP_MILLIS;
  while (FileLock.isHeld(daemonLock)) {
    if (Date.now() > deadline) {
      throw new CommandError(
        `The daemon (pid ${pid}) did not leave within ${STOP_MILLIS / 1000} s`,
        { remedy: `See ${log}` },
      );
    }
    await pause(context);
  }
  return pid;
}

/** A daemon that leaves may end the connection before its answer was read: its lock tells the rest. */
async function askToLeave(endpoint: Endpoint): Promise<void> {
  try {
    await ask(endpoint, ACTIONS.shutdown);
  } catch (error) {
    if (!(error instanceof FlightError) || error.code !== GrpcStatus.UNAVAILABLE) throw error;
  }
}

/** The endpoint once the daemon answers; one that has just started or is about to leave gets time. */
async function runningWithin(
  context: CommandContext,
  daemonLock: string,
  millis: number,
): Promise<Endpoint | undefined> {
  const deadline = Date.now() + millis;
  for (;;) {
    const endpoint = await running(context);
    if (endpoint !== undefined || Date.now() > deadline || !FileLock.isHeld(daemonLock)) {
      return endpoint;
    }
    await pause(context);
  }
}

async function pause({ signal }: CommandContext): Promise<void> {
  signal.throwIfAborted();
  await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
}

/** Stops the daemon and starts it anew. */
export async function restartCommand(
  context: CommandContext,
  options: StartOptions,
): Promise<void> {
  argumentsOf(context, options);
  await stop(context);
  await startCommand(context, options);
}

/** Prints the token. */
export async function tokenCommand(context: CommandContext): Promise<void> {
  context.requireDataDir();
  const endpoint = await running(context);
  if (endpoint === undefined) {
    throw notFound(`No daemon runs for ${context.dataDir}`, "Start it: litmus daemon start");
  }
  if (endpoint.token === "") context.output.note("The daemon asks for no token (--insecure)");
  await context.output.text(`${endpoint.token}\n`);
}
