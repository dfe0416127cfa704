/**
 * Values for the parameters of a prepared statement.
 * @module
 */
import type { DuckDBPreparedStatement } from "@duckdb/node-api";
import { SqlError } from "../base/errors.ts";

/** A value for a parameter of a statement. */
export type ParameterValue = string | number | bigint | boolean | null | Uint8Array;

/** Positional values, or values by name without the dollar sign. */
export type Parameters = readonly ParameterValue[] | Readonly<Record<string, ParameterValue>>;

/**
 * Binds all parameters of a statement.
 *
 * @throws {SqlError} where there are more or fewer values than parameters, or one has no value
 */
export function bindParameters(
  prepared: DuckDBPreparedStatement,
  parameters: Parameters | undefined,
  sql: string,
): void {
  const count = prepared.parameterCount;
  const names = Array.from({ length: count }, (_, i) => prepared.parameterName(i + 1));
  if (parameters === undefined) {
    if (count > 0) {
      throw new SqlError(`Statement has parameters: give values for ${list(names)}`, { sql });
    }
    return;
  }
  const values: readonly ParameterValue[] = isPositional(parameters)
    ? parameters
    : valuesByName(names, parameters, sql);
  if (values.length !== count) {
    throw new SqlError(`Statement wants ${count} parameters, got ${values.length}`, { sql });
  }
  values.forEach((value, i) => bindOne(prepared, i + 1, value));
}

function isPositional(parameters: Parameters): parameters is readonly ParameterValue[] {
  return Array.isArray(parameters);
}

function valuesByName(
  names: readonly string[],
  parameters: Readonly<Record<string, ParameterValue>>,
  sql: string,
): ParameterValue[] {
  const surplus = Object.keys(parameters).find((name) => !names.includes(name));
  if (surplus !== undefined) {
    const wanted = names.length === 0 ? "none" : list(names);
    throw new SqlError(`Statement has no parameter $${surplus}, it wants ${wanted}`, { sql });
  }
  return names.map((name) => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value === undefined) throw new SqlError(`Parameter $${name} has no value`, { sql });
    return value;
  });
}

function bindOne(
  prepared: DuckDBPreparedStatement,
  index: number,
  value: ParameterValue,
): void {
  if (value === null) prepared.bindNull(index);
  else if (typeof value === "string") prepared.bindVarchar(index, value);
  else if (typeof value === "boolean") prepared.bindBoolean(index, value);
  else if (typeof value === "bigint") bindWhole(prepared, index, value);
  else if (value instanceof Uint8Array) prepared.bindBlob(index, value);
  else if (Number.isSafeInteger(value)) prepared.bindBigInt(index, BigInt(value));
  else prepared.bindDouble(index, value);
}

/** The narrowest type that takes the number. */
function bindWhole(
  prepared: DuckDBPreparedStatement,
  index: number,
  value: bigint,
): void {
  if (BigInt.asIntN(64, value) === value) prepared.bindBigInt(index, value);
  else if (BigInt.asIntN(128, value) === value) prepared.bindHugeInt(index, value);
  else throw new RangeError(`Parameter ${index} is out of range: wanted at most 128 bits`);
}

function list(names: readonly string[]): string {
  return names.map((name) => `$${name}`).join(", ");
}
