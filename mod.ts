/**
 * Litmus SDK: the data layer for hardware test. Test programs write events, channels and run results into
 * open files; a small daemon, started by whoever comes first, answers SQL on all of them.
 *
 * @example Recording a run and asking about it
 * ```ts
 * import { RunStore, Session } from "@litmus/sdk";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * {
 *   await using session = await Session.start({ dataDir, station_id: "bench-1" });
 *   await using run = await session.startRun({ dut_serial: "SN001" });
 *   await run.step("power", (step) => {
 *     step.measure("rail_3v3", 3.31, { low: 3.2, high: 3.4, units: "V" });
 *   });
 *   await run.end();
 * }
 * await using runs = await RunStore.open({ dataDir });
 * const [run] = await runs.list({ serial: "SN001" });
 * equal(run?.run_outcome, "passed");
 * ```
 *
 * @module
 */
export { type QueryResult, type ResultMessage, type Row } from "./lib/arrow/query_result.ts";
export type {
  ArrowBatch,
  ArrowColumn,
  ArrowField,
  ArrowSchema,
  DictionaryInfo,
} from "./lib/arrow/field.ts";
export {
  DaemonError,
  DamagedDataError,
  FlightError,
  InvalidDataError,
  LimitError,
  LitmusError,
  NotFoundError,
  PermissionError,
  SqlError,
  StorageError,
} from "./lib/base/errors.ts";
export { VERSION } from "./lib/base/version.ts";
export { acquire, type AcquireOptions, type Lease } from "./lib/protocol/lease.ts";
export type { EventFilter } from "./lib/protocol/event_filter.ts";
export type { SqlParameters, SqlValue } from "./lib/protocol/sql_call.ts";
export { ChannelStore } from "./lib/channels/channel_store.ts";
export {
  type ChannelSubscribeOptions,
  ChannelSubscription,
  type ChannelUpdate,
} from "./lib/channels/channel_subscription.ts";
export {
  type ChannelStoreOptions,
  type ChannelStoreQuery,
  FileChannelStore,
} from "./lib/channels/file_channel_store.ts";
export type {
  BlockInput,
  ChannelDataType,
  ChannelDescription,
  ChannelInput,
  ChannelWriteOptions,
  ScalarInput,
  StructInput,
  TimeInput,
} from "./lib/channels/channel_types.ts";
export {
  type ChannelReference,
  type ClaimCheck,
  claimCheckOf,
  formatChannelUri,
  isChannelReference,
  parseChannelReference,
} from "./lib/channels/channel_uri.ts";
export type { Alignment, DecimationMethod, GapPolicy } from "./lib/protocol/channel_ticket.ts";
export type { OnDamage, SegmentDamage } from "./lib/channels/segment_info.ts";
export type { ChannelWriterStatus } from "./lib/channels/channel_file_writer.ts";
export type { EventDefaults, NormalizedEvent } from "./lib/events/event_base.ts";
export type { ChannelSummary } from "./lib/channels/channel_summary.ts";
export { EventLog } from "./lib/events/event_log.ts";
export {
  type EventLogOptions,
  type EventLogStatus,
  FileEventLog,
  type PushState,
} from "./lib/events/file_event_log.ts";
export { EventStore, type SessionInfo, type SqlOptions } from "./lib/events/event_store.ts";
export { EventSubscription, type SubscribeOptions } from "./lib/events/event_subscription.ts";
export type {
  EventInput,
  EventInputByType,
  EventInputOf,
  EventInputValue,
  UnknownEventInput,
} from "./lib/events/event_inputs.ts";
export { eventTypes, isEvent, isKnownEvent, parseEvent } from "./lib/events/event_json.ts";
export type { ExitFlush } from "./lib/events/exit_flush.ts";
export type { BaseEvent, UnknownEvent } from "./lib/events/base_event.ts";
export type { EventByType, EventType, LitmusEvent } from "./lib/events/event_types.ts";
export type {
  RunEnded,
  RunMaterialized,
  RunStarted,
  SessionEnded,
  SessionStarted,
  SlotCompleted,
  SlotStarted,
  SyncArrived,
  SyncRelease,
} from "./lib/events/run_event_types.ts";
export type {
  DiagnosticError,
  DiagnosticWarning,
  DialogOpened,
  DialogResponded,
  MeasurementRecorded,
  RecordEvent,
  StepEnded,
  StepsDiscovered,
  StepStarted,
} from "./lib/events/test_event_types.ts";
export type {
  CalibrationWarning,
  DutScanned,
  IdentityVerified,
  InstrumentConfigure,
  InstrumentConnected,
  InstrumentDisconnected,
  InstrumentRead,
  InstrumentSet,
  RouteClosed,
  RouteOpened,
  StreamEnded,
  StreamFrameIndex,
  StreamStarted,
} from "./lib/events/instrument_event_types.ts";
export { type RunFilter, RunStore } from "./lib/runs/run_store.ts";
export { Session } from "./lib/recorder/session.ts";
export { Run } from "./lib/recorder/run.ts";
export { Step } from "./lib/recorder/step.ts";
export type { RecorderTarget } from "./lib/recorder/recorder_target.ts";
export type {
  SessionOptions,
  SessionStartOptions,
  StartOnOptions,
} from "./lib/recorder/session_options.ts";
export type { PlannedStepInput, RunOptions } from "./lib/recorder/run_options.ts";
export type { ConnectedInstrument, InstrumentOptions } from "./lib/recorder/instrument_book.ts";
export type {
  Comparator,
  MatchOptions,
  MeasurementContext,
  MeasureOptions,
  MeasureSamplesOptions,
  ReadOptions,
  SetOptions,
  StepOptions,
} from "./lib/recorder/step_options.ts";
export type { SampleArray } from "./lib/recorder/samples.ts";
export type { Outcome } from "./lib/recorder/verdict.ts";
export type { NumericArray } from "./lib/channels/_arguments.ts";
