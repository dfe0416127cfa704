import { durationText } from "../../lib/base/quantity_text.ts";
import { countText, cutText } from "../format/text_width.ts";
import type { ShellIo } from "./shell_io.ts";

/** Shorter waits need no explanation. */
const QUIET_MILLIS = 500;
const STEP_MILLIS = 100;
const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/** A line that tells how long a query runs and how many rows came. */
export class ProgressLine implements Disposable {
  readonly #io: ShellIo;
  readonly #start = performance.now();
  #rows = 0;
  #step = 0;
  #isShown = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(io: ShellIo) {
    this.#io = io;
    if (io.isTerminal) this.#timer = setInterval(() => this.#draw(), STEP_MILLIS);
  }

  /** Seconds since the query began. */
  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  /** Rows that came so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Counts a row. */
  addRow(): void {
    this.#rows++;
  }

  /** Takes the line away, for good: the result itself is on the screen now. */
  stop(): void {
    clearInterval(this.#timer);
    this.hide();
  }

  /** Takes the line away to make room for another; it comes back below that. */
  hide(): void {
    if (this.#isShown) this.#io.note("\r\x1b[2K");
    this.#isShown = false;
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #draw(): void {
    if (this.seconds * 1000 < QUIET_MILLIS) return;
    const text = progressText(this.#step++, this.seconds, this.#rows);
    this.#io.note(`\r\x1b[2K${cutText(text, this.#io.size().columns - 1)}`);
    this.#isShown = true;
  }
}

/** The words of the line. */
function progressText(step: number, seconds: number, rows: number): string {
  const time = seconds < 10 ? `${seconds.toFixed(1)} s` : durationText(seconds);
  const count = rows === 0 ? "no rows yet" : countText(rows, "row");
  return `${SPINNER[step % SPINNER.length]} ${time} · ${count} · Ctrl-C cancels`;
}
