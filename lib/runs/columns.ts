/**
 * The contract of the run Parquet file: every column that is always there, in file order.
 * `tests/testdata/run_schema_1.0.json` pins it; columns are only ever added.
 * @module
 */
import type { ParquetType } from "../parquet/format.ts";

/** Logical type of a column; `timestamp` is microseconds in UTC. */
export type ColumnType = ParquetType;

/** One column of the contract. */
export interface ColumnSpec {
  /** Name as stored. */
  readonly name: string;
  /** Logical type; `timestamp` is microseconds in UTC. */
  readonly type: ColumnType;
  /** What a value says. */
  readonly meaning: string;
  /** Unit of a number, or the column that names it. */
  readonly unit?: string;
  /** First schema version that has the column. */
  readonly since: string;
}

/** Version stored under the file metadata key `schema_version`. */
export const SCHEMA_VERSION = "1.0";

/** The three values of `record_type`; they never change. */
export const RECORD_TYPES = ["run", "measurement", "step"] as const;

/** Prefixes of the columns that exist only where a run has such values. */
export const DYNAMIC_PREFIXES = {
  inputs: "in_",
  outputs: "out_",
  custom: "custom_",
} as const;

/** Columns that identify a row of each record type within a pool of files. */
export const ROW_KEYS = {
  run: ["run_id"],
  step: ["run_id", "step_path", "vector_index"],
  measurement: ["run_id", "step_path", "vector_index", "measurement_name", "vector_retry"],
} as const;

const DUCKDB_TYPES: Readonly<Record<ColumnType, string>> = {
  "string": "VARCHAR",
  "timestamp": "TIMESTAMP WITH TIME ZONE",
  "int64": "BIGINT",
  "int32": "INTEGER",
  "double": "DOUBLE",
  "bool": "BOOLEAN",
  "list<string>": "VARCHAR[]",
  "list<bool>": "BOOLEAN[]",
};

function spec(name: string, type: ColumnType, meaning: string, unit?: string): ColumnSpec {
  return unit === undefined
    ? { name, type, meaning, since: "1.0" }
    : { name, type, meaning, unit, since: "1.0" };
}

