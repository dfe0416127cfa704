/**
 * What a plot shows and how.
 * @module
 */
import type { TableData } from "./table_data.ts";
import { requireColumns } from "./plot_column.ts";

/** Kinds of plots. */
export type PlotKind = "line" | "scatter" | "histogram" | "box";

/** How a table is plotted. */
export interface PlotOptions {
  /**
   * Lines and scatters have `x` and `y`, a histogram `x`, a box plot `y` with a box for each value of `x`.
   * @default "line" where both are given, else "histogram"
   */
  readonly kind?: PlotKind;
  /** Column along the horizontal axis. */
  readonly x?: string;
  /** Column along the vertical axis, or several in one plot. */
  readonly y?: string | readonly string[];
  /** Column that tells series apart. */
  readonly color?: string;
  /** Values of y to draw a dashed line at, such as the limits of a measurement. */
  readonly limits?: readonly number[];
  /** Unit of x. @default that of the column, where the result knows it */
  readonly xUnit?: string;
  /** Unit of y. @default that of the column, where the result knows it */
  readonly yUnit?: string;
  /** Text above. */
  readonly title?: string;
  /** Pixels from left to right. @default 720 */
  readonly width?: number;
  /** Pixels from top to bottom. @default 360 */
  readonly height?: number;
  /** True to zoom and read values in the notebook, by a script inside of it. @default false */
  readonly interactive?: boolean;
}

/** Checked options without gaps. */
export interface PlotPlan extends PlotOptions {
  /** Kind of the plot. */
  readonly kind: PlotKind;
  /** Columns along the vertical axis. */
  readonly ys: readonly string[];
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
  /** All columns that are needed. */
  readonly names: readonly string[];
}

const KINDS: readonly PlotKind[] = ["line", "scatter", "histogram", "box"];
const MAX_PIXELS = 10_000;

/**
 * Checks options against the data.
 *
 * @throws {TypeError} for options that do not go together and columns that are not there
 * @throws {RangeError} for a bad size
 */
export function planPlot(data: TableData, options: PlotOptions): PlotPlan {
  const { x, y, color, width = 720, height = 360 } = options;
  const ys = y === undefined ? [] : typeof y === "string" ? [y] : y;
  const kind = options.kind ?? (x !== undefined && ys.length > 0 ? "line" : "histogram");
  if (!KINDS.includes(kind)) {
    throw new TypeError(`Cannot plot "${kind}": wanted one of ${KINDS.join(", ")}`);
  }
  const needsX = kind !== "box", needsY = kind !== "histogram";
  if ((needsX && x === undefined) || (needsY && ys.length === 0)) {
    const wanted = [needsX ? "x" : "", needsY ? "y" : ""].filter((each) => each !== "");
    throw new TypeError(`A ${kind} plot needs ${wanted.join(" and ")}: the name of a column`);
  }
  for (const [name, pixels] of [["width", width], ["height", height]] as const) {
    if (!(pixels >= 50 && pixels <= MAX_PIXELS)) {
      throw new RangeError(
        `The ${name} of a plot must be 50 to ${MAX_PIXELS} pixels, got ${pixels}`,
      );
    }
  }
  const names = [...new Set([x, ...ys, color].filter((name) => name !== undefined))];
  requireColumns(data, names);
  return { ...options, kind, ys, width, height, names };
}
