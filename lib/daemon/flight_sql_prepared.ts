/**
 * Prepared statements between their creation and their end. Many clients never close theirs, so the
 * ones that were not used for longest make room for new ones.
 * @module
 */
import type { ArrowBatch, ArrowColumn } from "../arrow/field.ts";
import { LimitError, NotFoundError } from "../base/errors.ts";
import type { ParameterValue } from "../engine/query.ts";
import type { StatementDescription } from "./flight_sql_statement.ts";

/** Bounds of the registry. */
export interface PreparedLimits {
  /** Statements kept. */
  readonly statements: number;
  /** A statement not used for so long is forgotten. */
  readonly idleMillis: number;
  /** Rows of parameters bound at once: each is a query of its own. */
  readonly rows: number;
  /** Parameters bound to all statements, bytes. */
  readonly bytes: number;
}

const LIMITS: PreparedLimits = {
  statements: 1024,
  idleMillis: 3_600_000,
  rows: 10_000,
  bytes: 64 * 1024 * 1024,
};

/** A prepared statement. */
export interface PreparedEntry {
  readonly handle: Uint8Array;
  readonly sql: string;
  readonly description: StatementDescription;
  /** Rows of bound values; undefined before anything was bound. */
  readonly rows?: readonly (readonly ParameterValue[])[];
  /** Memory that the values take, bytes. */
  readonly bytes: number;
  readonly usedAtMillis: number;
}

/** The prepared statements of a server. */
export class PreparedStatements {
  /** Least recently used first. */
  readonly #entries = new Map<string, PreparedEntry>();
  readonly #limits: PreparedLimits;
  readonly #now: () => number;
  #bytes = 0;

  constructor(limits: Partial<PreparedLimits> = {}, now: () => number = Date.now) {
    this.#limits = { ...LIMITS, ...limits };
    this.#now = now;
  }

  /** Number of statements kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** Keeps a statement and gives it a handle. */
  create(sql: string, description: StatementDescription): PreparedEntry {
    this.#expire(this.#limits.statements - 1);
    const handle = crypto.getRandomValues(new Uint8Array(16));
    const entry = { handle, sql, description, bytes: 0, usedAtMillis: this.#now() };
    this.#entries.set(handle.toHex(), entry);
    return entry;
  }

  /**
   * Finds a statement.
   *
   * @throws {NotFoundError} where it was closed, or forgotten after long disuse
   */
  get(handle: Uint8Array): PreparedEntry {
    this.#expire(this.#limits.statements);
    const entry = this.#entries.get(handle.toHex());
    if (entry === undefined) {
      throw new NotFoundError("Prepared statement is closed or expired: prepare it again");
    }
    return this.#put({ ...entry, usedAtMillis: this.#now() });
  }

  /** The text of a statement; undefined where it is not kept. Does not count as use. */
  textOf(handle: Uint8Array): string | undefined {
    return this.#entries.get(handle.toHex())?.sql;
  }

  /**
   * Binds rows of values in place of those bound before.
   *
   * @param bytes memory that they take
   * @throws {LimitError} for more than is kept
   */
  bind(
    handle: Uint8Array,
    rows: readonly (readonly ParameterValue[])[],
    bytes: number,
  ): void {
    const entry = this.get(handle);
    this.checkSize(rows.length, this.#bytes - entry.bytes + bytes);
    this.#put({ ...entry, rows, bytes });
  }

  /** Throws where so much may not be bound; to be asked while parameters arrive. */
  checkSize(rows: number, bytes: number): void {
    if (rows > this.#limits.rows) {
      throw new LimitError(`At most ${this.#limits.rows} rows of parameters are run at once`);
    }
    if (bytes > this.#limits.bytes) {
      throw new LimitError(
        `Bound parameters take more than ${this.#limits.bytes} bytes: bind fewer, close statements`,
      );
    }
  }

  /** Forgets a statement; true where it was there. */
  close(handle: Uint8Array): boolean {
    return this.#drop(handle.toHex());
  }

  #put(entry: PreparedEntry): PreparedEntry {
    const key = entry.handle.toHex();
    this.#drop(key);
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    return entry;
  }

  #drop(key: string): boolean {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    return this.#entries.delete(key);
  }

  #expire(room: number): void {
    const oldest = this.#now() - this.#limits.idleMillis;
    for (const [key, { usedAtMillis }] of this.#entries) {
      if (this.#entries.size <= room && usedAtMillis > oldest) break;
      this.#drop(key);
    }
  }
}

/** Memory that a batch takes, bytes. */
export function batchBytes(batch: ArrowBatch): number {
  return batch.columns.reduce((sum, column) => sum + columnBytes(column), 0);
}

function columnBytes({ buffers, children }: ArrowColumn): number {
  return buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0) +
    children.reduce((sum, child) => sum + columnBytes(child), 0);
}
