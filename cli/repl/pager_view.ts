import { cutText, textWidth } from "../format/text_width.ts";

/** The part of a text that the built-in pager shows. */
export interface PagerView {
  readonly top: number;
  readonly left: number;
}

/** Lines and cells that the pager has for text; one line below is its own. */
export interface PagerSize {
  readonly columns: number;
  readonly rows: number;
}

const SIDEWAYS = 20;

/** Takes a key by its name or text; undefined for one that leaves the pager. */
export function pagerKey(
  view: PagerView,
  key: string,
  lineCount: number,
  size: PagerSize,
): PagerView | undefined {
  const page = Math.max(1, size.rows - 1);
  const last = Math.max(0, lineCount - page);
  const to = (top: number): PagerView => ({ ...view, top: Math.max(0, Math.min(last, top)) });
  switch (key) {
    case "q":
    case "Q":
    case "escape":
    case "ctrl+c":
    case "ctrl+d":
      return undefined;
    case " ":
    case "f":
    case "pagedown":
      return to(view.top + page);
    case "b":
    case "pageup":
      return to(view.top - page);
    case "down":
    case "j":
    case "enter":
      return to(view.top + 1);
    case "up":
    case "k":
      return to(view.top - 1);
    case "g":
    case "home":
      return to(0);
    case "G":
    case "end":
      return to(last);
    case "right":
    case "l":
      return { ...view, left: view.left + SIDEWAYS };
    case "left":
    case "h":
      return { ...view, left: Math.max(0, view.left - SIDEWAYS) };
    default:
      return view;
  }
}

/** The lines on the screen, the last of them telling where one is. */
export function pagerLines(
  view: PagerView,
  lines: readonly string[],
  size: PagerSize,
): string[] {
  const page = Math.max(1, size.rows - 1);
  const shown = lines.slice(view.top, view.top + page).map((line) =>
    cutFrom(line, view.left, size)
  );
  const end = Math.min(lines.length, view.top + page);
  const place = `lines ${view.top + 1}-${end} of ${lines.length}`;
  const filled = [...shown, ...Array<string>(Math.max(0, page - shown.length)).fill("~")];
  return [...filled, cutText(`${place} · arrows, blank, b, g, G move, q leaves`, size.columns - 1)];
}

function cutFrom(line: string, left: number, { columns }: PagerSize): string {
  if (left === 0) return cutText(line, columns - 1);
  let skipped = 0;
  let rest = "";
  for (const { segment } of new Intl.Segmenter("en").segment(line)) {
    if (skipped < left) skipped += textWidth(segment);
    else rest += segment;
  }
  return cutText(rest, columns - 1);
}
