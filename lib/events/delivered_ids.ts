/**
 * Ids of the events that a subscriber was given and that may come again: a daemon that took another's place
 * replays all events since a moment before the cursor.
 * @module
 */
import { IdSet } from "../base/id_set.ts";
import { EVENT_LIMITS } from "../base/limits.ts";

/** An id is kept at least this long: clocks and steps of the cursor are coarse. */
const KEPT_MICROS = 2 * EVENT_LIMITS.replayMillis * 1000;

/** Remembers ids in two generations; the older one goes as a whole once nothing of it can come again. */
export class DeliveredIds {
  #older = new IdSet();
  #newer = new IdSet();
  #count = 0;
  #since = 0;

  /**
   * Takes note of an event.
   *
   * @returns false where it was given before
   */
  add(id: string): boolean {
    if (this.#older.has(id) || !this.#newer.add(id)) return false;
    if (++this.#count === EVENT_LIMITS.replayedEvents) this.#turn();
    return true;
  }

  /** Takes note of the time of a cursor: everything recorded before it was given. */
  passed(micros: number): void {
    if (micros - this.#since < KEPT_MICROS) return;
    this.#since = micros;
    this.#turn();
  }

  #turn(): void {
    this.#older = this.#newer;
    this.#newer = new IdSet();
    this.#count = 0;
  }
}
