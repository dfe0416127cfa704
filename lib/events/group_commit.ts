/**
 * When to write and when to sync: one write at a time, as many events in each as came meanwhile; one sync
 * at a time, for all who asked before it began.
 * @module
 */
import { clearImmediate, setImmediate } from "node:timers";

/** What a group commit drives. */
export interface GroupCommitParts {
  /** Longest wait of an event in memory. */
  readonly lingerMillis: number;
  /** Longest wait of a written batch for its sync; also the pace at which a refused write is tried again. */
  readonly syncMillis: number;
  /** True while there is something to write. */
  readonly pending: () => boolean;
  /** Writes everything that is there when it is called. */
  readonly flush: () => Promise<void>;
  /** Writes one batch. */
  readonly write: () => Promise<void>;
  /** Syncs what was written. */
  readonly sync: () => Promise<void>;
}

type Timer = ReturnType<typeof setTimeout>;
type Immediate = ReturnType<typeof setImmediate>;

/** Drives writes and syncs, never two of a kind at once. */
export class GroupCommit {
  readonly #parts: GroupCommitParts;
  #writing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #nextSync: Promise<void> | undefined;
  #lingerTimer: Timer | undefined;
  #turn: Immediate | undefined;
  #syncTimer: Timer | undefined;
  #retryTimer: Timer | undefined;
  #writeFault: unknown;
  #syncFault: unknown;
  #stopped = false;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
  }

  /** Text of the last failure, until the same succeeds. */
  get writeError(): string | undefined {
    const fault = this.#writeFault ?? this.#syncFault;
    if (fault === undefined) return undefined;
    return fault instanceof Error ? fault.message : String(fault);
  }

  /**
   * Sees to a write within the linger time.
   *
   * @param eager to write at the end of this turn of the event loop instead
   */
  linger(eager: boolean): void {
    if (eager) {
      if (this.#turn !== undefined || this.#stopped) return;
      // A timer of 0 ms takes a millisecond.
      this.#turn = setImmediate(() => {
        this.#turn = undefined;
        this.writeSoon();
      });
    } else if (this.#lingerTimer === undefined && !this.#stopped) {
      this.#lingerTimer = setTimeout(() => this.writeSoon(), this.#parts.lingerMillis);
    }
  }

  /** Writes in the background; a failure is kept for {@linkcode writeError} and tried again later. */
  writeSoon(): void {
    if (this.#writing !== undefined || this.#retryTimer !== undefined || this.#stopped) return;
    this.#inBackground(this.writeNow());
  }

  /** Syncs in the background, after what is pending was written. */
  syncSoon(): void {
    if (this.#retryTimer === undefined && !this.#stopped) this.#inBackground(this.#writeThenSync());
  }

  async #writeThenSync(): Promise<void> {
    await this.#parts.flush();
    await this.syncNow();
  }

  /** Syncs what is written by now in the background, unless a sync is under way. */
  syncWritten(): void {
    if (this.#syncing !== undefined || this.#retryTimer !== undefined || this.#stopped) return;
    this.#inBackground(this.syncNow());
  }

  #inBackground(work: Promise<void>): void {
    // The failure is in writeError already, and whoever flushes meets it again.
    work.catch(() => {
      if (this.#stopped) return;
      this.#retryTimer ??= setTimeout(() => {
        this.#retryTimer = undefined;
        this.syncSoon();
      }, this.#parts.syncMillis);
    });
  }

  /** Writes one batch, or waits for the write that is under way. */
  async writeNow(): Promise<void> {
    await (this.#writing ??= this.#write());
  }

  async #write(): Promise<void> {
    clearTimeout(this.#lingerTimer);
    this.#lingerTimer = undefined;
    try {
      await this.#parts.write();
      this.#writeFault = undefined;
    } catch (error) {
      this.#writeFault = error;
      throw error;
    } finally {
      this.#writing = undefined;
    }
    this.#syncLater();
    // What came while this write was under way has waited long enough.
    if (this.#parts.pending()) this.writeSoon();
  }

  /** A process that has nothing else to do need not stay for it: it is about safety from power cuts. */
  #syncLater(): void {
    if (this.#syncTimer !== undefined || this.#stopped) return;
    this.#syncTimer = setTimeout(() => this.syncSoon(), this.#parts.syncMillis);
    Deno.unrefTimer(this.#syncTimer);
  }

  /** Syncs what is written by now; all who ask while a sync is under way share the next. */
  syncNow(): Promise<void> {
    if (this.#syncing === undefined) return this.#sync();
    // Whoever asked for the present one hears of its failure; the next one is another attempt.
    this.#nextSync ??= this.#syncing.catch(() => {}).then(() => {
      this.#nextSync = undefined;
      return this.#sync();
    });
    return this.#nextSync;
  }

  #sync(): Promise<void> {
    clearTimeout(this.#syncTimer);
    this.#syncTimer = undefined;
    const syncing = this.#parts.sync().then(
      () => this.#syncFault = undefined,
      (error: unknown) => {
        this.#syncFault = error;
        throw error;
      },
    ).finally(() => {
      if (this.#syncing === syncing) this.#syncing = undefined;
    });
    return this.#syncing = syncing;
  }

  /** Ends the timers and the work in the background; writes and syncs by name still work. */
  stop(): void {
    this.#stopped = true;
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    for (const timer of [this.#lingerTimer, this.#syncTimer, this.#retryTimer]) clearTimeout(timer);
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    while (this.#writing !== undefined || this.#syncing !== undefined) {
      await Promise.allSettled([this.#writing, this.#syncing]);
    }
  }
}
