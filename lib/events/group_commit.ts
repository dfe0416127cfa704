/**
 * When to write and when to sync: one write at a time, as many events in each as came meanwhile.
 * @module
 */

/** What a group commit drives. */
export interface GroupCommitParts {
  /** Longest wait of an event in memory. */
  readonly lingerMillis: number;
  /** Longest wait of a written batch for its sync. */
  readonly syncMillis: number;
  /** True while there is something to write. */
  readonly pending: () => boolean;
  /** Writes one batch. */
  readonly write: () => Promise<void>;
  /** Syncs what was written. */
  readonly sync: () => Promise<void>;
}

/** Drives writes and syncs, never two of a kind at once. */
export class GroupCommit {
  readonly #parts: GroupCommitParts;
  #writing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #lingerTimer: ReturnType<typeof setTimeout> | undefined;
  #syncTimer: ReturnType<typeof setTimeout> | undefined;
  #error: unknown;
  #turn = false;
  #closed = false;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
  }

  /** Text of the last failure in the background, until a write or sync succeeds. */
  get writeError(): string | undefined {
    if (this.#error === undefined) return undefined;
    return this.#error instanceof Error ? this.#error.message : String(this.#error);
  }

  /**
   * Sees to a write within the linger time.
   *
   * @param eager to write at the end of this turn of the event loop instead
   */
  linger(eager: boolean): void {
    if (this.#closed) return;
    if (eager) {
      if (this.#turn) return;
      this.#turn = true;
      setTimeout(() => {
        this.#turn = false;
        this.writeSoon();
      }, 0);
    } else if (this.#lingerTimer === undefined) {
      this.#lingerTimer = setTimeout(() => this.writeSoon(), this.#parts.lingerMillis);
    }
  }

  /** Writes in the background; a failure is kept for {@linkcode writeError} and tried again later. */
  writeSoon(): void {
    if (this.#writing === undefined && !this.#closed) this.#inBackground(this.writeNow());
  }

  /** Syncs in the background, after what is pending was written. */
  syncSoon(): void {
    this.#inBackground(this.#writeThenSync());
  }

  async #writeThenSync(): Promise<void> {
    while (this.#parts.pending()) await this.writeNow();
    await this.syncNow();
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#error = error;
      // Space may come back: try again at the pace of syncs, the events wait in memory.
      this.#lingerTimer ??= setTimeout(() => this.writeSoon(), this.#parts.syncMillis);
    });
  }

  /** Writes one batch, after the write that is under way. */
  async writeNow(): Promise<void> {
    if (this.#writing !== undefined) return await this.#writing;
    clearTimeout(this.#lingerTimer);
    this.#lingerTimer = undefined;
    this.#writing = this.#parts.write();
    try {
      await this.#writing;
      this.#error = undefined;
    } finally {
      this.#writing = undefined;
    }
    if (this.#closed) return;
    this.#syncTimer ??= setTimeout(() => this.syncSoon(), this.#parts.syncMillis);
    if (this.#parts.pending()) this.linger(false);
  }

  /** Syncs, after the sync and the write that are under way. */
  async syncNow(): Promise<void> {
    if (this.#syncing !== undefined) await this.#syncing;
    if (this.#writing !== undefined) await this.#writing;
    clearTimeout(this.#syncTimer);
    this.#syncTimer = undefined;
    this.#syncing = this.#parts.sync();
    try {
      await this.#syncing;
    } finally {
      this.#syncing = undefined;
    }
  }

  /** Ends the timers, after what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#writing !== undefined) await this.#writing;
    if (this.#syncing !== undefined) await this.#syncing;
    clearTimeout(this.#lingerTimer);
    clearTimeout(this.#syncTimer);
  }
}
