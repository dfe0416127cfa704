/**
 * The SQL of the daemon in this very process: same views, same functions, no daemon, read-only.
 * @module
 */
import { QueryResult } from "../arrow/query_result.ts";
import { PermissionError } from "../base/errors.ts";
import { requireRead } from "../base/permissions.ts";
import { resolveDataDirectory } from "../config/data_directory.ts";
import type { Parameters } from "../engine/query.ts";
// A type only: the database is loaded by open(), which says what it lacks.
import type { Warehouse } from "./warehouse.ts";

/** Options of {@linkcode EmbeddedEngine.open}. */
export interface EmbeddedOptions {
  /** The data directory. @default resolved as by the command line */
  readonly dataDir?: string;
  /** Memory that the database may use, bytes. @default 4 GiB */
  readonly memoryBytes?: number;
}

/** A value for a parameter of a statement. */
export type EmbeddedParameters =
  | readonly (string | number | bigint | boolean | null | Uint8Array)[]
  | Readonly<Record<string, string | number | bigint | boolean | null | Uint8Array>>;

/**
 * Reads a data directory with the database in this process. Nothing is written: runs without a file are
 * shown from their events, the index is in memory.
 *
 * The database is native code and as such outside of Deno's sandbox; the statements it takes are held to
 * reading, and to files below `runs/`.
 */
export class EmbeddedEngine implements AsyncDisposable {
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  readonly #warehouse: Warehouse;

  private constructor(dataDir: string, warehouse: Warehouse) {
    this.dataDir = dataDir;
    this.#warehouse = warehouse;
  }

  /**
   * Opens a data directory and takes in what its files hold.
   *
   * @throws {PermissionError} naming the flag that Deno was not given
   */
  static async open(options: EmbeddedOptions = {}): Promise<EmbeddedEngine> {
    const dataDir = await resolveDataDirectory(options.dataDir);
    await requireRead(dataDir);
    const { Warehouse } = await loadWarehouse();
    const warehouse = await Warehouse.open({
      dataDir,
      writable: false,
      log: () => {}, // nothing to tell: where the index lives is known
      ...(options.memoryBytes === undefined ? {} : { memoryBytes: options.memoryBytes }),
    });
    return new EmbeddedEngine(dataDir, warehouse);
  }

  /**
   * Runs one reading SQL statement over all stores, what was written meanwhile included.
   *
   * @param text the statement
   * @param parameters values for `?`, `$1` or `$name`
   * @throws {SqlError} for a mistake in the statement, with its place
   */
  async sql(
    text: string,
    parameters?: EmbeddedParameters,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<QueryResult> {
    const { schema, batches } = await this.#warehouse.query(text, {
      ...options,
      ...(parameters === undefined ? {} : { parameters: parameters as Parameters }),
    });
    return new QueryResult(schema, batches);
  }

  /** Closes the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#warehouse[Symbol.asyncDispose]();
  }
}

async function loadWarehouse(): Promise<typeof import("./warehouse.ts")> {
  try {
    return await import("./warehouse.ts");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new PermissionError(
      "The database is native code, outside of Deno's sandbox: run with --allow-ffi",
      { cause: error },
    );
  }
}
