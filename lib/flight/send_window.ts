/** Counts bytes on their way out and lets a writer wait while they are too many. @module */

/** Bytes handed to a stream and not yet taken by it. */
export class SendWindow {
  #pendingBytes = 0;
  #closed = false;
  #waiters: { readonly limitBytes: number; readonly wake: () => void }[] = [];

  /** Bytes handed over and not yet taken. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Counts bytes handed over. */
  add(bytes: number): void {
    this.#pendingBytes += bytes;
  }

  /** Counts bytes that the stream has taken. */
  done(bytes: number): void {
    this.#pendingBytes -= bytes;
    this.#wake();
  }

  /** Lets every writer go on, because nothing will be written any more. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /**
   * Waits for room.
   *
   * @param limitBytes pending bytes from which on a writer waits, at least 1
   * @returns a promise while that many bytes are pending, else undefined
   */
  room(limitBytes: number): Promise<void> | undefined {
    if (this.#closed || this.#pendingBytes < limitBytes) return undefined;
    return new Promise((wake) => this.#waiters.push({ limitBytes, wake }));
  }

  #wake(): void {
    if (this.#waiters.length === 0) return;
    const isReady = (limitBytes: number): boolean =>
      this.#closed || this.#pendingBytes < limitBytes;
    const ready = this.#waiters.filter((waiter) => isReady(waiter.limitBytes));
    this.#waiters = this.#waiters.filter((waiter) => !isReady(waiter.limitBytes));
    for (const { wake } of ready) wake();
  }
}
