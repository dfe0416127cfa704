import type { BaseEvent } from "./base_event.ts";

/** A value was read from an instrument. */
export interface InstrumentRead extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "instrument.read";
  /** Name that the test gives to the instrument, such as `dmm`. */
  instrument_role: string;
  /** Channel that the value belongs to, such as `dmm.voltage`. */
  channel_id: string;
  /** Driver method that was called. */
  method: string;
  /** Scalar read, `channel://` URI or claim check of a stored array or structure. */
  value: unknown;
  /** Unit of the value, such as `V`. */
  units: string | null;
  /** Address of the instrument, such as a VISA resource string. */
  resource: string;
}

/** A value was set on an instrument. */
export interface InstrumentSet extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "instrument.set";
  /** Name that the test gives to the instrument, such as `dmm`. */
  instrument_role: string;
  /** Channel that the value belongs to, such as `dmm.voltage`. */
  channel_id: string;
  /** Driver attribute that was set. */
  attribute: string;
  /** Scalar set, `channel://` URI or claim check of a stored array or structure. */
  value: unknown;
  /** Unit of the value, such as `V`. */
  units: string | null;
  /** Address of the instrument, such as a VISA resource string. */
  resource: string;
}

/** A driver method that configures was called. */
export interface InstrumentConfigure extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "instrument.configure";
  /** Name that the test gives to the instrument, such as `dmm`. */
  instrument_role: string;
  /** Driver method that was called. */
  method: string;
  /** Arguments of the call by name. */
  parameters: Record<string, unknown>;
  /** Address of the instrument, such as a VISA resource string. */
  resource: string;
}

/** The serial number of a unit was read. */
export interface DutScanned extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "fixture.dut_scanned";
  /** Serial number of the unit under test. */
  dut_serial: string;
  /** What read the serial number, such as a barcode reader. */
  scan_source: string | null;
}

/** An instrument was connected and identified. */
export interface InstrumentConnected extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "fixture.instrument_connected";
  /** Name that the test gives to the instrument, such as `dmm`. */
  role: string;
  /** Identity of the instrument in the station. */
  instrument_id: string;
  /** Driver that talks to the instrument. */
  driver: string | null;
  /** Address of the instrument, such as a VISA resource string. */
  resource: string;
  /** How it is reached, such as `visa`. */
  protocol: string;
  /** Manufacturer that the instrument reported. */
  manufacturer: string | null;
  /** Model that the instrument reported. */
  model: string | null;
  /** Serial number of the instrument. */
  serial: string | null;
  /** Firmware version of the instrument. */
  firmware: string | null;
  /** Date at which the calibration expires. */
  cal_due: string | null;
  /** Date of the last calibration. */
  cal_last: string | null;
  /** Number of the calibration certificate. */
  cal_certificate: string | null;
  /** Laboratory that calibrated. */
  cal_lab: string | null;
  /** Whether the instrument is simulated. */
  mocked: boolean;
}

/** An instrument was released. */
export interface InstrumentDisconnected extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "fixture.instrument_disconnected";
  /** Name that the test gives to the instrument, such as `dmm`. */
  role: string;
  /** Identity of the instrument in the station. */
  instrument_id: string;
}

/** An instrument was compared with the one that the station expects. */
export interface IdentityVerified extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "fixture.identity_verified";
  /** Name that the test gives to the instrument, such as `dmm`. */
  role: string;
  /** Identity that the station configuration names. */
  expected: Record<string, unknown>;
  /** Identity that the instrument reported. */
  actual: Record<string, unknown>;
  /** Whether both identities agree. */
  matches: boolean;
  /** Names of the properties that differ. */
  mismatches: string[];
}

/** The calibration of an instrument is due or nearly so. */
export interface CalibrationWarning extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "fixture.calibration_warning";
  /** Name that the test gives to the instrument, such as `dmm`. */
  role: string;
  /** Identity of the instrument in the station. */
  instrument_id: string;
  /** Days left until the calibration is due; negative when overdue. */
  days_until_due: number | null;
  /** The text for the reader. */
  message: string;
}

/** Switch channels were closed: the route is active. */
export interface RouteClosed extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "route.closed";
  /** Name of the route in the station configuration. */
  connection_name: string;
  /** Name that the test gives to the switch. */
  switch_role: string;
  /** Switch channels that the route uses. */
  channels: string[];
}

/** Switch channels were opened: the route is inactive. */
export interface RouteOpened extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "route.opened";
  /** Name of the route in the station configuration. */
  connection_name: string;
  /** Name that the test gives to the switch. */
  switch_role: string;
  /** Switch channels that the route uses. */
  channels: string[];
}

/** A stream of frames, such as video, begins. */
export interface StreamStarted extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "stream.started";
  /** UUID of the stream. */
  stream_id: string;
  /** Encoding of the frames. */
  format: string;
  /** File of the stream, where it has one. */
  path: string | null;
}

/** The number of frames that a stream has reached. */
export interface StreamFrameIndex extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "stream.frame_index";
  /** UUID of the stream. */
  stream_id: string;
  /** Frames in the stream so far. */
  frame_count: number;
}

/** A stream of frames is complete. */
export interface StreamEnded extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "stream.ended";
  /** UUID of the stream. */
  stream_id: string;
}
