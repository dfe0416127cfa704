import type { BaseEvent } from "./base_event.ts";

/** A recording program begins; carries what holds for all its runs. */
export interface SessionStarted extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "session.started";
  /** A session spans its runs and belongs to none. */
  run_id: null;
  /** What the session is for, such as `test_run`. */
  session_type: string;
  /** Identity of the test station. */
  station_id: string | null;
  /** Display name of the station. */
  station_name: string | null;
  /** Kind of station. */
  station_type: string | null;
  /** Where the station stands. */
  station_location: string | null;
  /** Host name of the station computer. */
  station_hostname: string | null;
  /** Process id of the recording program. */
  pid: number | null;
  /** Name of the recording program. */
  client: string;
  /** Identity of the operator. */
  operator_id: string | null;
  /** Display name of the operator. */
  operator_name: string | null;
  /** Identity of the test fixture. */
  fixture_id: string | null;
  /** Number of slots that run in parallel. */
  slot_count: number;
}

/** The recording program is done. */
export interface SessionEnded extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "session.ended";
  /** A session spans its runs and belongs to none. */
  run_id: null;
  /** Verdict: passed, failed, skipped, errored, terminated, aborted or done. */
  outcome: string | null;
}

/** The test of one unit begins; carries the whole context of the run. */
export interface RunStarted extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "run.started";
  /** The run. */
  run_id: string;
  /** Identity of the test station. */
  station_id: string | null;
  /** Display name of the station. */
  station_name: string | null;
  /** Kind of station. */
  station_type: string | null;
  /** Where the station stands. */
  station_location: string | null;
  /** Host name of the station computer. */
  station_hostname: string | null;
  /** Identity of the slot on a station that tests several units at once. */
  slot_id: string | null;
  /** Zero-based position of the slot. */
  slot_index: number | null;
  /** Process id of the recording program. */
  pid: number | null;
  /** Name of the recording program. */
  client: string;
  /** Serial number of the unit under test. */
  dut_serial: string;
  /** Part number of the unit. */
  dut_part_number: string | null;
  /** Hardware revision of the unit. */
  dut_revision: string | null;
  /** Production lot of the unit. */
  dut_lot_number: string | null;
  /** Identity of the product definition. */
  product_id: string | null;
  /** Display name of the product. */
  product_name: string | null;
  /** Revision of the product definition. */
  product_revision: string | null;
  /** Identity of the operator. */
  operator_id: string | null;
  /** Display name of the operator. */
  operator_name: string | null;
  /** Identity of the test fixture. */
  fixture_id: string | null;
  /** Phase such as development or production. */
  test_phase: string | null;
  /** Project that the test belongs to. */
  project_name: string | null;
  /** Commit of the test program. */
  git_commit: string | null;
  /** Branch of the test program. */
  git_branch: string | null;
  /** Remote of the test program. */
  git_remote: string | null;
  /** JSON text about runtime, system and packages. */
  environment_json: string | null;
  /** Further facts about the run, freely named. */
  custom_metadata: Record<string, unknown>;
  /** `channel://` URIs of channels that concern the whole run. */
  channel_refs: string[];
}

/** The test of one unit is over. */
export interface RunEnded extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "run.ended";
  /** The run. */
  run_id: string;
  /** Verdict: passed, failed, skipped, errored, terminated, aborted or done. */
  outcome: string | null;
}

/** A run was written to a store for queries. */
export interface RunMaterialized extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "run.materialized";
  /** The run. */
  run_id: string;
  /** What wrote the run, such as `parquet`. */
  materializer: string;
  /** Path or URI of what was written. */
  destination: string;
  /** When it was written. */
  materialized_at: string;
  /** Rows written by kind. */
  row_counts: Record<string, number> | null;
}

/** A slot began with a unit. */
export interface SlotStarted extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "slot.started";
  /** Identity of the slot on a station that tests several units at once. */
  slot_id: string;
  /** Serial number of the unit under test. */
  dut_serial: string;
}

/** A slot finished its unit. */
export interface SlotCompleted extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "slot.completed";
  /** Identity of the slot on a station that tests several units at once. */
  slot_id: string;
  /** Verdict: passed, failed, skipped, errored, terminated, aborted or done. */
  outcome: string;
  /** What went wrong, if anything. */
  error_message: string | null;
}

/** A slot waits at a synchronization point. */
export interface SyncArrived extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "sync.arrived";
  /** Slot that waits. */
  slot_id: string;
  /** Name of the synchronization point. */
  name: string;
}

/** All slots may leave a synchronization point. */
export interface SyncRelease extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "sync.release";
  /** Name of the synchronization point. */
  name: string;
}