/** The fixed columns in file order. */
export const FIXED_COLUMNS: readonly ColumnSpec[] = [
  spec("record_type", "string", "Kind of row: run, measurement or step"),
  spec("session_id", "string", "Session that held the run"),
  spec("run_id", "string", "The run"),
  spec("slot_id", "string", "Slot of a multi-slot station"),
  spec("run_started_at", "timestamp", "Start of the run", "us since 1970, UTC"),
  spec("run_ended_at", "timestamp", "End of the run", "us since 1970, UTC"),
  spec("step_name", "string", "Name of the step"),
  spec("step_index", "int64", "Position of the step among its siblings; 0 on the run row"),
  spec("step_path", "string", "Names from the root step down, joined by /"),
  spec("parent_path", "string", "Path of the enclosing step, empty for a root step"),
  spec("step_started_at", "timestamp", "Start of the last attempt", "us since 1970, UTC"),
  spec("step_ended_at", "timestamp", "End of the last attempt", "us since 1970, UTC"),
  spec("step_node_id", "string", "Identifier of the step in the test runner"),
  spec("step_module", "string", "Module that defines the step"),
  spec("step_file", "string", "Source file of the step"),
  spec("step_class", "string", "Class that defines the step"),
  spec("step_function", "string", "Function that defines the step"),
  spec("step_markers", "string", "Markers of the step, comma-separated"),
  spec("step_vector_count", "int32", "Vectors planned for the step; 0 where it never started"),
  spec("vector_index", "int64", "Position of the vector; 0 on the run row and without a sweep"),
  spec("vector_retry", "int64", "Attempt, 0 for the first; measurement rows only"),
  spec("vector_started_at", "timestamp", "Start of the vector", "us since 1970, UTC"),
  spec("vector_ended_at", "timestamp", "End of the vector", "us since 1970, UTC"),
  spec("operator_id", "string", "Operator"),
  spec("operator_name", "string", "Name of the operator"),
  spec("dut_serial", "string", "Serial number of the unit under test"),
  spec("dut_part_number", "string", "Part number of the unit"),
  spec("dut_revision", "string", "Hardware revision of the unit"),
  spec("dut_lot_number", "string", "Production lot of the unit"),
  spec("product_id", "string", "Product"),
  spec("product_name", "string", "Name of the product"),
  spec("product_revision", "string", "Revision of the product definition"),
  spec("station_id", "string", "Test station"),
  spec("station_name", "string", "Name of the station"),
  spec("station_type", "string", "Type of the station"),
  spec("station_location", "string", "Where the station stands"),
  spec("station_hostname", "string", "Computer of the station"),
  spec("fixture_id", "string", "Test fixture"),
  spec("test_phase", "string", "Phase of the product, as development or production"),
  spec("project_name", "string", "Test project"),
  spec("git_commit", "string", "Commit of the test code"),
  spec("git_branch", "string", "Branch of the test code"),
  spec("git_remote", "string", "Repository of the test code"),
  spec("measurement_name", "string", "Name of the measurement"),
  spec("measurement_timestamp", "timestamp", "When it was taken", "us since 1970, UTC"),
  spec("measurement_value", "double", "Measured value", "measurement_units"),
  spec("measurement_units", "string", "Unit of value and limits"),
  spec("measurement_outcome", "string", "Verdict on this attempt"),
  spec("limit_low", "double", "Lower limit", "measurement_units"),
  spec("limit_high", "double", "Upper limit", "measurement_units"),
  spec("limit_nominal", "double", "Nominal value", "measurement_units"),
  spec("limit_comparator", "string", "How value and limits compare, as GELE"),
  spec("characteristic_id", "string", "Product characteristic that is measured"),
  spec("spec_ref", "string", "Place in the specification"),
  spec("dut_pin", "string", "Pin of the unit"),
  spec("fixture_connection", "string", "Connection of the fixture"),
  spec("instrument_name", "string", "Role of the instrument that measured"),
  spec("instrument_resource", "string", "Address of that instrument"),
  spec("instrument_channel", "string", "Channel of that instrument"),
  spec("step_outcome", "string", "Verdict on the step, null where it never ended"),
  spec("vector_outcome", "string", "Verdict on the vector"),
  spec("run_outcome", "string", "Verdict on the run"),
  spec("python_version", "string", "Python that ran the test, null for other runtimes"),
  spec("litmus_version", "string", "Version of the package that recorded the run"),
  spec("env_fingerprint", "string", "Hash of the lock file of the test environment"),
];

/** The instrument columns; lists run parallel, one entry per instrument. */
export const INSTRUMENT_COLUMNS: readonly ColumnSpec[] = [
  spec("step_instruments_cal_certificate", "list<string>", "Calibration certificates"),
  spec("step_instruments_cal_due", "list<string>", "When calibrations expire"),
  spec("step_instruments_cal_lab", "list<string>", "Laboratories that calibrated"),
  spec("step_instruments_cal_last", "list<string>", "When instruments were calibrated"),
  spec("step_instruments_driver", "list<string>", "Drivers"),
  spec("step_instruments_firmware", "list<string>", "Firmware versions"),
  spec("step_instruments_id", "list<string>", "Instrument ids"),
  spec("step_instruments_manufacturer", "list<string>", "Manufacturers"),
  spec("step_instruments_mocked", "list<bool>", "True where an instrument is simulated"),
  spec("step_instruments_model", "list<string>", "Models"),
  spec("step_instruments_name", "list<string>", "Roles, in order of connection"),
  spec("step_instruments_protocol", "list<string>", "Protocols, as visa"),
  spec("step_instruments_resource", "list<string>", "Addresses"),
  spec("step_instruments_serial", "list<string>", "Serial numbers of the instruments"),
];

/**
 * Gives the DuckDB type that stores a column of the contract.
 *
 * @param type Logical type
 * @returns SQL type name
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(duckdbType("list<string>"), "VARCHAR[]");
 * ```
 */
export function duckdbType(type: ColumnType): string {
  return DUCKDB_TYPES[type];
}

/**
 * Puts the columns of one file in contract order: the fixed ones, then all others sorted by name.
 *
 * @param extra The dynamic columns of the run, in any order
 * @returns All columns of the file
 */
export function fileColumns<T extends { readonly name: string }>(
  extra: readonly T[],
): (ColumnSpec | T)[] {
  const sorted = [...INSTRUMENT_COLUMNS, ...extra].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0
  );
  return [...FIXED_COLUMNS, ...sorted];
}
