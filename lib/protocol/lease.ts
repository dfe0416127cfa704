/**
 * Joining the daemon of a data directory, and starting it where there is none.
 *
 *     1. lock a reference file       the daemon never leaves while it is held
 *     2. read endpoint.json, ask the daemon for its nonce and data directory
 *     3. no answer: take spawn.lock, look again, start a daemon, wait for its endpoint
 *     4. a daemon of another version: see hand_over.ts
 *
 * @module
 */
import { DaemonError, FlightError, LitmusError, PermissionError } from "../base/errors.ts";
import { DAEMON_LIMITS } from "../base/limits.ts";
import { requireStore } from "../base/permissions.ts";
import { resolveDataDirectory } from "../config/data_directory.ts";
import { FlightClient } from "../flight/client.ts";
import { type Endpoint, readEndpoint } from "./endpoint.ts";
import { FileLock } from "./file_lock.ts";
import { meetingOf, relieve, waitUntilGone } from "./hand_over.ts";
import { ACTIONS } from "./names.ts";
import { requireLoopback } from "./permissions.ts";
import { takeReference } from "./reference.ts";
import { type RuntimePaths, runtimePaths, runtimePathsInside } from "./runtime_directory.ts";
import { lastWords, spawnDaemon } from "./spawn.ts";

/** Time for a daemon on this machine to say who it is. */
const IDENTIFY_MILLIS = 5000;
/** Daemons that are started one after the other where each is killed before it serves. */
const START_ATTEMPTS = 3;
/** How often it is looked whether a daemon that starts is late. */
const LIMIT_POLL_MILLIS = 250;

/** A reference to a running daemon; it stays while anybody holds one. */
export interface Lease extends AsyncDisposable {
  /** `grpc://HOST:PORT`. */
  readonly location: string;
  /** Bearer token for each call. */
  readonly token: string;
  /** Process id of the daemon. */
  readonly pid: number;
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  /** PEM of the certificate to trust, under TLS with a certificate of its own. */
  readonly certificate: string | undefined;
  /** Gives the reference back; the daemon leaves some time after the last one. */
  release(): Promise<void>;
}

/** Options of {@linkcode acquire}. */
export interface AcquireOptions {
  /** Gives up waiting. */
  readonly signal?: AbortSignal;
  /** False to fail instead of starting a daemon. @default true */
  readonly spawn?: boolean;
  /** More arguments for a daemon that has to be started. */
  readonly daemonArguments?: readonly string[];
}

/**
 * Joins the daemon of a data directory, or starts it, detached, and waits until it answers queries.
 *
 * @param dataDir the data directory; it is made if it is not there
 * @returns where the daemon is and how to authenticate; hold it as long as you need the daemon
 * @throws {DaemonError} where it does not come up, with its own last words
 * @throws {PermissionError} naming the flag that Deno was not given
 */
export async function acquire(dataDir?: string, options: AcquireOptions = {}): Promise<Lease> {
  options.signal?.throwIfAborted();
  const directory = await resolveDataDirectory(dataDir);
  await requireStore(directory);
  makeDirectory(directory);
  const paths = runtimePaths(directory);
  const untilMillis = Date.now() + DAEMON_LIMITS.startMillis;
  for (;;) {
    const reference = takeReference(paths.references);
    let outdated: Endpoint;
    try {
      const endpoint = await findDaemon(paths, directory, options.signal) ??
        await startDaemon(paths, directory, options);
      if (await join(endpoint, options.signal)) return lease(endpoint, directory, reference);
      outdated = endpoint;
    } catch (error) {
      reference.release({ remove: true });
      throw error;
    }
    // As long as we held a reference ourselves it would not leave.
    reference.release({ remove: true });
    await waitUntilGone(outdated, paths.daemonLock, untilMillis, options.signal);
  }
}

/** Makes ready to work with a daemon; false where it has to be replaced, and was told so. */
async function join(endpoint: Endpoint, signal: AbortSignal | undefined): Promise<boolean> {
  const meeting = meetingOf(endpoint);
  if (meeting === "join") return true;
  await using client = await connectTo(endpoint);
  await relieve(client, signal);
  return meeting === "join and relieve";
}

/** The endpoint of the running daemon, or undefined where none answers. */
export async function findDaemon(
  paths: RuntimePaths,
  dataDir: string,
  signal?: AbortSignal,
): Promise<Endpoint | undefined> {
  const endpoint = readEndpoint(paths.endpoint);
  if (endpoint === undefined) return undefined;
  // Free means dead: no need to knock at a port that may belong to somebody else by now.
  if (!FileLock.isHeld(paths.daemonLock)) return undefined;
  if (endpoint.dataDir !== Deno.realPathSync(dataDir)) return undefined; // copied with its folder
  return await answers(endpoint, signal) ? endpoint : undefined;
}

/**
 * True where a daemon seems to run that may be reached without asking anybody for leave. Makes nothing and
 * does not connect.
 */
