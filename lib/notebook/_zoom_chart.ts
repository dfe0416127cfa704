/**
 * The program inside of an interactive plot. It runs in the page, as text, and so stands on its own: no
 * import, nothing from outside of its functions.
 * @module
 */

/** What is needed of uPlot. */
export interface ZoomLibrary {
  new (options: Readonly<Record<string, unknown>>, data: unknown, target: PageElement): ZoomPlot;
  /** Puts tables of x and y onto one x. */
  join(tables: readonly (readonly ArrayLike<number | null>[])[]): unknown;
}

/** What is needed of a plot of it. */
export interface ZoomPlot {
  readonly over: PageElement;
  readonly scales: { readonly x: { readonly min: number; readonly max: number } };
  posToVal(position: number, scale: "x"): number;
  setScale(scale: "x", range: { readonly min: number; readonly max: number }): void;
}

/** What is needed of an element. */
export interface PageElement {
  getBoundingClientRect(): { readonly left: number };
  addEventListener(
    name: "wheel",
    act: (event: { clientX: number; deltaY: number; preventDefault(): void }) => void,
    options: { readonly passive: false },
  ): void;
}

/** A chart as it travels to the page; numbers as Float64 in base64. */
export interface ZoomChart {
  readonly kind: "line" | "scatter";
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly x: { readonly label: string; readonly isTime: boolean };
  readonly y: { readonly label: string };
  readonly limits: readonly number[];
  readonly series: readonly { readonly name: string; readonly x: string; readonly y: string }[];
}

/** Draws a chart: drag to zoom, wheel to zoom about the pointer, double click for all of it. */
export function zoomChart(
  uPlot: ZoomLibrary,
  target: PageElement,
  chart: ZoomChart,
  textColor: string,
): ZoomPlot {
  const colors = ["#4269d0", "#e58b00", "#e0506a", "#3a9d8f", "#8e6bbf", "#97623f"];
  const grid = { stroke: "rgba(128,128,128,.25)", width: 1 };
  const numbers = (text: string): Float64Array =>
    new Float64Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const tables = chart.series.map(({ x, y }) => [
    numbers(x),
    Array.from(numbers(y), (value) => Number.isNaN(value) ? null : value),
  ]);
  const ends = tables.flatMap(([x]) =>
    x === undefined || x.length === 0 ? [] : [Number(x[0]), Number(x[x.length - 1])]
  );
  const span = [Math.min(...ends), Math.max(...ends)];
  const limitTables = chart.limits.map((limit) => [span, [limit, limit]]);
  const axis = (label: string) => ({ label, stroke: textColor, grid, ticks: grid });
  const plot = new uPlot(
    {
      width: chart.width,
      height: chart.height,
      ...(chart.title === "" ? {} : { title: chart.title }),
      ms: 1,
      scales: { x: { time: chart.x.isTime } },
      axes: [axis(chart.x.label), { ...axis(chart.y.label), size: 64 }],
      series: [
        { label: chart.x.label },
        ...chart.series.map(({ name }, i) => {
          const stroke = colors[i % colors.length];
          return chart.kind === "scatter"
            ? { label: name, stroke, paths: () => null, points: { show: true, size: 4 } }
            : { label: name, stroke, width: 1 };
        }),
        ...chart.limits.map(() => ({
          label: "limit",
          stroke: "#d1242f",
          dash: [5, 4],
          spanGaps: true,
          points: { show: false },
        })),
      ],
    },
    uPlot.join([...tables, ...limitTables]),
    target,
  );
  plot.over.addEventListener("wheel", (event) => {
    event.preventDefault();
    const at = plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, "x");
    const factor = event.deltaY < 0 ? 0.8 : 1.25;
    const { min, max } = plot.scales.x;
    plot.setScale("x", {
      min: Math.max(span[0] ?? min, at - (at - min) * factor),
      max: Math.min(span[1] ?? max, at + (max - at) * factor),
    });
  }, { passive: false });
  return plot;
}
