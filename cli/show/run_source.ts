import type { SqlParameters } from "../../lib/protocol/sql_call.ts";

/** What finding and reading a run takes; command line and shell both have it. */
export interface RunSource {
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  /** Takes what is worth saying beside the answer. */
  readonly output: { note(text: string): void };
  /** All rows of a small result. */
  all<T extends object = Record<string, unknown>>(
    sql: string,
    parameters?: SqlParameters,
  ): Promise<T[]>;
}
