/**
 * The error classes that callers catch. Bad arguments stay `TypeError` and `RangeError`.
 * @module
 */

/** Root of all errors that this package raises on purpose. */
export class LitmusError extends Error {
  /** Name of the class. */
  override name = "LitmusError";
}

/** A thing that was asked for by name or id does not exist. */
export class NotFoundError extends LitmusError {
  /** Name of the class. */
  override name = "NotFoundError";
}

/** An event, sample or file content breaks the rules of its type. */
export class InvalidDataError extends LitmusError {
  /** Name of the class. */
  override name = "InvalidDataError";
  /** Dotted path of the offending field, empty where the whole value is meant. */
  readonly path: string;

  /** Makes the error with its message and what it names. */
  constructor(message: string, options: ErrorOptions & { readonly path?: string } = {}) {
    super(message, options);
    this.path = options.path ?? "";
  }
}

/** Bytes on disk or on the wire that are not what was written. */
export class DamagedDataError extends LitmusError {
  /** Name of the class. */
  override name = "DamagedDataError";
  /** Byte offset at which the damage starts. */
  readonly start: number;
  /** Byte offset behind the damage. */
  readonly end: number;

  /** Makes the error with its message and what it names. */
  constructor(message: string, options: ErrorOptions & { start: number; end: number }) {
    super(message, options);
    this.start = options.start;
    this.end = options.end;
  }
}

/** A file could not be written or read; names the file and the cause. */
export class StorageError extends LitmusError {
  /** Name of the class. */
  override name = "StorageError";
  /** The file or folder that failed. */
  readonly file: string;

  /** Makes the error with its message and what it names. */
  constructor(message: string, options: ErrorOptions & { readonly file: string }) {
    super(message, options);
    this.file = options.file;
  }
}

/** The daemon could not be started, reached or trusted. */
export class DaemonError extends LitmusError {
  /** Name of the class. */
  override name = "DaemonError";
}

/** A SQL statement was refused or failed; carries the statement and, where known, the place. */
export class SqlError extends LitmusError {
  /** Name of the class. */
  override name = "SqlError";
  /** The statement as sent. */
  readonly sql: string;
  /** Zero-based character offset of the fault in {@linkcode sql}, or undefined. */
  readonly position: number | undefined;

  /** Makes the error with its message and what it names. */
  constructor(message: string, options: ErrorOptions & { sql: string; position?: number }) {
    super(message, options);
    this.sql = options.sql;
    this.position = options.position;
  }
}

/** Deno denied a permission; names the flag that grants it and what it is for. */
export class PermissionError extends LitmusError {
  /** Name of the class. */
  override name = "PermissionError";
}

/** A limit was reached: memory, queue, message size, time or rows. */
export class LimitError extends LitmusError {
  /** Name of the class. */
  override name = "LimitError";
}

/** A Flight or gRPC call ended with a status other than OK. */
export class FlightError extends LitmusError {
  /** Name of the class. */
  override name = "FlightError";
  /** Numeric gRPC status code (0-16). */
  readonly code: number;

  /** Makes the error with its message and what it names. */
  constructor(message: string, options: ErrorOptions & { readonly code: number }) {
    super(message, options);
    this.code = options.code;
  }
}
