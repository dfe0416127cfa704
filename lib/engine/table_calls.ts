/**
 * The table function calls of a running statement. A call whose rows take long to get is made ready before
 * the statement runs, elsewhere: the engine asks for rows in the thread that serves everybody.
 *
 *     prepare, bind lttb(..)     refused: its samples have to be read first
 *     a thread reads             others are served, and whoever cancels is heard
 *     prepare, bind lttb(..)     the rows are there
 *
 * @module
 */

/** Something that may have to be made ready before its rows are read. */
export interface Preparable {
  /** Makes ready what takes long. Absent where nothing does. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>;
}

/** The calls of one statement. */
export class StatementCalls implements Disposable {
  readonly #all: Map<number, StatementCalls>;
  readonly #connectionId: number;
  /** By function and arguments: a statement is bound more than once. */
  readonly #sources = new Map<string, Preparable>();
  #waiting: Preparable | undefined;

  /** @param all where the binding of calls finds them */
  constructor(all: Map<number, StatementCalls>, connectionId: number) {
    this.#all = all;
    this.#connectionId = connectionId;
    all.set(connectionId, this);
  }

  /**
   * The source of a call.
   *
   * @throws {Error} where it has to be made ready first; {@linkcode isWaiting} tells
   */
  bind<T extends Preparable>(key: string, open: () => T): T {
    const known = this.#sources.get(key) as T | undefined, source = known ?? open();
    this.#sources.set(key, source);
    if (known !== undefined || source.prepare === undefined) return source;
    this.#waiting = source;
    throw new Error("Rows are made ready first");
  }

  /** True where the statement failed for this alone. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Makes ready what was not, so that the statement can be run again. */
  async prepare(signal: AbortSignal): Promise<void> {
    await this.#waiting?.prepare?.(signal);
    this.#waiting = undefined;
  }

  /** Calls on the connection are of another statement from now on. */
  [Symbol.dispose](): void {
    if (this.#all.get(this.#connectionId) === this) this.#all.delete(this.#connectionId);
  }
}
