import type { Frame } from "./frame.ts";

/** Escape sequences that turn the frame on the screen into the next one. */
export class Screen {
  #shown: Frame | undefined;

  /** Draws a frame over the one shown before. */
  draw(frame: Frame): string {
    const text = this.#toTop() + frame.rows.map((row) => `\x1b[2K${row}`).join("\r\n") + "\x1b[J";
    const up = frame.rows.length - 1 - frame.cursorRow;
    this.#shown = frame;
    return `\x1b[?25l${text}${up > 0 ? `\x1b[${up}A` : ""}\r${
      frame.cursorColumn > 0 ? `\x1b[${frame.cursorColumn}C` : ""
    }\x1b[?25h`;
  }

  /** Leaves the frame where it is and goes to the line below it. */
  leave(): string {
    const frame = this.#shown;
    this.#shown = undefined;
    if (frame === undefined) return "";
    const down = frame.rows.length - 1 - frame.cursorRow;
    return `${down > 0 ? `\x1b[${down}B` : ""}\r\n`;
  }

  /** Takes the frame away. */
  erase(): string {
    const text = this.#shown === undefined ? "" : `${this.#toTop()}\x1b[J`;
    this.#shown = undefined;
    return text;
  }

  /** Forgets the frame: somebody else cleared the screen. */
  forget(): void {
    this.#shown = undefined;
  }

  /** Adapts to another width: the terminal has broken the rows of the frame anew. */
  resize(width: number): void {
    const frame = this.#shown;
    if (frame === undefined || width < 1) return;
    const rowsOf = (cells: number): number => Math.max(1, Math.ceil(cells / width));
    const above = frame.widths.slice(0, frame.cursorRow)
      .reduce((sum, cells) => sum + rowsOf(cells), 0);
    const cursorRow = above + Math.floor(Math.max(0, frame.cursorColumn - 1) / width);
    this.#shown = { ...frame, cursorRow };
  }

  #toTop(): string {
    const up = this.#shown?.cursorRow ?? 0;
    return `${up > 0 ? `\x1b[${up}A` : ""}\r`;
  }
}