export function seemsToRun(dataDir: string): boolean {
  const { endpoint: path, daemonLock } = runtimePathsInside(dataDir);
  try {
    const endpoint = readEndpoint(path);
    if (endpoint === undefined || !FileLock.isHeld(daemonLock)) return false;
    const host = endpoint.location.replace(/^.*:\/\//, "");
    return Deno.permissions.querySync({ name: "net", host }).state === "granted";
  } catch (error) {
    // The daemon of another user, or no leave to look.
    const isClosed = error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotCapable;
    if (isClosed) return false;
    throw error;
  }
}

async function answers(endpoint: Endpoint, signal: AbortSignal | undefined): Promise<boolean> {
  await using client = await connectTo(endpoint);
  try {
    for await (
      const body of client.doAction(ACTIONS.identify, new Uint8Array(0), {
        timeoutMillis: IDENTIFY_MILLIS,
        ...(signal === undefined ? {} : { signal }),
      })
    ) {
      const identity: unknown = JSON.parse(new TextDecoder().decode(body));
      return typeof identity === "object" && identity !== null &&
        Reflect.get(identity, "nonce") === endpoint.nonce;
    }
    return false;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PermissionError) throw error;
    // Whatever sits at that port, it is not the daemon that wrote the file.
    if (error instanceof LitmusError || error instanceof SyntaxError) return false;
    if (error instanceof DOMException) return false;
    throw error;
  }
}

/** A client for an endpoint. */
export async function connectTo(
  endpoint: Pick<Endpoint, "location" | "token" | "certificate">,
): Promise<FlightClient> {
  await requireLoopback(new URL(endpoint.location).host);
  return await FlightClient.connect(endpoint.location, {
    ...(endpoint.token === "" ? {} : { token: endpoint.token }),
    ...(endpoint.certificate === undefined ? {} : { tls: { ca: endpoint.certificate } }),
  });
}

async function startDaemon(
  paths: RuntimePaths,
  dataDir: string,
  options: AcquireOptions,
): Promise<Endpoint> {
  if (options.spawn === false) throw new DaemonError(`No daemon runs for ${dataDir}`);
  using limit = startLimit(paths);
  const signal = options.signal === undefined
    ? limit.signal
    : AbortSignal.any([limit.signal, options.signal]);
  try {
    // Before anything is started: a daemon that cannot be talked to is of no use.
    await requireLoopback("127.0.0.1");
    using _lock = await FileLock.take(paths.spawnLock, signal);
    for (;;) {
      const found = await findDaemon(paths, dataDir, signal);
      if (found !== undefined) return found;
      // One that is about to leave holds its lock to the last: a second one would not start beside it.
      if (!FileLock.isHeld(paths.daemonLock)) break;
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return await spawnAndWait(paths, dataDir, options.daemonArguments ?? [], signal);
  } catch (error) {
    if (!limit.signal.aborted || options.signal?.aborted === true) throw error;
    throw new DaemonError(lateMessage(paths, dataDir), { cause: error });
  }
}

/** Aborts when a daemon has not come up in time; one that still reads its files gets much longer. */
function startLimit(paths: RuntimePaths): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const begin = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - begin >= startMillis(paths)) controller.abort();
  }, LIMIT_POLL_MILLIS);
  return { signal: controller.signal, [Symbol.dispose]: () => clearInterval(timer) };
}

function startMillis(paths: RuntimePaths): number {
  const holder = FileLock.holderOf(paths.daemonLock);
  // It has its lock and has not told yet where it serves.
  const isReading = holder !== undefined && readEndpoint(paths.endpoint)?.pid !== holder;
  return isReading ? DAEMON_LIMITS.readMillis : DAEMON_LIMITS.startMillis;
}

function lateMessage(paths: RuntimePaths, dataDir: string): string {
  const seconds = startMillis(paths) / 1000;
  const holder = FileLock.holderOf(paths.daemonLock);
  const what = holder === undefined
    ? `did not come up within ${seconds} s`
    : `(pid ${holder}) does not answer for ${seconds} s: end it by \`litmus daemon stop\``;
  return `Daemon for ${dataDir} ${what}, see ${paths.log}${lastWords(paths.log)}`;
}

/** Starts a daemon; another one where that is killed before it serves. */
async function spawnAndWait(
  paths: RuntimePaths,
  dataDir: string,
  more: readonly string[],
  signal: AbortSignal,
  attempt = 1,
): Promise<Endpoint> {
  const before = readEndpoint(paths.endpoint)?.nonce;
  const child = await spawnDaemon(dataDir, more);
  try {
    for (;;) {
      signal.throwIfAborted();
      const endpoint = readEndpoint(paths.endpoint);
      if (endpoint !== undefined && endpoint.nonce !== before) return endpoint;
      const failure = child.failure();
      if (failure?.wasKilled === true && attempt < START_ATTEMPTS) {
        return await spawnAndWait(paths, dataDir, more, signal, attempt + 1);
      }
      if (failure !== undefined) {
        throw new DaemonError(
          `Daemon for ${dataDir} did not start: ${failure.text}${lastWords(paths.log)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    child.detach();
  }
}

function lease(endpoint: Endpoint, dataDir: string, reference: FileLock): Lease {
  const release = (): Promise<void> => {
    reference.release({ remove: true });
    return Promise.resolve();
  };
  return {
    location: endpoint.location,
    token: endpoint.token,
    pid: endpoint.pid,
    certificate: endpoint.certificate,
    dataDir,
    release,
    [Symbol.asyncDispose]: release,
  };
}

function makeDirectory(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DaemonError(`Cannot use data directory ${path}: ${reason}`, { cause: error });
  }
}

/** True for errors after which joining anew may help: the daemon went away. */
export function isDaemonGone(error: unknown): boolean {
  return error instanceof FlightError && error.code === 14;
}
