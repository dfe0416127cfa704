/**
 * A line on standard error that says how far a command is, on terminals only.
 * @module
 */
import { cutText } from "../format/text_width.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import type { Output } from "./output.ts";

/** Nothing is shown of what is done sooner. */
const PATIENCE_MILLIS = 500;
const EACH_MILLIS = 100;

/** Shows progress. */
export class Progress {
  readonly #output: Output;
  readonly #startedAt = performance.now();
  #shownAt = 0;
  #shown = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Replaces the line, now and then. */
  show(text: string): void {
    const now = performance.now();
    if (!this.#output.showsProgress) return;
    if (now - this.#startedAt < PATIENCE_MILLIS || now - this.#shownAt < EACH_MILLIS) return;
    this.#shownAt = now;
    this.#shown = true;
    this.#output.say(`\r\x1b[K${cutText(visibleText(text), this.#output.terminal.width - 1)}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.#output.say("\r\x1b[K");
    this.#shown = false;
  }
}
