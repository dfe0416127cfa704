/**
 * Reads events of runs that go on before anybody asks, a little at a time, so that little is left to read when
 * they end. While events pour in it keeps out of the way.
 * @module
 */

/** Rows that are read at once: what a query may have to wait for. */
const STEP_ROWS = 2048;
/** Pause between two steps, for whatever else is to be done. */
const PAUSE_MILLIS = 10;
/** Pause while events pour in. */
const POURING_MILLIS = 100;

/** What it works on. */
export interface ReadAheadParts {
  /** Number of events taken in. */
  readonly rows: () => number;
  /** Reads at most so many rows on; false once nothing is left to read. */
  readonly readOn: (maxRows: number) => Promise<boolean>;
}

/** Reads ahead in the background. */
export class ReadAhead implements Disposable {
  readonly #parts: ReadAheadParts;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #lookedAt = 0;

  constructor(parts: ReadAheadParts) {
    this.#parts = parts;
  }

  /** Tells that events came in. */
  wake(): void {
    if (this.#timer === undefined) this.#lookIn(PAUSE_MILLIS);
  }

  #lookIn(millis: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#look(), millis);
    Deno.unrefTimer(this.#timer);
  }

  async #look(): Promise<void> {
    const rows = this.#parts.rows();
    const isPouring = rows - this.#lookedAt > STEP_ROWS;
    this.#lookedAt = rows;
    const isMore = isPouring || await this.#parts.readOn(STEP_ROWS);
    // What came in during the step has not woken it.
    const isIdle = !isMore && this.#parts.rows() === rows;
    this.#timer = undefined;
    if (!isIdle) this.#lookIn(isPouring ? POURING_MILLIS : PAUSE_MILLIS);
  }

  /** Stops. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }
}
