/**
 * The fields of every event type in the order in which they stand in the `json` column. Validation,
 * JSON Schemas and defaults derive from this one table; the interfaces are held equal by a test.
 * @module
 */
import { type EventSpec, filled, initially, needed, nullable } from "./event_field.ts";
import type { EventType } from "./event_types.ts";

/** Every known event type with its fields. */
export const eventSpecs = {
  "session.started": {
    className: "SessionStarted",
    runId: "refused",
    fields: {
      session_type: initially("text", "test_run"),
      station_id: nullable("text"),
      station_name: nullable("text"),
      station_type: nullable("text"),
      station_location: nullable("text"),
      station_hostname: nullable("text"),
      pid: nullable("integer"),
      client: filled("text", "client"),
      operator_id: nullable("text"),
      operator_name: nullable("text"),
      fixture_id: nullable("text"),
      slot_count: initially("integer", 1),
    },
  },
  "session.ended": {
    className: "SessionEnded",
    runId: "refused",
    fields: {
      outcome: nullable("text"),
    },
  },
  "run.started": {
    className: "RunStarted",
    runId: "required",
    fields: {
      station_id: nullable("text"),
      station_name: nullable("text"),
      station_type: nullable("text"),
      station_location: nullable("text"),
      station_hostname: nullable("text"),
      slot_id: nullable("text"),
      slot_index: nullable("integer"),
      pid: nullable("integer"),
      client: filled("text", "client"),
      dut_serial: initially("text", ""),
      dut_part_number: nullable("text"),
      dut_revision: nullable("text"),
      dut_lot_number: nullable("text"),
      product_id: nullable("text"),
      product_name: nullable("text"),
      product_revision: nullable("text"),
      operator_id: nullable("text"),
      operator_name: nullable("text"),
      fixture_id: nullable("text"),
      test_phase: nullable("text"),
      project_name: nullable("text"),
      git_commit: nullable("text"),
      git_branch: nullable("text"),
      git_remote: nullable("text"),
      environment_json: nullable("text"),
      custom_metadata: initially("map", {}),
      channel_refs: initially("texts", []),
    },
  },
  "run.ended": {
    className: "RunEnded",
    runId: "required",
    fields: {
      outcome: nullable("text"),
    },
  },
  "run.materialized": {
    className: "RunMaterialized",
    runId: "required",
    fields: {
      materializer: needed("text"),
      destination: needed("text"),
      materialized_at: filled("time", "clock"),
      row_counts: nullable("counts"),
    },
  },
  "slot.started": {
    className: "SlotStarted",
    runId: "optional",
    fields: {
      slot_id: needed("text"),
      dut_serial: needed("text"),
    },
  },
  "slot.completed": {
    className: "SlotCompleted",
    runId: "optional",
    fields: {
      slot_id: needed("text"),
      outcome: needed("text"),
      error_message: nullable("text"),
    },
  },
  "sync.arrived": {
    className: "SyncArrived",
    runId: "optional",
    fields: {
      slot_id: needed("text"),
      name: needed("text"),
    },
  },
  "sync.release": {
    className: "SyncRelease",
    runId: "optional",
    fields: {
      name: needed("text"),
    },
  },
  "test.steps_discovered": {
    className: "StepsDiscovered",
    runId: "optional",
    fields: {
      items: initially("items", []),
    },
  },
  "test.step_started": {
    className: "StepStarted",
    runId: "optional",
    fields: {
      step_name: needed("text"),
      step_index: needed("integer"),
      step_path: initially("text", ""),
      parent_path: initially("text", ""),
      description: nullable("text"),
      vector_index: initially("integer", 0),
      inputs: initially("map", {}),
      node_id: nullable("text"),
      file: nullable("text"),
      module: nullable("text"),
      class_name: nullable("text"),
      function: nullable("text"),
    },
  },
  "test.step_ended": {
    className: "StepEnded",
    runId: "optional",
    fields: {
      step_name: needed("text"),
      step_index: needed("integer"),
      step_path: initially("text", ""),
      parent_path: initially("text", ""),
      outcome: nullable("text"),
      vector_index: initially("integer", 0),
      vector_outcome: nullable("text"),
      inputs: initially("map", {}),
      outputs: initially("map", {}),
      node_id: nullable("text"),
      file: nullable("text"),
      module: nullable("text"),
      class_name: nullable("text"),
      function: nullable("text"),
    },
  },
  "test.measurement": {
    className: "MeasurementRecorded",
    runId: "optional",
    fields: {
      step_name: needed("text"),
      step_index: needed("integer"),
      step_path: initially("text", ""),
      vector_index: initially("integer", 0),
      retry: initially("integer", 0),
      measurement_name: needed("text"),
      measurement_timestamp: nullable("time"),
      value: nullable("float"),
      units: nullable("text"),
      outcome: nullable("text"),
      limit_low: nullable("float"),
      limit_high: nullable("float"),
      limit_nominal: nullable("float"),
      limit_comparator: nullable("text"),
      characteristic_id: nullable("text"),
      spec_ref: nullable("text"),
      dut_pin: nullable("text"),
      fixture_connection: nullable("text"),
      instrument_name: nullable("text"),
      instrument_resource: nullable("text"),
      instrument_channel: nullable("text"),
      inputs: initially("map", {}),
      outputs: initially("map", {}),
      custom: initially("map", {}),
    },
  },
  "test.record": {
    className: "RecordEvent",
    runId: "optional",
    fields: {
      step_name: needed("text"),
      step_index: needed("integer"),
      key: needed("text"),
      value: needed("any"),
    },
  },
  "dialog.opened": {
    className: "DialogOpened",
    runId: "optional",
    fields: {
      dialog_id: needed("uuid"),
      dialog_type: needed("text"),
      title: needed("text"),
      message: needed("text"),
      step_name: nullable("text"),
      blocking: initially("flag", true),
    },
  },
  "dialog.responded": {
    className: "DialogResponded",
    runId: "optional",
    fields: {
      dialog_id: needed("uuid"),
      dialog_type: needed("text"),
      response_type: needed("text"),
      duration_seconds: needed("float"),
      value: nullable("text"),
      choice: nullable("integer"),
    },
  },
  "diagnostic.warning": {
    className: "DiagnosticWarning",
    runId: "optional",
    fields: {
      source: initially("text", ""),
      message: initially("text", ""),
      details: initially("map", {}),
    },
  },
  "diagnostic.error": {
    className: "DiagnosticError",
    runId: "optional",
    fields: {
      source: initially("text", ""),
      message: initially("text", ""),
      details: initially("map", {}),
    },
  },
  "instrument.read": {
    className: "InstrumentRead",
    runId: "optional",
    fields: {
      instrument_role: needed("text"),
      channel_id: needed("text"),
      method: needed("text"),
      value: initially("any", null),
      units: nullable("text"),
      resource: initially("text", ""),
    },
  },
  "instrument.set": {
    className: "InstrumentSet",
    runId: "optional",
    fields: {
      instrument_role: needed("text"),
      channel_id: needed("text"),
      attribute: needed("text"),
      value: initially("any", null),
      units: nullable("text"),
      resource: initially("text", ""),
    },
  },
  "instrument.configure": {
    className: "InstrumentConfigure",
    runId: "optional",
    fields: {
      instrument_role: needed("text"),
      method: needed("text"),
      parameters: initially("map", {}),
      resource: initially("text", ""),
    },
  },
  "fixture.dut_scanned": {
    className: "DutScanned",
    runId: "optional",
    fields: {
      dut_serial: needed("text"),
      scan_source: nullable("text"),
    },
  },
  "fixture.instrument_connected": {
    className: "InstrumentConnected",
    runId: "optional",
    fields: {
      role: needed("text"),
      instrument_id: needed("text"),
      driver: nullable("text"),
      resource: needed("text"),
      protocol: initially("text", "visa"),
      manufacturer: nullable("text"),
      model: nullable("text"),
      serial: nullable("text"),
      firmware: nullable("text"),
      cal_due: nullable("text"),
      cal_last: nullable("text"),
      cal_certificate: nullable("text"),
      cal_lab: nullable("text"),
      mocked: initially("flag", false),
    },
  },
  "fixture.instrument_disconnected": {
    className: "InstrumentDisconnected",
    runId: "optional",
    fields: {
      role: needed("text"),
      instrument_id: needed("text"),
    },
  },
  "fixture.identity_verified": {
    className: "IdentityVerified",
    runId: "optional",
    fields: {
      role: needed("text"),
      expected: initially("map", {}),
      actual: initially("map", {}),
      matches: initially("flag", true),
      mismatches: initially("texts", []),
    },
  },
  "fixture.calibration_warning": {
    className: "CalibrationWarning",
    runId: "optional",
    fields: {
      role: needed("text"),
      instrument_id: needed("text"),
      days_until_due: nullable("integer"),
      message: initially("text", ""),
    },
  },
  "route.closed": {
    className: "RouteClosed",
    runId: "optional",
    fields: {
      connection_name: needed("text"),
      switch_role: needed("text"),
      channels: needed("texts"),
    },
  },
  "route.opened": {
    className: "RouteOpened",
    runId: "optional",
    fields: {
      connection_name: needed("text"),
      switch_role: needed("text"),
      channels: needed("texts"),
    },
  },
  "stream.started": {
    className: "StreamStarted",
    runId: "optional",
    fields: {
      stream_id: needed("uuid"),
      format: initially("text", ""),
      path: nullable("text"),
    },
  },
  "stream.frame_index": {
    className: "StreamFrameIndex",
    runId: "optional",
    fields: {
      stream_id: needed("uuid"),
      frame_count: initially("integer", 0),
    },
  },
  "stream.ended": {
    className: "StreamEnded",
    runId: "optional",
    fields: {
      stream_id: needed("uuid"),
    },
  },
} as const satisfies { [T in EventType]: EventSpec };

const specByType: ReadonlyMap<string, EventSpec> = new Map(Object.entries(eventSpecs));

/** Looks up a type by the text that an event carries; undefined for an unknown type. */
export function eventSpec(eventType: string): EventSpec | undefined {
  return specByType.get(eventType);
}
