/**
 * Events that still wait in memory when the process exits by itself: written in the `unload` event, where
 * nothing can be waited for. It comes at the end of the program and at `Deno.exit()`, not at a signal.
 * @module
 */

/** Somebody who may hold events in memory. */
export interface ExitFlush {
  /** Writes what is left, before it returns. */
  flushAtExit(): void;
}

const open = new Set<ExitFlush>();

function flushAll(): void {
  const faults: unknown[] = [];
  for (const each of open) {
    try {
      each.flushAtExit();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, "Events were lost at exit");
}

/** Has somebody asked at exit. */
export function flushAtExit(log: ExitFlush): void {
  if (open.size === 0) globalThis.addEventListener("unload", flushAll);
  open.add(log);
}

/** Has somebody not asked any more. */
export function forgetAtExit(log: ExitFlush): void {
  open.delete(log);
  if (open.size === 0) globalThis.removeEventListener("unload", flushAll);
}
