/**
 * What waits for one live subscriber: bounded in batches and bytes, the oldest is dropped and counted.
 * @module
 */
import { batchBytes } from "../arrow/batch_bytes.ts";
import type { ArrowBatch } from "../arrow/field.ts";

/** Batches that wait at most. */
const WAITING_BATCHES = 1024;
/** ... and their bytes: one subscriber that sleeps must not fill the daemon's memory. */
const WAITING_BYTES = 64 * 1024 * 1024;

/** Events that wait. */
export interface WaitingBatch {
  readonly batch: ArrowBatch;
  /** Row id behind the batch in the events table: the cursor of what follows. */
  readonly cursor: number;
  /** When it was taken in, microseconds since the Unix epoch. */
  readonly micros: number;
}

/** Waiting batches of one subscriber. */
export class LiveQueue {
  readonly #items: WaitingBatch[] = [];
  #bytes = 0;
  #missed = 0;
  #wake: (() => void) | undefined;
  #ended = false;
  #failure: Error | undefined;

  /** Adds a batch; where that is too much, the oldest are missed, though never the one just added. */
  offer(item: WaitingBatch): void {
    this.#items.push(item);
    this.#bytes += batchBytes(item.batch);
    while (
      this.#items.length > 1 &&
      (this.#items.length > WAITING_BATCHES || this.#bytes > WAITING_BYTES)
    ) {
      this.#missed += this.#shift()?.batch.rows ?? 0;
    }
    this.#wake?.();
  }

  /** Events missed since the last batch that was taken. */
  get missed(): number {
    return this.#missed;
  }

  /** Forgets what waits, because it is known to be delivered by another way. */
  clear(): void {
    this.#items.length = 0;
    this.#bytes = 0;
    this.#missed = 0;
  }

  /** Ends the queue; nothing more is taken from it. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Ends the queue with an error for whoever takes from it. */
  fail(error: Error): void {
    this.#failure = error;
    this.#wake?.();
  }

  /**
   * The next batch and how many events were missed before it; undefined at the end.
   *
   * @throws what {@linkcode fail} was told
   */
  async take(): Promise<{ item: WaitingBatch; missed: number } | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return undefined;
      const item = this.#shift();
      if (item !== undefined) {
        const missed = this.#missed;
        this.#missed = 0;
        return { item, missed };
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
  }

  #shift(): WaitingBatch | undefined {
    const item = this.#items.shift();
    if (item !== undefined) this.#bytes -= batchBytes(item.batch);
    return item;
  }
}
