/**
 * DuckDB's errors as errors of ours that point at the place in the SQL. {@linkcode Database} asks for errors
 * as JSON: the excerpt of the usual text counts in columns of a terminal and gives no exact place.
 * @module
 */
import { LimitError, LitmusError, SqlError } from "../base/errors.ts";
import { offsetBeforeQuotes } from "./sql_scan.ts";

/** What DuckDB says about an error. */
export interface EngineFault {
  /** Such as `Binder`, `Parser`, `Out of Memory`; empty where it is not known. */
  readonly type: string;
  readonly message: string;
  /** Offset in the UTF-8 bytes of the statement. */
  readonly byteOffset?: number;
}

/** Reads an error of DuckDB. */
export function readFault(error: unknown): EngineFault {
  const text = error instanceof Error ? error.message : String(error);
  const at = text.indexOf('{"exception_type"');
  if (at < 0) return { type: /^(.+?) Error: /.exec(text)?.[1] ?? "", message: text };
  try {
    return faultOf(JSON.parse(text.slice(at)));
  } catch (failure) {
    if (!(failure instanceof SyntaxError)) throw failure;
    return { type: "", message: text };
  }
}

function faultOf(value: Record<string, unknown>): EngineFault {
  const type = String(value.exception_type ?? "");
  const message = `${type} Error: ${String(value.exception_message ?? "")}`;
  const byteOffset = Number(value.position ?? Number.NaN);
  return Number.isInteger(byteOffset) ? { type, message, byteOffset } : { type, message };
}

/** An error of DuckDB about a statement of our own, with its message in words. */
export function engineFault(error: unknown): Error {
  const { message } = readFault(error);
  if (error instanceof Error && error.message === message) return error;
  return new Error(message, { cause: error });
}

/**
 * The error to raise for what DuckDB reported about a statement of a user.
 *
 * @param sql what the user sent
 * @param statement what DuckDB was given, where its arguments were quoted
 */
export function sqlFault(error: unknown, sql: string, statement: string = sql): Error {
  const isOurs = error instanceof LitmusError || error instanceof DOMException ||
    error instanceof TypeError || error instanceof RangeError;
  if (isOurs) return error;
  const { type, message, byteOffset } = readFault(error);
  // A fault of the engine, not of the statement.
  if (/^(INTERNAL|FATAL)$/i.test(type)) return engineFault(error);
  if (/^interrupt/i.test(type)) return new DOMException("Query was cancelled", "AbortError");
  if (/^Out of Memory/i.test(type)) {
    const [first = message] = message.split("\n", 1);
    return new LimitError(`Query needs more memory than allowed: ${first}`, { cause: error });
  }
  const place = byteOffset === undefined ? undefined : characterOffset(statement, byteOffset);
  const position = place === undefined || statement === sql
    ? place
    : offsetBeforeQuotes(sql, place);
  return new SqlError(message.trim(), {
    sql,
    cause: error,
    ...(position === undefined ? {} : { position }),
  });
}

/** The offset in a text that lies so many bytes into its UTF-8 form; undefined beyond its end. */
function characterOffset(text: string, byteOffset: number): number | undefined {
  let bytes = 0;
  for (let i = 0; i <= text.length; i++) {
    if (bytes >= byteOffset) return i;
    const code = text.codePointAt(i) ?? 0;
    if (code > 0xffff) i++; // two places of the text, four bytes
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return undefined;
}
