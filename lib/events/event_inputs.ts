import type {
  RunEnded,
  RunMaterialized,
  RunStarted,
  SessionEnded,
  SessionStarted,
  SlotCompleted,
  SlotStarted,
  SyncArrived,
  SyncRelease,
} from "./run_event_types.ts";
import type {
  DiagnosticError,
  DiagnosticWarning,
  DialogOpened,
  DialogResponded,
  MeasurementRecorded,
  RecordEvent,
  StepEnded,
  StepsDiscovered,
  StepStarted,
} from "./test_event_types.ts";
import type {
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
} from "./instrument_event_types.ts";
import type { BaseEvent } from "./base_event.ts";
import type { EventType } from "./event_types.ts";

/** What a field takes as input: times also as `Date`, numbers also as `bigint`, lists also read-only. */
export type EventInputValue<K, V> = K extends
  "occurred_at" | "received_at" | "measurement_timestamp" | "materialized_at" ? V | Date
  : unknown extends V ? unknown
  : V extends number ? V | bigint
  : V extends (infer T)[] ? readonly T[]
  : V;

/**
 * An event as it is handed in: all that has a default may be left out or undefined. Nullable fields
 * default to null, `Defaulted` names the others; `unknown` admits null and yet may be required.
 */
export type EventInputOf<
  E extends BaseEvent,
  Defaulted extends keyof E = never,
> =
  & {
    readonly [
      K in keyof E as K extends Defaulted | "id" | "occurred_at" | "session_id" ? never
        : unknown extends E[K] ? K
        : null extends E[K] ? never
        : K
    ]: EventInputValue<K, E[K]>;
  }
  & {
    readonly [
      K in keyof E as K extends Defaulted | "id" | "occurred_at" | "session_id" ? K
        : unknown extends E[K] ? never
        : null extends E[K] ? K
        : never
    ]?: EventInputValue<K, E[K]> | undefined;
  };

/** The input of each known event type. */
export interface EventInputByType {
  /** Input of SessionStarted. */
  "session.started": EventInputOf<SessionStarted, "session_type" | "client" | "slot_count">;
  /** Input of SessionEnded. */
  "session.ended": EventInputOf<SessionEnded>;
  /** Input of RunStarted. */
  "run.started": EventInputOf<
    RunStarted,
    "client" | "dut_serial" | "custom_metadata" | "channel_refs"
  >;
  /** Input of RunEnded. */
  "run.ended": EventInputOf<RunEnded>;
  /** Input of RunMaterialized. */
  "run.materialized": EventInputOf<RunMaterialized, "materialized_at">;
  /** Input of SlotStarted. */
  "slot.started": EventInputOf<SlotStarted>;
  /** Input of SlotCompleted. */
  "slot.completed": EventInputOf<SlotCompleted>;
  /** Input of SyncArrived. */
  "sync.arrived": EventInputOf<SyncArrived>;
  /** Input of SyncRelease. */
  "sync.release": EventInputOf<SyncRelease>;
  /** Input of StepsDiscovered. */
  "test.steps_discovered": EventInputOf<StepsDiscovered, "items">;
  /** Input of StepStarted. */
  "test.step_started": EventInputOf<
    StepStarted,
    "step_path" | "parent_path" | "vector_index" | "inputs"
  >;
  /** Input of StepEnded. */
  "test.step_ended": EventInputOf<
    StepEnded,
    "step_path" | "parent_path" | "vector_index" | "inputs" | "outputs"
  >;
  /** Input of MeasurementRecorded. */
  "test.measurement": EventInputOf<
    MeasurementRecorded,
    "step_path" | "vector_index" | "retry" | "inputs" | "outputs" | "custom"
  >;
  /** Input of RecordEvent. */
  "test.record": EventInputOf<RecordEvent>;
  /** Input of DialogOpened. */
  "dialog.opened": EventInputOf<DialogOpened, "blocking">;
  /** Input of DialogResponded. */
  "dialog.responded": EventInputOf<DialogResponded>;
  /** Input of DiagnosticWarning. */
  "diagnostic.warning": EventInputOf<DiagnosticWarning, "source" | "message" | "details">;
  /** Input of DiagnosticError. */
  "diagnostic.error": EventInputOf<DiagnosticError, "source" | "message" | "details">;
  /** Input of InstrumentRead. */
  "instrument.read": EventInputOf<InstrumentRead, "value" | "resource">;
  /** Input of InstrumentSet. */
  "instrument.set": EventInputOf<InstrumentSet, "value" | "resource">;
  /** Input of InstrumentConfigure. */
  "instrument.configure": EventInputOf<InstrumentConfigure, "parameters" | "resource">;
  /** Input of DutScanned. */
  "fixture.dut_scanned": EventInputOf<DutScanned>;
  /** Input of InstrumentConnected. */
  "fixture.instrument_connected": EventInputOf<InstrumentConnected, "protocol" | "mocked">;
  /** Input of InstrumentDisconnected. */
  "fixture.instrument_disconnected": EventInputOf<InstrumentDisconnected>;
  /** Input of IdentityVerified. */
  "fixture.identity_verified": EventInputOf<
    IdentityVerified,
    "expected" | "actual" | "matches" | "mismatches"
  >;
  /** Input of CalibrationWarning. */
  "fixture.calibration_warning": EventInputOf<CalibrationWarning, "message">;
  /** Input of RouteClosed. */
  "route.closed": EventInputOf<RouteClosed>;
  /** Input of RouteOpened. */
  "route.opened": EventInputOf<RouteOpened>;
  /** Input of StreamStarted. */
  "stream.started": EventInputOf<StreamStarted, "format">;
  /** Input of StreamFrameIndex. */
  "stream.frame_index": EventInputOf<StreamFrameIndex, "frame_count">;
  /** Input of StreamEnded. */
  "stream.ended": EventInputOf<StreamEnded>;
}

/** Any known event as `emit()` takes it; `event_type` selects the fields. */
export type EventInput = EventInputByType[EventType];

/**
 * An event of a type that this version does not know. With the type parameter inferred, a known
 * `event_type` is refused by the compiler, so that its fields are checked by {@linkcode EventInput}.
 */
export type UnknownEventInput<T extends string = string> = {
  readonly event_type: T extends EventType ? never : T;
  readonly id?: string | undefined;
  readonly occurred_at?: string | Date | undefined;
  readonly received_at?: string | Date | null | undefined;
  readonly session_id?: string | undefined;
  readonly run_id?: string | null | undefined;
  readonly [field: string]: unknown;
};
