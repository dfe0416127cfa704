/**
 * Parameters of prepared statements: what drivers are told to send, and what they sent as values.
 * @module
 */
import type { ArrowBatch, ArrowField } from "../arrow/field.ts";
import { field } from "../arrow/field.ts";
import { valueReader } from "../arrow/column_values.ts";
import { InvalidDataError } from "../base/errors.ts";
import type { ParameterValue } from "../engine/query.ts";

const MAX_INT64 = 2n ** 63n - 1n;

/**
 * The field that announces a parameter.
 *
 * The JDBC driver (18.3) writes the milliseconds of java.sql.Timestamp and Time into a column of any
 * unit as they are, so milliseconds are asked for. It binds neither intervals nor whole numbers to
 * decimals, hence text for the ones and BIGINT for HUGEINT. Any other type may be sent all the same.
 */
export function parameterField({ name, format }: ArrowField): ArrowField {
  if (format.startsWith("ts")) return field(name, `tsm:${format.slice(4)}`);
  if (format.startsWith("tt")) return field(name, "ttm");
  if (format.startsWith("ti") || format.startsWith("+")) return field(name, "u");
  if (format === "d:38,0" || format === "d:38,0,128") return field(name, "l");
  return field(name, format);
}

/**
 * The rows of a batch as values by position.
 *
 * @param names parameters of the statement in order of their positions
 * @param batch one column per parameter; matched by name where the parameters have names and the
 *   batch has all of them, else by position
 * @throws {InvalidDataError} where columns are missing or of a type that is no single value
 */
export function parameterRows(names: readonly string[], batch: ArrowBatch): ParameterValue[][] {
  const columns = columnsFor(names, batch);
  const readers = columns.map((column) => valueReader(column));
  return Array.from(
    { length: batch.rows },
    (_, row) => readers.map((read, i) => parameterValue(read(row), names[i] ?? "")),
  );
}

function columnsFor(names: readonly string[], batch: ArrowBatch): ArrowBatch["columns"] {
  const { columns, schema } = batch;
  // Drivers number positional columns from 0 or from 1, so numbers are not taken for names.
  if (names.every((name) => !/^\d+$/.test(name))) {
    const have = schema.fields.map(({ name }) => name.replace(/^\$/, "").toLowerCase());
    const found = names.map((name) => columns[have.indexOf(name.toLowerCase())]);
    if (found.every((column) => column !== undefined)) return found;
  }
  if (columns.length === names.length) return columns;
  throw new InvalidDataError(
    `Statement wants ${names.length} parameters (${names.map((name) => `$${name}`).join(", ")}), ` +
      `got ${columns.length} columns`,
  );
}

function parameterValue(value: unknown, name: string): ParameterValue {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case "string":
    case "boolean":
    case "number":
      return value;
    case "bigint":
      // Beyond BIGINT only text is bound; SQL reads it as a number of the type that is wanted.
      return value > MAX_INT64 || value < -MAX_INT64 - 1n ? String(value) : value;
  }
  if (value instanceof Uint8Array) return value;
  throw new InvalidDataError(
    `Parameter $${name} is a list or structure: send a single value, as text where SQL shall cast it`,
  );
}
