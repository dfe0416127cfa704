/**
 * SQL over Flight, with parameters.
 * @module
 */
import type { QueryResult } from "../arrow/query_result.ts";
import { readAhead } from "../arrow/read_ahead.ts";
import type { FlightClient } from "../flight/client.ts";
import type { FlightCallOptions } from "../flight/client_channel.ts";

/** A value for a parameter of a statement. */
export type SqlValue = string | number | boolean | null;

/** Positional values for `?` and `$1`, or values by name for `$name`. */
export type SqlParameters = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/** Header by which parameters travel beside a SQL ticket, as JSON in base64. */
export const PARAMETERS_HEADER = "litmus-parameters";

const encoder = new TextEncoder();

/**
 * Runs a statement and reads the beginning of its answer: with a daemon that goes away until then, it can be
 * run again.
 *
 * @throws {SqlError} where the daemon refuses it, with the place of the fault
 */
export async function sqlCall(
  client: FlightClient,
  text: string,
  parameters?: SqlParameters,
  options: FlightCallOptions = {},
): Promise<QueryResult> {
  return await readAhead(await client.doGetSql(text, withParameters(options, parameters)));
}

function withParameters(
  options: FlightCallOptions,
  parameters: SqlParameters | undefined,
): FlightCallOptions {
  if (parameters === undefined) return options;
  const value = encoder.encode(JSON.stringify(parameters)).toBase64();
  return { ...options, headers: { ...options.headers, [PARAMETERS_HEADER]: value } };
}

/** Reads the parameters of a request. */
export function parametersOf(metadata: ReadonlyMap<string, string>): SqlParameters | undefined {
  const header = metadata.get(PARAMETERS_HEADER);
  if (header === undefined) return undefined;
  const value: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(header)));
  if (typeof value !== "object" || value === null) {
    throw new TypeError("Parameters must be a list or an object");
  }
  for (const [name, each] of Object.entries(value)) checkValue(name, each, value);
  return value as SqlParameters;
}

function checkValue(name: string, value: unknown, parameters: object): void {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return;
  const place = Array.isArray(parameters) ? Number(name) + 1 : name;
  throw new TypeError(
    `Parameter ${place} must be text, a number, true, false or null, got ${typeof value}`,
  );
}
