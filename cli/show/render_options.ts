/** How a run is drawn. */
export interface RenderOptions {
  readonly color: boolean;
  /** Cells of a line. */
  readonly width: number;
}
