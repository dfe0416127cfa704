/**
 * Where a subscriber stands: exact within one life of the daemon, by time from one to the next.
 *
 *     {epoch}:{row}:{micros}       such as 4c1d...:1042:1795763037991695
 *
 * Row ids start anew with each life of the daemon, whose epoch tells them apart. Everything that was recorded
 * before the time was given to the subscriber, so that in the middle of history it is the time at which that
 * began: rows lie in the order of files.
 *
 * @module
 */

/** A cursor in its parts. */
export interface EventCursor {
  /** Tells one life of the daemon from another. */
  readonly epoch: string;
  /** Row id behind the last event given. */
  readonly row: number;
  /** Microseconds since the Unix epoch. */
  readonly micros: number;
}

/** Writes a cursor. */
export function formatCursor({ epoch, row, micros }: EventCursor): string {
  return `${epoch}:${row}:${micros}`;
}

/** Reads a cursor; undefined for text that is none, as of another version. */
export function parseCursor(text: string): EventCursor | undefined {
  const [epoch, row, micros, ...rest] = text.split(":");
  const cursor = { epoch: epoch ?? "", row: Number(row), micros: Number(micros) };
  const isWhole = rest.length === 0 && Number.isSafeInteger(cursor.row) &&
    Number.isSafeInteger(cursor.micros);
  return isWhole ? cursor : undefined;
}
