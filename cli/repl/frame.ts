import { paint, type Style } from "../format/style.ts";
import { cutText, padText, textWidth } from "../format/text_width.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import type { EditorState, Popup } from "./editor_state.ts";
import { highlight } from "./highlight.ts";

/** Where and how a frame is drawn. */
export interface FrameOptions {
  /** Cells of a line. */
  readonly width: number;
  /** Lines of the terminal. */
  readonly height: number;
  readonly color: boolean;
  /** Text before the first line. */
  readonly prompt: string;
}

/** Rows of text, each at most as wide as the terminal, and the place of the cursor. */
export interface Frame {
  readonly rows: readonly string[];
  /** Cells that each row takes. */
  readonly widths: readonly number[];
  readonly cursorRow: number;
  readonly cursorColumn: number;
}

const POPUP_ROWS = 8;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Draws the state of an editor. */
export function renderFrame(state: EditorState, options: FrameOptions): Frame {
  const layout = new FrameLayout(options);
  const { search, buffer } = state;
  if (search !== undefined) layout.prompt(`(search) ${search.query}: `, "yellow");
  else layout.prompt(options.prompt, "bold");
  const indent = Math.min(textWidth(options.prompt), options.width >> 1);
  let at = 0;
  for (const { text, style } of highlight(buffer.text)) {
    for (const { segment } of graphemes.segment(text)) {
      if (at === buffer.cursor) layout.markCursor();
      if (segment.includes("\n")) layout.breakLine(indent);
      else layout.put(segment, style);
      at += segment.length;
    }
  }
  if (at === buffer.cursor) layout.markCursor();
  return clipped(layout.finish(), state.popup, options);
}

/** Fills rows cell by cell. */
class FrameLayout {
  readonly #options: FrameOptions;
  readonly #rows: string[] = [];
  readonly #widths: number[] = [];
  #row = "";
  #run = "";
  #style: Style | undefined;
  #column = 0;
  #cursor: readonly [number, number] = [0, 0];

  constructor(options: FrameOptions) {
    this.#options = options;
  }

  prompt(text: string, style: Style): void {
    for (const { segment } of graphemes.segment(visibleText(text))) this.put(segment, style);
  }

  put(segment: string, style: Style | undefined): void {
    const shown = visibleText(segment);
    const width = textWidth(shown);
    if (this.#column + width > this.#options.width) this.#nextRow();
    if (style !== this.#style) this.#closeRun(style);
    this.#run += shown;
    this.#column += width;
  }

  breakLine(indent: number): void {
    // The cursor at the end of a full row stands on a row of its own.
    if (this.#column === this.#options.width) this.#nextRow();
    this.#nextRow();
    this.prompt("> ".padStart(indent), "dim");
  }

  markCursor(): void {
    if (this.#column >= this.#options.width) this.#nextRow();
    this.#cursor = [this.#rows.length, this.#column];
  }

  finish(): Frame {
    this.#nextRow();
    const [cursorRow, cursorColumn] = this.#cursor;
    return { rows: this.#rows, widths: this.#widths, cursorRow, cursorColumn };
  }

  #closeRun(style: Style | undefined): void {
    this.#row += paint(this.#run, this.#style, this.#options.color);
    this.#run = "";
    this.#style = style;
  }

  #nextRow(): void {
    this.#closeRun(undefined);
    this.#rows.push(this.#row);
    this.#widths.push(this.#column);
    this.#row = "";
    this.#column = 0;
  }
}

/** Adds the list and keeps to the height of the terminal, around the cursor. */
function clipped(frame: Frame, popup: Popup | undefined, options: FrameOptions): Frame {
  const height = Math.max(1, options.height);
  const room = popup === undefined ? 0 : Math.min(POPUP_ROWS + 1, Math.max(0, height - 2));
  const list = popup === undefined || room < 2 ? [] : popupRows(popup, room, options);
  const rows = Math.max(1, height - list.length);
  const first = Math.max(0, Math.min(frame.cursorRow - (rows >> 1), frame.rows.length - rows));
  return {
    rows: [...frame.rows.slice(first, first + rows), ...list.map(({ text }) => text)],
    widths: [...frame.widths.slice(first, first + rows), ...list.map(({ width }) => width)],
    cursorRow: frame.cursorRow - first,
    cursorColumn: frame.cursorColumn,
  };
}

function popupRows(
  { candidates, selected }: Popup,
  room: number,
  { width, color }: FrameOptions,
): { text: string; width: number }[] {
  const count = Math.min(candidates.length, candidates.length > room ? room - 1 : room);
  const first = Math.max(0, Math.min((selected ?? 0) - (count >> 1), candidates.length - count));
  const part = candidates.slice(first, first + count);
  const noteWidth = Math.max(...part.map(({ note }) => textWidth(note)));
  const widest = Math.max(...part.map(({ text }) => textWidth(visibleText(text))));
  const textRoom = Math.max(4, Math.min(widest, width - noteWidth - 6));
  const rows = part.map(({ text, note }, i) => {
    const isSelected = first + i === selected;
    const name = padText(cutText(visibleText(text), textRoom), textRoom);
    const plain = cutText(`${isSelected ? "▸" : " "} ${name}  `, width - 1);
    const rest = cutText(note, Math.max(0, width - 1 - textWidth(plain)));
    const styled = paint(plain, isSelected ? "bold" : undefined, color) + paint(rest, "dim", color);
    return { text: styled, width: textWidth(plain) + textWidth(rest) };
  });
  if (candidates.length > count) {
    const more = cutText(`  … ${candidates.length - count} more`, width - 1);
    rows.push({ text: paint(more, "dim", color), width: textWidth(more) });
  }
  return rows;
}
