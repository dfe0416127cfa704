import { isDaemonGone } from "../../lib/protocol/lease.ts";
import type { DaemonConnection } from "../../lib/protocol/daemon_connection.ts";
import type { SqlParameters } from "../../lib/protocol/sql_call.ts";
import type { FlightClient } from "../../lib/flight/client.ts";
import type { CatalogLoader } from "./catalog_loader.ts";
import type { History } from "./history.ts";
import type { ResultTarget } from "./result_target.ts";
import type { SessionState } from "./session_state.ts";
import type { ShellIo } from "./shell_io.ts";

/** Ready parts of a shell. */
export interface ShellParts {
  readonly io: ShellIo;
  readonly connection: DaemonConnection;
  readonly history: History;
  readonly catalog: CatalogLoader;
  readonly target: ResultTarget;
  readonly state: SessionState;
  /** Ends the shell from outside. */
  readonly signal: AbortSignal | undefined;
}

/** What the effects of a session work on. */
export class Shell {
  readonly io: ShellIo;
  readonly history: History;
  readonly catalog: CatalogLoader;
  readonly target: ResultTarget;
  readonly signal: AbortSignal | undefined;
  state: SessionState;
  /** The connection of the caller, who lets go of it. */
  readonly given: DaemonConnection;
  /** The daemon in use; `.open` changes it. */
  connection: DaemonConnection;
  /** What `.last` repeats. */
  lastQuery: { readonly sql: string; readonly parameters?: SqlParameters } | undefined;
  /** The line that tells how far a query is. */
  progress: { hide(): void } | undefined;
  /** Set by `.exit`. */
  isLeaving = false;
  #pid: number | undefined;

  constructor(parts: ShellParts) {
    this.io = parts.io;
    this.connection = parts.connection;
    this.given = parts.connection;
    this.history = parts.history;
    this.catalog = parts.catalog;
    this.target = parts.target;
    this.state = parts.state;
    this.signal = parts.signal;
  }

  /** Says a line that is no data. */
  say(text: string): void {
    this.progress?.hide();
    this.io.note(`${text}\n`);
  }

  /**
   * Calls the daemon; where it went away, says so in one line and calls the next one.
   *
   * @param call must be safe to repeat
   */
  async withDaemon<T>(call: (client: FlightClient) => Promise<T>): Promise<T> {
    const client = await this.#client();
    try {
      return await call(client);
    } catch (error) {
      if (!isDaemonGone(error)) throw error;
      await this.connection.reset();
      return await call(await this.#client());
    }
  }

  /** Goes on with another daemon on purpose: nothing to be told. */
  async changeDaemon(connection: DaemonConnection = this.connection): Promise<void> {
    await this.connection.reset();
    this.connection = connection;
    this.#pid = undefined;
  }

  /** Completion asks in the background and may be the first to meet another daemon. */
  async #client(): Promise<FlightClient> {
    const { pid } = await this.connection.lease();
    if (this.#pid !== undefined && this.#pid !== pid) {
      this.say(`The daemon went away: joined another, process ${pid}`);
    }
    this.#pid = pid;
    return await this.connection.client();
  }

  /**
   * Runs something that Ctrl-C stops.
   *
   * @returns undefined where it was stopped
   */
  async interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const controller = new AbortController();
    const signal = this.signal === undefined
      ? controller.signal
      : AbortSignal.any([controller.signal, this.signal]);
    using _watch = this.io.keys?.watch((key) => {
      if (key.kind !== "key" || key.name !== "ctrl+c") return false;
      controller.abort(new DOMException("Cancelled", "AbortError"));
      this.io.keys?.forget();
      return true;
    });
    try {
      return await work(signal);
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      this.say("Cancelled");
      return undefined;
    }
  }
}
