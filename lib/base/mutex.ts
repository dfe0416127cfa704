/**
 * One at a time, in the order of asking.
 * @module
 */

/** Serialises asynchronous work. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();

  /** Runs work after everything that asked before; a failure of one does not touch the next. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.then(() => {}, () => {});
    return result;
  }

  /** Resolves once everything that asked so far is done. */
  async idle(): Promise<void> {
    await this.#tail;
  }
}
