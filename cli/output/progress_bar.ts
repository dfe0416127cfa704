/**
 * A bar for work whose length is known.
 * @module
 */
import { countText } from "../format/text_width.ts";

const WIDTH = 24;

/** Draws how far work is, with the count behind it. */
export function barText(done: number, total: number, unit: string): string {
  const part = total === 0 ? 1 : done / total;
  const filled = Math.round(part * WIDTH);
  const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
  return `${bar} ${Math.floor(part * 100)} % of ${countText(total, unit)}`;
}
