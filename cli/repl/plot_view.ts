/** The part of the x axis that is shown, and all that there is. */
export interface PlotView {
  readonly all: readonly [number, number];
  readonly shown: readonly [number, number];
}

/** Zooming in further than this shows rounding, not samples. */
const LEAST_PART = 1e-9;

/** A view of everything. */
export function wholeView(low: number, high: number): PlotView {
  return { all: [low, high], shown: [low, high] };
}

/** Whether all is shown. */
export function isWhole({ all, shown }: PlotView): boolean {
  return all[0] === shown[0] && all[1] === shown[1];
}

/**
 * Takes a key by its name or text.
 *
 * @returns the view after it, or undefined for a key that is not one of the plot
 */
export function plotKey(view: PlotView, key: string): PlotView | undefined {
  switch (key) {
    case "+":
    case "=":
    case "up":
      return zoomed(view, 0.5);
    case "-":
    case "_":
    case "down":
      return zoomed(view, 2);
    case "left":
      return panned(view, -0.25);
    case "right":
      return panned(view, 0.25);
    case "ctrl+left":
    case "pageup":
      return panned(view, -1);
    case "ctrl+right":
    case "pagedown":
      return panned(view, 1);
    case "home":
      return panned(view, -Infinity);
    case "end":
      return panned(view, Infinity);
    case "0":
      return { ...view, shown: view.all };
    default:
      return undefined;
  }
}

function zoomed(view: PlotView, factor: number): PlotView {
  const [low, high] = view.shown;
  const whole = view.all[1] - view.all[0];
  const span = Math.min(whole, Math.max((high - low) * factor, whole * LEAST_PART));
  return placed(view, (low + high) / 2 - span / 2, span);
}

function panned(view: PlotView, part: number): PlotView {
  const [low, high] = view.shown;
  const span = high - low;
  return placed(
    view,
    part === -Infinity ? view.all[0] : part === Infinity ? view.all[1] : low + span * part,
    span,
  );
}

/** Keeps within what there is. */
function placed(view: PlotView, low: number, span: number): PlotView {
  const [least, most] = view.all;
  const start = Math.max(least, Math.min(low, most - span));
  return { ...view, shown: [start, Math.min(most, start + span)] };
}
