import type { Key } from "./keys.ts";
import type { KeyQueue } from "./key_queue.ts";

/** Calls the listener whenever the terminal changes its size, until disposed. */
export function onResize(listener: () => void): Disposable {
  // Windows has no such signal; the size is asked for anew with each drawing.
  if (Deno.build.os === "windows") return { [Symbol.dispose]: () => {} };
  Deno.addSignalListener("SIGWINCH", listener);
  return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGWINCH", listener) };
}

/**
 * Waits for the next key, or for another size of the terminal, for screens that fill it.
 *
 * @returns undefined at the end of the input
 */
export async function nextStrokeOrResize(keys: KeyQueue): Promise<Key | "resize" | undefined> {
  const resized = new AbortController();
  using _resize = onResize(() => resized.abort());
  const key = await keys.nextStroke(resized.signal);
  return key ?? (resized.signal.aborted ? "resize" : undefined);
}
