/**
 * All that is known of one run, as `litmus show --format json` prints it.
 * @module
 */
import { join } from "@std/path";
import type { Row } from "../../lib/arrow/query_result.ts";
import { dataLayout } from "../../lib/base/data_layout.ts";
import { InvalidDataError, NotFoundError } from "../../lib/base/errors.ts";
import { findReference } from "../../lib/events/reference_data.ts";
import type { FoundRun } from "../commands/find_run.ts";
import type { RunSource } from "./run_source.ts";

/** A run with what belongs to it; keys of rows are SQL columns. */
export interface RunRecord {
  readonly run: Row;
  readonly steps: readonly Row[];
  readonly measurements: readonly Row[];
  /** Instruments that were connected for the run or its session. */
  readonly instruments: readonly Row[];
  /** Data beside the events: `key`, `uri`, and `file`, its absolute path, null where it is gone. */
  readonly refs: readonly Row[];
  /** Channels of the session; `in_run` is true where an event of the run cites the channel. */
  readonly channels: readonly Row[];
  /** Warnings and errors of the run. */
  readonly diagnostics: readonly Row[];
  /** Absolute path of the Parquet file, null while there is none. */
  readonly file: string | null;
}

const STEPS = `SELECT * FROM steps WHERE run_id = $1
  ORDER BY step_started_at NULLS LAST, step_index, step_path, vector_index`;

// Clocks may stand still between two measurements: what was tried again came later.
const MEASUREMENTS = `SELECT * FROM measurements WHERE run_id = $1
  ORDER BY measurement_timestamp NULLS LAST, step_path, vector_index, vector_retry`;

const EVENTS = `SELECT event_type, json FROM events
  WHERE session_id = $2 AND (run_id = $1 OR run_id IS NULL)
    AND event_type IN ('fixture.instrument_connected', 'test.record', 'diagnostic.error',
      'diagnostic.warning', 'instrument.read', 'instrument.set')
    AND (event_type NOT LIKE 'instrument.%' OR json LIKE '%channel://%')
    AND (event_type <> 'test.record' OR json LIKE '%file://%')
  ORDER BY occurred_at, received_at`;

const CHANNELS = "SELECT * FROM channels WHERE session_id = $1 ORDER BY channel_id";

const FILE = "SELECT path FROM run_index.files WHERE run_id = $1 AND status = 'ok' LIMIT 1";

/** Reads all of a run. */
export async function readRun(source: RunSource, found: FoundRun): Promise<RunRecord> {
  const { run_id: run, session_id: session } = found;
  // One connection carries them all at once.
  const [runs, steps, measurements, events, channels, files] = await Promise.all([
    source.all("SELECT * FROM runs WHERE run_id = $1", [run]),
    source.all(STEPS, [run]),
    source.all(MEASUREMENTS, [run]),
    source.all(EVENTS, [run, session]),
    source.all(CHANNELS, [session]),
    source.all<{ path: string }>(FILE, [run]),
  ]);
  const parsed = events.map(({ json }) => JSON.parse(String(json)) as Row);
  const path = files[0]?.path;
  const cited = new Set(parsed.map(citedChannel));
  return {
    run: runs[0] ?? { run_id: run },
    steps,
    measurements,
    instruments: instrumentsOf(parsed),
    refs: parsed.filter((event) => event.event_type === "test.record")
      .map(({ key, step_name, value }) => ({
        key,
        uri: value,
        step_name,
        file: referencedFile(source.dataDir, session, value),
      })),
    channels: channels.map((channel) => ({ ...channel, in_run: cited.has(channel.channel_id) })),
    diagnostics: parsed.filter(({ event_type, run_id }) =>
      run_id === run && String(event_type).startsWith("diagnostic.")
    ).map(({ event_type, occurred_at, source, message }) => ({
      level: String(event_type).slice("diagnostic.".length),
      occurred_at,
      source,
      message,
    })),
    file: path === undefined ? null : join(source.dataDir, "runs", path),
  };
}

function referencedFile(dataDir: string, sessionId: string, uri: unknown): string | null {
  try {
    return findReference(dataLayout(dataDir), sessionId, String(uri));
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof InvalidDataError) return null;
    throw error;
  }
}

function citedChannel({ event_type, run_id, channel_id }: Row): unknown {
  return run_id !== null && String(event_type).startsWith("instrument.") ? channel_id : undefined;
}

const INSTRUMENT_FIELDS = [
  "role",
  "instrument_id",
  "manufacturer",
  "model",
  "serial",
  "firmware",
  "resource",
  "driver",
  "protocol",
  "cal_due",
  "cal_last",
  "cal_certificate",
  "cal_lab",
  "mocked",
] as const;

/** The last connection of each role; a role of the run before one of the session. */
function instrumentsOf(events: readonly Row[]): Row[] {
  const roles = new Map<unknown, Row>();
  const connected = events.filter((event) => event.event_type === "fixture.instrument_connected");
  for (const event of connected.filter(({ run_id }) => run_id === null)) {
    roles.set(event.role, event);
  }
  for (const event of connected.filter(({ run_id }) => run_id !== null)) {
    roles.set(event.role, event);
  }
  return [...roles.values()].map((event) =>
    Object.fromEntries(INSTRUMENT_FIELDS.map((name) => [name, event[name] ?? null]))
  );
}
