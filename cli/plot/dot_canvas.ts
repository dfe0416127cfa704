import type { PlotGlyphs } from "./plot_options.ts";

interface GlyphSet {
  readonly dotsX: number;
  readonly dotsY: number;
  /** Bit of each dot of a cell, row by row. */
  readonly bits: readonly number[];
  glyph(mask: number): string;
}

const QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█";

// Braille numbers its dots down the left column, then down the right, the fourth row last
// (Unicode 16, "Braille Patterns", U+2800).
const SETS: Readonly<Record<PlotGlyphs, GlyphSet>> = {
  braille: {
    dotsX: 2,
    dotsY: 4,
    bits: [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80],
    glyph: (mask) => String.fromCodePoint(0x2800 + mask),
  },
  blocks: { dotsX: 2, dotsY: 2, bits: [1, 2, 4, 8], glyph: (mask) => QUADRANTS[mask] ?? " " },
  ascii: { dotsX: 1, dotsY: 1, bits: [1], glyph: () => "*" },
};

/** A field of dots, several to a terminal cell; each cell knows which series drew on it last. */
export class DotCanvas {
  readonly columns: number;
  readonly rows: number;
  /** Dots across. */
  readonly width: number;
  /** Dots down. */
  readonly height: number;
  readonly #set: GlyphSet;
  readonly #masks: Uint8Array;
  readonly #owners: Uint8Array;

  constructor(columns: number, rows: number, glyphs: PlotGlyphs) {
    this.#set = SETS[glyphs];
    this.columns = columns;
    this.rows = rows;
    this.width = columns * this.#set.dotsX;
    this.height = rows * this.#set.dotsY;
    this.#masks = new Uint8Array(columns * rows);
    this.#owners = new Uint8Array(columns * rows);
  }

  /** Sets a dot; what lies outside is left out. */
  set(x: number, y: number, owner: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const { dotsX, dotsY, bits } = this.#set;
    const cell = Math.floor(y / dotsY) * this.columns + Math.floor(x / dotsX);
    this.#masks[cell]! |= bits[(y % dotsY) * dotsX + (x % dotsX)]!;
    this.#owners[cell] = owner;
  }

  /** Draws a straight line of dots, ends included (Bresenham 1965). */
  line(x0: number, y0: number, x1: number, y1: number, owner: number): void {
    const [dx, dy] = [Math.abs(x1 - x0), -Math.abs(y1 - y0)];
    const [stepX, stepY] = [x0 < x1 ? 1 : -1, y0 < y1 ? 1 : -1];
    let [x, y, error] = [x0, y0, dx + dy];
    for (;;) {
      this.set(x, y, owner);
      if (x === x1 && y === y1) return;
      const doubled = 2 * error;
      if (doubled >= dy) {
        error += dy;
        x += stepX;
      }
      if (doubled <= dx) {
        error += dx;
        y += stepY;
      }
    }
  }

  /** The glyph of a cell and the series that drew it, or undefined where nothing is. */
  cell(column: number, row: number): { glyph: string; owner: number } | undefined {
    const index = row * this.columns + column;
    const mask = this.#masks[index];
    return mask ? { glyph: this.#set.glyph(mask), owner: this.#owners[index]! } : undefined;
  }
}
