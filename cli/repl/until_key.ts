import type { Shell } from "./shell.ts";

const ENDING = new Set(["enter", "escape", "ctrl+c", "ctrl+d"]);

/**
 * Lets something go on until a key is pressed. A key that means something at the prompt waits for it.
 *
 * @param work ends when its signal aborts; an error because of that is no error
 */
export async function untilKey(
  shell: Pick<Shell, "io" | "signal">,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const signal = shell.signal === undefined
    ? controller.signal
    : AbortSignal.any([controller.signal, shell.signal]);
  using _watch = shell.io.keys?.watch((key) => {
    // One key ends it; those pressed while it winds up are for the prompt.
    if (controller.signal.aborted) return false;
    controller.abort(new DOMException("A key was pressed", "AbortError"));
    return key.kind === "key" ? ENDING.has(key.name) : key.text === "q" || key.text === " ";
  });
  try {
    await work(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Waits, but no longer than until the signal aborts. */
export async function pause(millis: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, millis);
    signal.addEventListener("abort", end, { once: true });
  });
}
