/**
 * Which events were met, by their ids, so that each counts once: in a batch, put again by a client that
 * heard no answer, in a copy of a file, or in a file of the Python package and in what it sent as well.
 * @module
 */
import { valueReader } from "../arrow/column_values.ts";
import type { ArrowBatch } from "../arrow/field.ts";
import { IdSet } from "../base/id_set.ts";
import { isNull, pickRows } from "./row_filter.ts";

const ID = 0;
const SESSION_ID = 4;
const NOTHING = new Uint8Array(0);

/**
 * Remembers event ids by session, because files are chosen by session: whoever reads one alone gets what
 * it has among all others.
 */
export class SeenEvents {
  readonly #sessions = new Map<string, IdSet>();
  #doubles = 0;

  /** Events left out so far. */
  get doubles(): number {
    return this.#doubles;
  }

  /** Whether an event was met. */
  has(sessionId: string, id: string): boolean {
    return this.#sessions.get(sessionId)?.has(id) === true;
  }

  /**
   * Takes note of a batch.
   *
   * @param sessionId session that the name of its file tells; empty where it tells none
   * @returns the events that were not met before; those without an id always are among them
   */
  firsts(sessionId: string, batch: ArrowBatch): ArrowBatch {
    const column = batch.columns[ID];
    if (column === undefined) return batch;
    const session = sessionId === "" ? sessionOf(batch) : sessionId;
    let ids = this.#sessions.get(session);
    if (ids === undefined) this.#sessions.set(session, ids = new IdSet());
    const [, { buffer, byteOffset } = NOTHING, data = NOTHING] = column.buffers;
    const offsets = new Int32Array(buffer, byteOffset, batch.rows + 1);
    let firsts: number[] | undefined;
    for (let row = 0; row < batch.rows; row++) {
      const start = offsets[row]!, end = offsets[row + 1]!;
      const isBare = start === end || isNull(column, row);
      if (isBare || ids.addBytes(data, start, end)) firsts?.push(row);
      else firsts ??= Array.from({ length: row }, (_, before) => before);
    }
    if (firsts === undefined) return batch;
    this.#doubles += batch.rows - firsts.length;
    return pickRows(batch, Uint32Array.from(firsts));
  }

  /** Forgets a session of which nothing follows. */
  forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }
}

/** The session of the first event: files of other names are copies of files of one session, most often. */
function sessionOf({ columns, rows }: ArrowBatch): string {
  const column = columns[SESSION_ID];
  return column === undefined || rows === 0
    ? ""
    : String(valueReader(column)(0) ?? "").toLowerCase();
}
