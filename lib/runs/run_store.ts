/**
 * Run results: one row per run, step and measurement.
 * @module
 */
import type { QueryResult, Row } from "../arrow/query_result.ts";
import { NotFoundError } from "../base/errors.ts";
import { resolveDataDirectory } from "../config/data_directory.ts";
import { DaemonConnection } from "../protocol/daemon_connection.ts";
import { sqlCall, type SqlParameters, type SqlValue } from "../protocol/sql_call.ts";

/** Selects runs; what is absent selects all. */
export interface RunFilter {
  /** Serial number of the unit, exactly. */
  readonly serial?: string;
  /** Product id, exactly. */
  readonly product?: string;
  /** Station id, exactly. */
  readonly station?: string;
  /** Outcome such as `passed`, `failed`, `errored`, `aborted`, `running`. */
  readonly outcome?: string;
  /** Test phase, exactly. */
  readonly phase?: string;
  /** Operator id, exactly. */
  readonly operator?: string;
  /** Runs started at this time or later. */
  readonly since?: string | Date;
  /** Runs started before this time. */
  readonly until?: string | Date;
  /** At most this many, the latest first. */
  readonly limit?: number;
}

/** Filters of text by their column of `runs`. */
export const RUN_FILTER_COLUMNS: readonly (readonly [keyof RunFilter, string])[] = [
  ["serial", "dut_serial"],
  ["product", "product_id"],
  ["station", "station_id"],
  ["outcome", "run_outcome"],
  ["phase", "test_phase"],
  ["operator", "operator_id"],
];

/** Reads run results from the daemon, which is started where none runs. */
export class RunStore implements AsyncDisposable {
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  readonly #connection: DaemonConnection;

  /** Takes ready parts and does no I/O; use {@linkcode open}. */
  constructor(dataDir: string, connection: DaemonConnection) {
    this.dataDir = dataDir;
    this.#connection = connection;
  }

  /** Opens the run results of a data directory. */
  static async open(options: { readonly dataDir?: string } = {}): Promise<RunStore> {
    const dataDir = await resolveDataDirectory(options.dataDir);
    return new RunStore(dataDir, new DaemonConnection(dataDir));
  }

  /** Runs that pass a filter, the latest first. */
  async list(filter: RunFilter = {}): Promise<Row[]> {
    const { condition, values } = runCondition(filter);
    const limit = filter.limit === undefined
      ? ""
      : ` LIMIT ${Math.max(0, Math.trunc(filter.limit))}`;
    return await this.#rows(
      `SELECT * FROM runs WHERE ${condition} ORDER BY run_started_at DESC, run_id${limit}`,
      values,
    );
  }

  /**
   * One run.
   *
   * @param runId its id, or the first characters of it if no other run starts the same
   * @throws {NotFoundError} where there is none, or several
   */
  async get(runId: string): Promise<Row> {
    const rows = await this.#rows(
      "SELECT * FROM runs WHERE run_id = $1 OR starts_with(run_id, $1) ORDER BY run_id = $1 DESC LIMIT 2",
      [runId.toLowerCase()],
    );
    const [row, second] = rows;
    if (row === undefined) throw new NotFoundError(`No run ${runId}`);
    if (second !== undefined && row.run_id !== runId) {
      throw new NotFoundError(`Several runs start with ${runId}: give more of the id`);
    }
    return row;
  }

  /** Steps of a run, in the order of their start. */
  async steps(runId: string): Promise<Row[]> {
    return await this.#rows(
      "SELECT * FROM steps WHERE run_id = $1 ORDER BY step_started_at NULLS LAST, step_index, step_path, vector_index",
      [runId],
    );
  }

  /** Measurements of a run, in the order in which they were taken. */
  async measurements(runId: string): Promise<Row[]> {
    return await this.#rows(
      "SELECT * FROM measurements WHERE run_id = $1 ORDER BY measurement_timestamp, step_path, vector_index, vector_retry",
      [runId],
    );
  }

  /** Runs one reading SQL statement over all stores. */
  async sql(
    text: string,
    parameters?: SqlParameters,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<QueryResult> {
    return await this.#connection.call((client) => sqlCall(client, text, parameters, options));
  }

  async #rows(text: string, parameters: SqlParameters): Promise<Row[]> {
    const result = await this.sql(text, parameters);
    return await Array.fromAsync(result.rows());
  }

  /** Lets go of the daemon. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }
}

/** A SQL condition over the runs view, with its values for `$1`, `$2`, ... */
export function runCondition(filter: RunFilter): { condition: string; values: SqlValue[] } {
  const parts: string[] = [];
  const values: SqlValue[] = [];
  const add = (text: string, value: SqlValue): void => {
    values.push(value);
    parts.push(`${text} $${values.length}`);
  };
  for (const [name, column] of RUN_FILTER_COLUMNS) {
    const value = filter[name];
    if (typeof value === "string") add(`${column} =`, value);
  }
  if (filter.since !== undefined) add("run_started_at >=", timeText(filter.since));
  if (filter.until !== undefined) add("run_started_at <", timeText(filter.until));
  return { condition: parts.length === 0 ? "true" : parts.join(" AND "), values };
}

function timeText(time: string | Date): string {
  return time instanceof Date ? time.toISOString() : time;
}
