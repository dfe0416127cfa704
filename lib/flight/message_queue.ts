/**
 * A queue between callbacks that produce and one async reader; the producer is told to pause while
 * enough is queued.
 * @module
 */

/** How a {@linkcode MessageQueue} throttles its producer. */
export interface MessageQueueOptions<T> {
  /** Weight of an item. */
  readonly weigh: (item: T) => number;
  /** Weight of queued items from which on the producer pauses. */
  readonly highWater: number;
  /** Asks the producer to stop. */
  readonly pause: () => void;
  /** Asks the producer to go on. */
  readonly resume: () => void;
}

interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** A queue with one reader. */
export class MessageQueue<T> implements AsyncIterableIterator<T, undefined> {
  readonly #options: MessageQueueOptions<T>;
  readonly #items: T[] = [];
  #head = 0;
  #weight = 0;
  #paused = false;
  #unbounded = false;
  #waiters: Waiter<T>[] = [];
  #end: { readonly error?: unknown } | undefined;

  constructor(options: MessageQueueOptions<T>) {
    this.#options = options;
  }

  /** Adds an item; dropped when the queue has ended. */
  push(item: T): void {
    if (this.#end !== undefined) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) return waiter.resolve({ value: item, done: false });
    this.#items.push(item);
    this.#weight += this.#options.weigh(item);
    if (!this.#paused && !this.#unbounded && this.#weight >= this.#options.highWater) {
      this.#paused = true;
      this.#options.pause();
    }
  }

  /** Ends the queue after the items in it. */
  end(): void {
    this.#close({});
  }

  /** Ends the queue after the items in it by an error. */
  fail(error: unknown): void {
    this.#close({ error });
  }

  /**
   * Ends the queue by an error and drops what is in it.
   *
   * @param error makes the error: most queues have ended by then and need none
   */
  abort(error: () => unknown): void {
    if (this.#end === undefined) this.#close({ error: error() });
    this.#drop();
  }

  /** Lets the producer go on whatever is queued, for an end that nobody need read up to. */
  unbound(): void {
    this.#unbounded = true;
    this.#resume();
  }

  /** The next item. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#head < this.#items.length) {
      return Promise.resolve({ value: this.#take(), done: false });
    }
    if (this.#end !== undefined) {
      return "error" in this.#end
        ? Promise.reject(this.#end.error)
        : Promise.resolve({ value: undefined, done: true });
    }
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** The reader wants no more: what comes is dropped. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#close({});
    this.#drop();
    this.unbound();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): T {
    const item = this.#items[this.#head]!;
    this.#head++;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    } else if (this.#head >= 1024) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    this.#weight -= this.#options.weigh(item);
    if (this.#weight < this.#options.highWater) this.#resume();
    return item;
  }

  #drop(): void {
    this.#items.length = 0;
    this.#head = 0;
    this.#weight = 0;
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#options.resume();
  }

  #close(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if ("error" in end) waiter.reject(end.error);
      else waiter.resolve({ value: undefined, done: true });
    }
  }
}
