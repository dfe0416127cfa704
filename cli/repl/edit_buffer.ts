import { textWidth } from "../format/text_width.ts";

/** Text being edited and the place of the cursor in it, never within a character. */
export interface EditBuffer {
  readonly text: string;
  /** Offset in UTF-16 units. */
  readonly cursor: number;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const WORD = /[\p{L}\p{M}\p{N}_]/u;

/** Puts text in at the cursor. */
export function insertText({ text, cursor }: EditBuffer, inserted: string): EditBuffer {
  return {
    text: text.slice(0, cursor) + inserted + text.slice(cursor),
    cursor: cursor + inserted.length,
  };
}

/** Takes the text between two places out. */
export function removeRange({ text }: EditBuffer, from: number, to: number): EditBuffer {
  return { text: text.slice(0, from) + text.slice(to), cursor: from };
}

/** The place one character before the cursor. */
export function leftOf({ text, cursor }: EditBuffer): number {
  const start = text.lastIndexOf("\n", cursor - 1) + 1;
  if (cursor === start) return Math.max(0, cursor - 1);
  let last = start;
  for (const { index } of graphemes.segment(text.slice(start, cursor))) last = start + index;
  return last;
}

/** The place one character behind the cursor. */
export function rightOf({ text, cursor }: EditBuffer): number {
  for (const { segment } of graphemes.segment(text.slice(cursor, cursor + 64))) {
    return cursor + segment.length;
  }
  return cursor;
}

/** The start of the word before the cursor. */
export function wordLeftOf(buffer: EditBuffer): number {
  let at = buffer.cursor;
  while (at > 0 && !isWord(buffer.text, at - 1)) at--;
  while (at > 0 && isWord(buffer.text, at - 1)) at--;
  return at;
}

/** The end of the word behind the cursor. */
export function wordRightOf({ text, cursor }: EditBuffer): number {
  let at = cursor;
  while (at < text.length && !isWord(text, at)) at++;
  while (at < text.length && isWord(text, at)) at++;
  return at;
}

/** The start of what stands between the cursor and the blank before it, as Ctrl-W takes it. */
export function blankLeftOf({ text, cursor }: EditBuffer): number {
  return cursor - (/\S*\s*$/.exec(text.slice(0, cursor))?.[0].length ?? 0);
}

/** The start of the line of the cursor. */
export function lineStartOf({ text, cursor }: EditBuffer): number {
  return cursor === 0 ? 0 : text.lastIndexOf("\n", cursor - 1) + 1;
}

/** The end of the line of the cursor. */
export function lineEndOf({ text, cursor }: EditBuffer): number {
  const end = text.indexOf("\n", cursor);
  return end < 0 ? text.length : end;
}

/** The place above or below the cursor, undefined on the first or last line. */
export function verticalOf(buffer: EditBuffer, lines: -1 | 1): number | undefined {
  const start = lineStartOf(buffer);
  const end = lineEndOf(buffer);
  if (lines < 0 ? start === 0 : end === buffer.text.length) return undefined;
  const target = { text: buffer.text, cursor: lines < 0 ? start - 1 : end + 1 };
  const column = textWidth(buffer.text.slice(start, buffer.cursor));
  return placeAt(buffer.text, lineStartOf(target), lineEndOf(target), column);
}

function placeAt(text: string, start: number, end: number, column: number): number {
  let width = 0;
  for (const { segment, index } of graphemes.segment(text.slice(start, end))) {
    if (width >= column) return start + index;
    width += textWidth(segment);
  }
  return end;
}

/** Halves of surrogate pairs count with their pair. */
function isWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const start = code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
  return WORD.test(String.fromCodePoint(text.codePointAt(start) ?? 0));
}
