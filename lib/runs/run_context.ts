/**
 * What every row of a run says alike: unit, product, station, operator, environment.
 * @module
 */
import { parseEventTime } from "./event_time.ts";
import { recordOf, type RunEventRecord, textOf } from "./run_event.ts";

/** Columns copied from the `run.started` field of the same name. */
const RUN_FIELDS = [
  "slot_id",
  "dut_part_number",
  "dut_revision",
  "dut_lot_number",
  "product_id",
  "product_name",
  "product_revision",
  "test_phase",
  "project_name",
  "git_commit",
  "git_branch",
  "git_remote",
] as const;

/** Columns for which `session.started` answers where `run.started` is silent. */
const SESSION_FIELDS = [
  "operator_id",
  "operator_name",
  "station_id",
  "station_name",
  "station_type",
  "station_location",
  "station_hostname",
  "fixture_id",
] as const;

function parseEnvironment(json: string | null): Readonly<Record<string, unknown>> {
  if (json === null) return {};
  try {
    return recordOf(JSON.parse(json));
  } catch {
    // The text itself is kept in the file metadata; only columns derived from it stay null.
    return {};
  }
}

/** Collects the context of one run. */
export class RunContext {
  #session: RunEventRecord | undefined;
  #run: RunEventRecord | undefined;
  #scannedSerial: string | null = null;
  #firstMicros: number | null = null;
  #lastMicros: number | null = null;

  /** Takes a `session.started`; the first counts. */
  setSession(event: RunEventRecord): void {
    this.#session ??= event;
  }

  /** Takes a `run.started`; the first counts. */
  setRun(event: RunEventRecord): void {
    this.#run ??= event;
  }

  /** Takes a `fixture.dut_scanned` or `slot.started`. */
  setScan(event: RunEventRecord): void {
    this.#scannedSerial = textOf(event.dut_serial) || this.#scannedSerial;
  }

  /** Notes the time of any event of the run. */
  noteTime(event: RunEventRecord): void {
    const micros = parseEventTime(event.occurred_at);
    if (micros === null) return;
    this.#firstMicros ??= micros;
    this.#lastMicros = Math.max(this.#lastMicros ?? micros, micros);
  }

  /** Start of the run, else time of its first event; null before any event. */
  get startedAtMicros(): number | null {
    return parseEventTime(this.#run?.occurred_at) ?? this.#firstMicros;
  }

  /** Latest time of all events of the run. */
  get lastMicros(): number | null {
    return this.#lastMicros;
  }

  /** Serial as written; a scan answers where the run has none. */
  get dutSerial(): string | null {
    return textOf(this.#run?.dut_serial) || this.#scannedSerial || textOf(this.#run?.dut_serial);
  }

  /** Environment as written. */
  get environmentJson(): string | null {
    return textOf(this.#run?.environment_json);
  }

  /** Free metadata of the run. */
  get customMetadata(): Readonly<Record<string, unknown>> {
    return recordOf(this.#run?.custom_metadata);
  }

  /** The context columns by name, without ids, times and outcome. */
  columns(): Map<string, string | null> {
    const columns = new Map<string, string | null>();
    for (const field of RUN_FIELDS) columns.set(field, textOf(this.#run?.[field]));
    for (const field of SESSION_FIELDS) {
      columns.set(field, textOf(this.#run?.[field]) ?? textOf(this.#session?.[field]));
    }
    const environment = parseEnvironment(this.environmentJson);
    columns.set("dut_serial", this.dutSerial);
    columns.set("python_version", textOf(environment.python_version));
    columns.set("env_fingerprint", textOf(environment.lockfile_hash));
    return columns;
  }
}
