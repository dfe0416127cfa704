import { type Key, KeyParser } from "./keys.ts";

/** Time for the rest of an escape sequence; after it an escape character is the key Escape. */
const ESCAPE_MILLIS = 40;

/** Where the bytes of a keyboard come from. */
export interface KeySource {
  /** Fills a buffer; null at the end of the input. */
  read(buffer: Uint8Array): Promise<number | null>;
}

/**
 * Keys in the order in which they were pressed. It reads only while somebody waits for a key: what was
 * not asked for is left to the pager or whichever program reads the terminal next.
 */
export class KeyQueue {
  readonly #source: KeySource;
  readonly #parser = new KeyParser();
  readonly #buffer = new Uint8Array(64 * 1024);
  #keys: Key[] = [];
  #reading: Promise<void> | undefined;
  #watcher: ((key: Key) => boolean) | undefined;
  #waiting: (() => void)[] = [];
  #escapeTimer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(source: KeySource) {
    this.#source = source;
  }

  /** Whether a key can be had without waiting. */
  get hasKey(): boolean {
    return this.#keys.length > 0;
  }

  /**
   * The next key.
   *
   * @returns undefined at the end of the input, or when the signal aborts
   */
  async next(signal?: AbortSignal): Promise<Key | undefined> {
    while (this.#keys.length === 0) {
      if (this.#ended || signal?.aborted === true) return undefined;
      this.#read();
      await this.#change(signal);
    }
    return this.#keys.shift();
  }

  /** The next key, of text no more than one character: for screens on which each has its meaning. */
  async nextStroke(signal?: AbortSignal): Promise<Key | undefined> {
    const key = await this.next(signal);
    if (key?.kind !== "text") return key;
    const [first = "", ...rest] = key.text;
    if (rest.length > 0) this.unread({ kind: "text", text: rest.join("") });
    return { kind: "text", text: first };
  }

  /** Puts a key back, to be the next. */
  unread(key: Key): void {
    this.#keys.unshift(key);
  }

  /** Forgets the keys that nobody took yet, as a terminal does at Ctrl-C. */
  forget(): void {
    this.#keys = [];
  }

  /**
   * Looks at keys while something else goes on.
   *
   * @param onKey true for a key that it takes; others wait for their turn
   */
  watch(onKey: (key: Key) => boolean): Disposable {
    this.#keys = this.#keys.filter((key) => !onKey(key));
    this.#watcher = onKey;
    if (!this.#ended) this.#read();
    return {
      [Symbol.dispose]: () => {
        this.#watcher = undefined;
      },
    };
  }

  #read(): void {
    if (this.#ended) return;
    this.#reading ??= this.#source.read(this.#buffer).then((count) => {
      this.#reading = undefined;
      if (count === null || count === 0) this.#ended = true;
      else this.#accept(this.#parser.feed(this.#buffer.subarray(0, count)));
    }, () => {
      // A terminal that went away reads as one that was closed.
      this.#reading = undefined;
      this.#ended = true;
    }).then(() => {
      this.#wake();
      if (this.#watcher !== undefined && !this.#ended) this.#read();
    });
  }

  #accept(keys: readonly Key[]): void {
    clearTimeout(this.#escapeTimer);
    for (const key of keys) {
      if (this.#watcher?.(key) !== true) this.#keys.push(key);
    }
    if (this.#parser.isWaiting) {
      this.#escapeTimer = setTimeout(() => {
        this.#accept(this.#parser.flush());
        this.#wake();
      }, ESCAPE_MILLIS);
      if (this.#keys.length === 0) this.#read();
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  async #change(signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.push(wake);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }
}
