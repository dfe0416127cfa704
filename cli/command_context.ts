/**
 * What a command works with: data directory, daemon, output, Ctrl-C.
 * @module
 */
import { join } from "@std/path";
import type { QueryResult, Row } from "../lib/arrow/query_result.ts";
import { ACTIONS } from "../lib/protocol/names.ts";
import { resolveDataDirectory } from "../lib/config/data_directory.ts";
import { DaemonConnection } from "../lib/protocol/daemon_connection.ts";
import { sqlCall, type SqlParameters } from "../lib/protocol/sql_call.ts";
import { CommandError, EXIT, notFound } from "./failure.ts";
import type { GlobalOptions } from "./options/global_options.ts";
import { Output } from "./output/output.ts";
import { processTerminal, type Terminal } from "./output/terminal.ts";

export { OutputClosed } from "./output/sink.ts";

/** Parts of a context. */
interface ContextParts {
  readonly dataDir: string;
  readonly options: GlobalOptions;
  readonly signal: AbortSignal;
  readonly terminal?: Terminal;
}

/** Serves one command. */
export class CommandContext implements AsyncDisposable {
  readonly options: GlobalOptions;
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  /** What the process leaves with. */
  exitCode: number = EXIT.done;
  #connection: DaemonConnection | undefined;
  #hasAsked = false;

  /** Takes ready parts; use {@linkcode open}. */
  constructor(parts: ContextParts) {
    this.options = parts.options;
    this.signal = parts.signal;
    this.output = new Output(parts.options, parts.terminal ?? processTerminal(), parts.signal);
    this.dataDir = parts.dataDir;
  }

  /** Finds out which data directory is meant. */
  static async open(parts: Omit<ContextParts, "dataDir">): Promise<CommandContext> {
    const dataDir = await resolveDataDirectory(parts.options.dataDir);
    return new CommandContext({ ...parts, dataDir });
  }

  /** The connection to the daemon, which is started by its first use. */
  get connection(): DaemonConnection {
    this.#connection ??= new DaemonConnection(this.dataDir, { signal: this.signal });
    return this.#connection;
  }

  /**
   * Makes sure that there is a data directory to read: a mistyped path must not become a new one.
   *
   * @throws {CommandError} exit code 3 where there is none
   */
  requireDataDir(): void {
    let state: Deno.FileInfo | undefined;
    try {
      state = Deno.statSync(this.dataDir);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    if (state?.isDirectory === true) return;
    throw notFound(
      `${state === undefined ? "No data directory" : "Not a folder:"} ${this.dataDir}`,
      "Record something first (litmus demo), or name another one with --data-dir",
    );
  }

  /**
   * Makes sure that something can be recorded, before any work is done for it.
   *
   * @throws {CommandError} where the data directory cannot be made or written
   */
  requireWritable(): void {
    const probe = join(this.dataDir, `.litmus-probe-${Deno.pid}`);
    try {
      Deno.mkdirSync(this.dataDir, { recursive: true });
      Deno.writeFileSync(probe, new Uint8Array(0));
      Deno.removeSync(probe);
    } catch (error) {
      const [reason] = error instanceof Error ? error.message.split(/: \w+ '/) : [error];
      throw new CommandError(`Cannot write to data directory ${this.dataDir}: ${reason}`, {
        cause: error,
        remedy: "Name another one with --data-dir",
      });
    }
  }

  /** Runs a statement of the user's or of a command. */
  async sql(text: string, parameters?: SqlParameters): Promise<QueryResult> {
    const { signal } = this;
    signal.throwIfAborted();
    this.#hasAsked = true;
    return await this.connection.call((client) => sqlCall(client, text, parameters, { signal }));
  }

  /** All rows of a small result. */
  async all<T extends object = Row>(text: string, parameters?: SqlParameters): Promise<T[]> {
    const result = await this.sql(text, parameters);
    return await Array.fromAsync(result.rows<T>());
  }

  /**
   * Runs an action of the daemon; its answer is one JSON object.
   *
   * @param onProgress told each part of the answer as it comes, the last included
   */
  async action(
    name: keyof typeof ACTIONS,
    argument: Readonly<Record<string, unknown>> = {},
    onProgress?: (answer: Record<string, unknown>) => void,
  ): Promise<Record<string, unknown>> {
    const body = new TextEncoder().encode(JSON.stringify(argument));
    return await this.connection.call(async (client) => {
      let answer: unknown = {};
      for await (const bytes of client.doAction(ACTIONS[name], body, { signal: this.signal })) {
        answer = JSON.parse(new TextDecoder().decode(bytes));
        onProgress?.(answer as Record<string, unknown>);
      }
      return answer as Record<string, unknown>;
    });
  }

  /** An answer over files that cannot be read in full must not just look shorter. */
  async tellOfDamage(): Promise<void> {
    if (!this.#hasAsked || this.signal.aborted) return;
    const { damaged_stretches, broken_run_files } = await this.action("status");
    const count = Number(damaged_stretches ?? 0) + Number(broken_run_files ?? 0);
    if (count === 0) return;
    this.output.note(
      `${count} ${count === 1 ? "file or part of one" : "files or parts of them"} cannot be read ` +
        "and are not part of the answer: litmus doctor tells which",
    );
  }

  /** Lets go of the daemon. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection?.[Symbol.asyncDispose]();
  }
}
