/**
 * Ends what is being recorded when the process is told to stop. Signals belong to the process, so all
 * sessions share one watch; it listens only while something is open, and leaves the default behaviour
 * alone otherwise.
 * @module
 */

/** What has an end to write. */
export interface Interruptible {
  /** Queues the ends at once, then writes them and brings the unit into a safe state. */
  interrupt(signal: Deno.Signal): Promise<void>;
}

/** Longest time that the ends may take; whoever pressed Ctrl-C waits for it. */
const GRACE_MILLIS = 5_000;

/** Exit codes as shells expect them: 128 and the number of the signal. */
const EXIT_CODES: ReadonlyMap<Deno.Signal, number> = new Map(
  Deno.build.os === "windows"
    ? [["SIGINT", 130], ["SIGBREAK", 149]] as const
    : [["SIGINT", 130], ["SIGTERM", 143]] as const,
);

const listeners = new Map<Deno.Signal, () => void>();
const watched = new Set<Interruptible>();

/** Starts to watch over something open. */
export function watchSignals(item: Interruptible): void {
  watched.add(item);
  if (listeners.size > 0) return;
  for (const [signal, code] of EXIT_CODES) {
    const listener = () => stop(signal, code);
    Deno.addSignalListener(signal, listener);
    listeners.set(signal, listener);
  }
}

/** Stops watching; with nothing left to watch, signals do again what they do by default. */
export function unwatchSignals(item: Interruptible): void {
  watched.delete(item);
  if (watched.size === 0) removeListeners();
}

function removeListeners(): void {
  for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  listeners.clear();
}

/** A second signal finds no listener and ends the process at once. */
async function stop(signal: Deno.Signal, code: number): Promise<void> {
  removeListeners();
  const ends = [...watched].map((item) => item.interrupt(signal));
  const timeUp = new Promise<void>((resolve) => setTimeout(resolve, GRACE_MILLIS));
  await Promise.race([timeUp, Promise.all(ends.map((end) => end.catch(complain)))]);
  Deno.exit(code);
}

function complain(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  Deno.stderr.writeSync(new TextEncoder().encode(`The end could not be recorded: ${text}\n`));
}
