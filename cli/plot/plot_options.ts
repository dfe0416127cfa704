/** What dots a plot is drawn with, from fine to what any terminal shows. */
export type PlotGlyphs = "braille" | "blocks" | "ascii";

/** Samples of one line of a plot; x and y have the same length, NaN is a gap. */
export interface PlotSeries {
  readonly name: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Unit of y in the legend, where the lines of a plot have several. @default that of the plot */
  readonly unit?: string | undefined;
}

/** Size and furniture of a plot. */
export interface PlotOptions {
  /** Terminal cells of a line, axis labels included; less than 30 counts as 30. */
  readonly width: number;
  /** Lines, title and legend included; less than 8 counts as 8. */
  readonly height: number;
  /** Line above the plot. @default the name of a single series */
  readonly title?: string;
  /** Unit of y, such as `V`; a prefix such as m or k is put before it. */
  readonly unit?: string;
  /** Unit of x, such as `s`. */
  readonly xUnit?: string;
  /** x is microseconds since the epoch. @default false */
  readonly timeAxis?: boolean;
  /** Lines across the plot. */
  readonly limits?: { readonly low?: number | undefined; readonly high?: number | undefined };
  /** Part of the x axis to show. @default all samples */
  readonly xRange?: readonly [number, number];
  /** Part of the y axis to show. @default the samples shown, and the limits */
  readonly yRange?: readonly [number, number];
  /** Use ANSI colors. @default false */
  readonly color?: boolean;
  /** What the curves are drawn with. @default "braille" */
  readonly glyphs?: PlotGlyphs;
}
