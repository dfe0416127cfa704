/** Bounds the frames of a client that make work and carry nothing. @module */

import { ConnectionError, ErrorCode } from "./frames.ts";

/** Such frames that may come at once: a client may cancel all its calls, twice. */
const BURST = 2000;
/** Such frames per second that may come for ever. */
const PER_SECOND = 500;

/** Counts pings, settings, resets, empty data and the like. */
export class FloodGuard {
  readonly #nowMillis: () => number;
  #left = BURST;
  #sinceMillis: number;

  /** @param nowMillis a monotonic clock */
  constructor(nowMillis: () => number = () => performance.now()) {
    this.#nowMillis = nowMillis;
    this.#sinceMillis = nowMillis();
  }

  /** Counts one. @throws {ConnectionError} where they are too many */
  count(): void {
    if (this.#left < 1) this.#refill();
    this.#left--;
    if (this.#left < 0) {
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "Too many frames that carry nothing");
    }
  }

  #refill(): void {
    const nowMillis = this.#nowMillis();
    const gained = (nowMillis - this.#sinceMillis) / 1000 * PER_SECOND;
    this.#left = Math.min(BURST, this.#left + gained);
    this.#sinceMillis = nowMillis;
  }
}
