/**
 * The one place where errors become gRPC statuses and statuses become errors.
 *
 * A mistake of the caller never becomes INTERNAL: that code is left to faults of the server.
 * @module
 */

import {
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
} from "../base/errors.ts";

/** The status codes of gRPC by name. */
export const GrpcStatus = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** One of the numbers in {@linkcode GrpcStatus}. */
export type GrpcStatusCode = (typeof GrpcStatus)[keyof typeof GrpcStatus];

/** How a call ended. */
export interface CallStatus {
  /** Numeric gRPC status code. */
  readonly code: number;
  /** Text for the caller, empty for OK. */
  readonly message: string;
}

type ErrorClass = abstract new (...args: never[]) => Error;

/** Subclasses stand before their base. */
const CODE_BY_CLASS: readonly (readonly [ErrorClass, GrpcStatusCode])[] = [
  [NotFoundError, GrpcStatus.NOT_FOUND],
  [InvalidDataError, GrpcStatus.INVALID_ARGUMENT],
  [SqlError, GrpcStatus.INVALID_ARGUMENT],
  [LimitError, GrpcStatus.RESOURCE_EXHAUSTED],
  [DamagedDataError, GrpcStatus.DATA_LOSS],
  [StorageError, GrpcStatus.UNAVAILABLE],
  [DaemonError, GrpcStatus.UNAVAILABLE],
  // The server lacks a permission, which the caller cannot change by other credentials.
  [PermissionError, GrpcStatus.FAILED_PRECONDITION],
  [LitmusError, GrpcStatus.FAILED_PRECONDITION],
  [RangeError, GrpcStatus.INVALID_ARGUMENT],
  [SyntaxError, GrpcStatus.INVALID_ARGUMENT],
  [URIError, GrpcStatus.INVALID_ARGUMENT],
];

const CODE_BY_NAME: Readonly<Record<string, GrpcStatusCode>> = {
  AbortError: GrpcStatus.CANCELLED,
  TimeoutError: GrpcStatus.DEADLINE_EXCEEDED,
};

/** How V8 words a fault in our own code; a TypeError thrown on purpose never reads like that. */
const ENGINE_FAULT =
  /^Cannot (read|set|destructure|convert|access|assign|mix) |( is not a (function|constructor)| is not iterable)\b/;

/** Numeric gRPC status code of an error, never 0. */
function codeOfError(error: unknown): number {
  if (error instanceof FlightError) return validCode(error.code);
  for (const [errorClass, code] of CODE_BY_CLASS) {
    if (error instanceof errorClass) return code;
  }
  if (error instanceof TypeError) {
    return ENGINE_FAULT.test(error.message) ? GrpcStatus.INTERNAL : GrpcStatus.INVALID_ARGUMENT;
  }
  const name = error instanceof Error ? error.name : "";
  return Object.hasOwn(CODE_BY_NAME, name) ? CODE_BY_NAME[name]! : GrpcStatus.INTERNAL;
}

function validCode(code: number): number {
  const isKnown = Number.isInteger(code) && code > GrpcStatus.OK &&
    code <= GrpcStatus.UNAUTHENTICATED;
  return isKnown ? code : GrpcStatus.UNKNOWN;
}

/**
 * The status that a server answers for an error.
 *
 * @param error what a handler threw
 * @returns its code and message; never OK
 */
export function statusOfError(error: unknown): CallStatus {
  const text = error instanceof Error ? error.message : String(error);
  // As text, so that clients of any make show it.
  const message = error instanceof SqlError ? text + placeText(error) : text;
  return { code: codeOfError(error), message: message === "" ? "The call failed" : message };
}

const PLACE = / \(at line (\d+), column (\d+)\)$/;

/** Where a statement is at fault, for people; lines and columns count from one, columns in characters. */
function placeText({ sql, position }: SqlError): string {
  if (position === undefined) return "";
  const before = sql.slice(0, position).split("\n");
  return ` (at line ${before.length}, column ${[...before.at(-1) ?? ""].length + 1})`;
}

/**
 * The error that a client throws where a server refuses a statement: with the place as a position, where
 * the message ends with it as {@linkcode statusOfError} writes it.
 *
 * @param error the status as an error
 * @param sql the statement as sent
 * @returns a SqlError for INVALID_ARGUMENT, any other error as it is
 */
export function sqlErrorOf(error: unknown, sql: string): unknown {
  if (!(error instanceof FlightError) || error.code !== GrpcStatus.INVALID_ARGUMENT) return error;
  const place = PLACE.exec(error.message);
  if (place === null) return new SqlError(error.message, { sql, cause: error });
  const position = offsetOf(sql, Number(place[1]), Number(place[2]));
  return new SqlError(error.message.slice(0, place.index), {
    sql,
    cause: error,
    ...(position === undefined ? {} : { position }),
  });
}

function offsetOf(sql: string, line: number, column: number): number | undefined {
  const lines = sql.split("\n");
  const text = lines[line - 1];
  if (text === undefined) return undefined;
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return before + [...text].slice(0, column - 1).join("").length;
}

/**
 * The error that a client throws for a status other than OK: the class that fits, with a
 * {@linkcode FlightError} holding the code as its cause, or that FlightError itself.
 *
 * @param code numeric gRPC status code
 * @param message the status message as decoded text
 * @param cause the error of the transport, if any
 * @returns a new error
 */
export function errorOfStatus(code: number, message: string, cause?: unknown): Error {
  const text = message === "" ? `The call ended with ${nameOfCode(code)}` : message;
  const error = new FlightError(text, cause === undefined ? { code } : { code, cause });
  switch (code) {
    case GrpcStatus.NOT_FOUND:
      return new NotFoundError(text, { cause: error });
    case GrpcStatus.RESOURCE_EXHAUSTED:
    case GrpcStatus.DEADLINE_EXCEEDED:
      return new LimitError(text, { cause: error });
    default:
      return error;
  }
}

/**
 * The gRPC name of a status code.
 *
 * @param code numeric gRPC status code
 * @returns a name such as `NOT_FOUND`; `UNKNOWN` for a number that gRPC does not define
 */
export function nameOfCode(code: number): string {
  const entry = Object.entries(GrpcStatus).find(([, value]) => value === code);
  return entry?.[0] ?? "UNKNOWN";
}
