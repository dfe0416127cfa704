/**
 * Views that go on changing while the notebook goes on, until they are stopped.
 * @module
 */
import { escapeHtml, litmusHtml } from "../arrow/shown_table.ts";
import { DISPLAY, type Displayable } from "./displayable.ts";
import { type Broadcast, LiveOutput, type MimeBundle } from "./live_output.ts";

/** Between two changes of an output: more often is not seen, and fills the notebook's connection. */
const REDRAW_MILLIS = 250;

/** What a view does. */
export interface LiveViewParts {
  /** Where it is shown. */
  readonly broadcast: Broadcast;
  /** What it is called when its handle is shown. */
  readonly name: string;
  /** Reads what is new until the signal; calls back when there is something to see. */
  readonly follow: (signal: AbortSignal, changed: () => void) => Promise<void>;
  /** Draws what was read. */
  readonly render: () => MimeBundle | Promise<MimeBundle>;
}

/** Handle of a view that goes on by itself. */
export class LiveView implements Displayable, AsyncDisposable {
  /** Resolves when the view was stopped or has nothing more to show; rejects where reading failed. */
  readonly done: Promise<void>;
  readonly #stop = new AbortController();
  readonly #output: LiveOutput;
  readonly #parts: LiveViewParts;
  #isDirty = true;
  #isOver = false;

  /** Takes ready parts, shows and follows; `liveEvents` and `liveChannel` make them. */
  constructor(parts: LiveViewParts) {
    this.#parts = parts;
    this.#output = new LiveOutput(parts.broadcast);
    this.done = this.#run();
    // Told to whoever waits, and shown in the output; not the end of the kernel.
    this.done.catch(() => {});
  }

  /** The handle itself; the view has an output of its own. */
  [DISPLAY](): Promise<Record<string, string>> {
    const { name } = this.#parts;
    const text = this.#isOver ? `${name}: over` : `${name}: goes on until .stop() is called`;
    return Promise.resolve({ "text/plain": text });
  }

  /** Stops following; what is shown stays. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.done;
  }

  /** Same as {@linkcode stop}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    const { follow, name } = this.#parts;
    const { signal } = this.#stop;
    const drawing = this.#draw();
    try {
      await follow(signal, () => this.#isDirty = true);
    } catch (error) {
      this.#isOver = true;
      await drawing;
      const message = error instanceof Error ? error.message : String(error);
      await this.#output.show({
        "text/html": litmusHtml(`<b>${escapeHtml(name)}</b> ended: ${escapeHtml(message)}`),
        "text/plain": `${name} ended: ${message}`,
      });
      throw error;
    }
    this.#isOver = true;
    await drawing;
  }

  /** Draws at its own pace, however fast things come; the last state is always drawn. */
  async #draw(): Promise<void> {
    for (;;) {
      const isLast = this.#isOver;
      if (this.#isDirty) {
        this.#isDirty = false;
        await this.#output.show(await this.#parts.render());
      }
      if (isLast) return;
      await new Promise((resolve) => setTimeout(resolve, REDRAW_MILLIS));
    }
  }
}
