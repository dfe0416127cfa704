import { eastAsianWidth } from "get-east-asian-width";

const PLAIN = /^[ -~]*$/;
// Made on first use: it takes 10 ms, which no plain table should wait for.
let segmenter: Intl.Segmenter | undefined;

function clusters(text: string): Iterable<{ readonly segment: string }> {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter.segment(text);
}

// What takes no cell: combining marks, joiners, variation selectors, controls.
const BARE = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Me}\p{Mn}]/u;
const EMOJI = /^(?:\p{Regional_Indicator}|\p{Emoji}\ufe0f)|\u200d\p{Extended_Pictographic}/u;
const TEXT_STYLE = /^[\u2000-\u3300]\ufe0e/u;
const SKIN_TONE = /\p{Emoji_Modifier}/u;
const HANGUL = /^\p{Script=Hangul}/u;

/**
 * Terminal cells that a text takes; wide characters take two, combining marks none.
 *
 * Not by the package string-width, because loading it costs each command 15 to 20 ms at its start.
 */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of clusters(text)) width += clusterWidth(segment);
  return width;
}

/** Cells of one grapheme cluster (Unicode annexes 11, 29 and 51). */
function clusterWidth(cluster: string): number {
  if (EMOJI.test(cluster)) return 2;
  if (TEXT_STYLE.test(cluster)) return 1;
  let width = 0;
  for (const char of cluster) {
    if (char === "\u200d") break;
    if (BARE.test(char) || (width === 2 && SKIN_TONE.test(char))) continue;
    width += eastAsianWidth(char.codePointAt(0)!);
    // Syllables written as several letters fill the cells of the first.
    if (HANGUL.test(char)) break;
  }
  return width;
}

/**
 * Cuts a text to a number of cells and marks the cut.
 *
 * @param width cells that the result takes at most, the mark included
 * @param mark what stands for the part that was cut, one cell
 */
export function cutText(text: string, width: number, mark = "…"): string {
  if (textWidth(text) <= width) return text;
  if (width <= 0) return "";
  if (PLAIN.test(text)) return text.slice(0, width - 1) + mark;
  let kept = "";
  let used = 0;
  for (const { segment } of clusters(text)) {
    used += textWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return kept + mark;
}

/** Fills a text with blanks up to a width in cells. */
export function padText(text: string, width: number, align: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - textWidth(text)));
  return align === "left" ? text + blanks : blanks + text;
}

/** A count with its noun: `1 row`, `12,345 rows`. */
export function countText(count: number, noun: string): string {
  const digits = String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
  return `${digits} ${noun}${count === 1 ? "" : "s"}`;
}
