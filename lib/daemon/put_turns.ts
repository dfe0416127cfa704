/**
 * The messages of a put, between which the other side may be told something by itself.
 * @module
 */

/** What comes next on a put. */
export type PutTurn<T> = { readonly message: T } | "notice";

/** Merges messages with notices; notices that come at once are one. */
export class PutTurns<T> {
  readonly #messages: AsyncIterator<T>;
  #next: Promise<IteratorResult<T, unknown>> | undefined;
  #isNoticed = false;
  #wake: (() => void) | undefined;

  constructor(messages: AsyncIterable<T>) {
    this.#messages = messages[Symbol.asyncIterator]();
  }

  /** Brings a notice forward, before the messages that have not come yet. */
  notice(): void {
    this.#isNoticed = true;
    this.#wake?.();
  }

  /** The next message or notice; undefined at the end. */
  async next(): Promise<PutTurn<T> | undefined> {
    this.#next ??= this.#ask();
    if (!this.#isNoticed) {
      // A promise for each turn: one for all would collect a reaction for every message.
      const noticed = new Promise<void>((resolve) => this.#wake = resolve);
      const first = await Promise.race([this.#next, noticed]);
      this.#wake = undefined;
      if (first !== undefined) {
        this.#next = undefined;
        return first.done === true ? undefined : { message: first.value };
      }
    }
    this.#isNoticed = false;
    return "notice";
  }

  #ask(): Promise<IteratorResult<T, unknown>> {
    const next = this.#messages.next();
    // Where a notice comes first and the put then ends, nobody waits for it any more.
    next.catch(() => {});
    return next;
  }

  /** Ends the messages. */
  async close(): Promise<void> {
    await this.#messages.return?.();
  }
}
