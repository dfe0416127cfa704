import type { DaemonConnection } from "../../lib/protocol/daemon_connection.ts";
import { sqlCall } from "../../lib/protocol/sql_call.ts";
import {
  catalogWith,
  type CompletionCatalog,
  DATA_SQL,
  EMPTY_CATALOG,
  NAMES_SQL,
} from "./completion_catalog.ts";

/** What is recorded changes while one types; views and functions hardly ever. */
const DATA_MILLIS = 3_000;
const NAMES_MILLIS = 60_000;

/** Keeps the names for completion, asked for in the background. */
export class CatalogLoader {
  #catalog = EMPTY_CATALOG;
  #namesAt = -Infinity;
  #dataAt = -Infinity;
  #loading: Promise<void> | undefined;

  /** What is known now. */
  get current(): CompletionCatalog {
    return this.#catalog;
  }

  /** Forgets everything: another data directory. */
  clear(): void {
    this.#catalog = EMPTY_CATALOG;
    this.#namesAt = this.#dataAt = -Infinity;
  }

  /** Asks for what is old; never fails, because typing goes on without names as well. */
  refresh(connection: DaemonConnection): Promise<void> {
    this.#loading ??= this.#load(connection).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(connection: DaemonConnection): Promise<void> {
    const now = performance.now();
    const statements: string[] = [];
    if (now - this.#namesAt > NAMES_MILLIS) statements.push(NAMES_SQL);
    if (now - this.#dataAt > DATA_MILLIS) statements.push(DATA_SQL);
    for (const sql of statements) {
      try {
        const result = await connection.call((client) => sqlCall(client, sql));
        this.#catalog = catalogWith(this.#catalog, await Array.fromAsync(result.rowArrays()));
      } catch {
        // The next statement meets the same trouble and reports it; a Tab should not.
        return;
      }
      if (sql === NAMES_SQL) this.#namesAt = now;
      else this.#dataAt = now;
    }
  }
}
