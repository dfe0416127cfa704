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

/** The 31 known event types, each with its interface. */
export interface EventByType {
  /** SessionStarted */
  "session.started": SessionStarted;
  /** SessionEnded */
  "session.ended": SessionEnded;
  /** RunStarted */
  "run.started": RunStarted;
  /** RunEnded */
  "run.ended": RunEnded;
  /** RunMaterialized */
  "run.materialized": RunMaterialized;
  /** SlotStarted */
  "slot.started": SlotStarted;
  /** SlotCompleted */
  "slot.completed": SlotCompleted;
  /** SyncArrived */
  "sync.arrived": SyncArrived;
  /** SyncRelease */
  "sync.release": SyncRelease;
  /** StepsDiscovered */
  "test.steps_discovered": StepsDiscovered;
  /** StepStarted */
  "test.step_started": StepStarted;
  /** StepEnded */
  "test.step_ended": StepEnded;
  /** MeasurementRecorded */
  "test.measurement": MeasurementRecorded;
  /** RecordEvent */
  "test.record": RecordEvent;
  /** DialogOpened */
  "dialog.opened": DialogOpened;
  /** DialogResponded */
  "dialog.responded": DialogResponded;
  /** DiagnosticWarning */
  "diagnostic.warning": DiagnosticWarning;
  /** DiagnosticError */
  "diagnostic.error": DiagnosticError;
  /** InstrumentRead */
  "instrument.read": InstrumentRead;
  /** InstrumentSet */
  "instrument.set": InstrumentSet;
  /** InstrumentConfigure */
  "instrument.configure": InstrumentConfigure;
  /** DutScanned */
  "fixture.dut_scanned": DutScanned;
  /** InstrumentConnected */
  "fixture.instrument_connected": InstrumentConnected;
  /** InstrumentDisconnected */
  "fixture.instrument_disconnected": InstrumentDisconnected;
  /** IdentityVerified */
  "fixture.identity_verified": IdentityVerified;
  /** CalibrationWarning */
  "fixture.calibration_warning": CalibrationWarning;
  /** RouteClosed */
  "route.closed": RouteClosed;
  /** RouteOpened */
  "route.opened": RouteOpened;
  /** StreamStarted */
  "stream.started": StreamStarted;
  /** StreamFrameIndex */
  "stream.frame_index": StreamFrameIndex;
  /** StreamEnded */
  "stream.ended": StreamEnded;
}

/** The `event_type` of a known event, such as `test.measurement`. */
export type EventType = keyof EventByType;

/** Any known event, told apart by `event_type`. */
export type LitmusEvent = EventByType[EventType];
