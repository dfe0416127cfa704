/**
 * Long work in the event loop that lets others work as well.
 * @module
 */

/** Gives others their turn now and then: after each step would cost more than the steps. */
export class Turns {
  readonly #everyMillis: number;
  #since = performance.now();

  /** @param everyMillis how long others may have to wait */
  constructor(everyMillis = 4) {
    this.#everyMillis = everyMillis;
  }

  /** To be awaited between two steps. */
  async pass(): Promise<void> {
    if (performance.now() - this.#since < this.#everyMillis) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#since = performance.now();
  }
}
