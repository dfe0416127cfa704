/**
 * Tells the event log which run files were written: one `run.materialized` event each, in an event file of
 * the daemon's own beside those of the session.
 * @module
 */
import { systemClock } from "../base/clock.ts";
import { Mutex } from "../base/mutex.ts";
import { formatMicros } from "../base/time.ts";
import { FileEventLog } from "../events/file_event_log.ts";
import type { RunTable } from "../runs/run_table.ts";
import type { TrackedRun } from "./run_tracker.ts";

/** Logs that stay open, so that a session of many runs does not get a file for each. */
const OPEN_LOGS = 8;

/** Writes `run.materialized` events. */
export class MaterializedLog {
  readonly #dataDir: string;
  /** Logs are opened and closed one after the other. */
  readonly #mutex = new Mutex();
  readonly #logs = new Map<string, FileEventLog>();

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /**
   * Records a published file; returns once the system has the event. The device gets it within a second: a
   * file whose event is lost counts all the same.
   */
  async record(run: TrackedRun, table: RunTable, destination: string): Promise<void> {
    const log = await this.#mutex.run(() => this.#logOf(run.sessionId));
    await log.emit({
      event_type: "run.materialized",
      run_id: run.runId,
      materializer: "parquet",
      destination,
      materialized_at: formatMicros(systemClock.nowMicros()),
      row_counts: {
        run: 1,
        step: table.stepCount,
        measurement: table.measurementCount,
      },
    });
    await log.flush();
  }

  async #logOf(sessionId: string): Promise<FileEventLog> {
    const open = this.#logs.get(sessionId);
    if (open !== undefined) return open;
    for (const [oldest, log] of this.#logs) {
      if (this.#logs.size < OPEN_LOGS) break;
      this.#logs.delete(oldest);
      await log.close();
    }
    const log = await FileEventLog.open({ dataDir: this.#dataDir, sessionId });
    this.#logs.set(sessionId, log);
    return log;
  }

  /** Closes all logs. */
  async close(): Promise<void> {
    await this.#mutex.idle();
    for (const log of this.#logs.values()) await log.close();
    this.#logs.clear();
  }
}
