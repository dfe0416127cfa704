/**
 * What waits for a subscriber: bounded, the oldest is dropped and counted.
 * @module
 */
import { blockBytes, type LiveBlock } from "./live_block.ts";

/** Blocks that wait for one subscriber. */
export class BlockQueue {
  readonly #mostBytes: number;
  #blocks: LiveBlock[] = [];
  #bytes = 0;
  #missed = 0;
  #ended = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Adds a block. */
  offer(block: LiveBlock): void {
    this.#blocks.push(block);
    this.#bytes += blockBytes(block);
    while (this.#bytes > this.#mostBytes && this.#blocks.length > 1) {
      const oldest = this.#blocks.shift()!;
      this.#bytes -= blockBytes(oldest);
      this.#missed += oldest.axis.length;
    }
    this.#wake?.();
  }

  /** Ends the queue; whoever waits is let go. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Ends the queue by an error. */
  fail(error: Error): void {
    this.#error ??= error;
    this.end();
  }

  /** Waits for blocks; false at the end. */
  async ready(): Promise<boolean> {
    while (!this.#ended && this.#blocks.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    this.#wake = undefined;
    if (this.#error !== undefined) throw this.#error;
    return !this.#ended;
  }

  /** Waits a while, or until the end. */
  async pause(millis: number): Promise<void> {
    const deadline = performance.now() + millis;
    for (let left = millis; left > 0 && !this.#ended; left = deadline - performance.now()) {
      await new Promise<void>((resolve) => setTimeout(resolve, Math.min(left, PAUSE_MILLIS)));
    }
  }

  /** Everything that waits, and how many samples were dropped before it. */
  takeAll(): { readonly blocks: readonly LiveBlock[]; readonly missed: number } {
    const taken = { blocks: this.#blocks, missed: this.#missed };
    this.#blocks = [];
    this.#bytes = 0;
    this.#missed = 0;
    return taken;
  }
}

/** A pause notices the end of the subscription after this long. */
const PAUSE_MILLIS = 250;
