/**
 * Tickets whose data is being sent, so that they can be cancelled one by one.
 * @module
 */

/** Cancelled tickets that are remembered, so that they stay cancelled. */
const REMEMBERED = 4096;

/** A ticket while its data is being sent. */
export interface RunningTicket extends Disposable {
  /** Aborts when the client went away or the ticket was cancelled. */
  readonly signal: AbortSignal;
}

/** The tickets being served. */
export class RunningTickets {
  readonly #running = new Map<string, Set<AbortController>>();
  readonly #cancelled = new Set<string>();

  /**
   * Notes that a ticket is being served.
   *
   * @throws {DOMException} AbortError where it was cancelled before
   */
  enter(key: string, signal: AbortSignal): RunningTicket {
    if (this.#cancelled.has(key)) throw cancelled();
    const controller = new AbortController();
    const controllers = this.#running.get(key) ?? new Set();
    this.#running.set(key, controllers.add(controller));
    return {
      signal: AbortSignal.any([signal, controller.signal]),
      [Symbol.dispose]: () => {
        controllers.delete(controller);
        if (controllers.size === 0) this.#running.delete(key);
      },
    };
  }

  /** Cancels what runs under a ticket and whatever would ask for it later. */
  cancel(key: string): void {
    this.#cancelled.add(key);
    for (const oldest of this.#cancelled) {
      if (this.#cancelled.size <= REMEMBERED) break;
      this.#cancelled.delete(oldest);
    }
    for (const controller of this.#running.get(key) ?? []) controller.abort(cancelled());
  }
}

function cancelled(): DOMException {
  return new DOMException("Query was cancelled", "AbortError");
}
