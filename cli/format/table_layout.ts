import type { ColumnKind } from "./result.ts";

/** What a column of a table asks for, in terminal cells. */
export interface ColumnDemand {
  readonly kind: ColumnKind;
  /** Width of the widest value. */
  readonly valueWidth: number;
  /** Width of name and type. */
  readonly headWidth: number;
}

/** A column of the table as drawn; `index` is undefined for the column that stands for the rest. */
export interface PlacedColumn {
  readonly index: number | undefined;
  readonly width: number;
}

// Enough to tell ids and names apart; below it, leaving columns out reads better.
const FLOOR = 12;
// Date and time to the second and the mark: what is cut off a time is precision only.
const TIME_FLOOR = 20;
const WHOLE: ReadonlySet<ColumnKind> = new Set(["integer", "number", "boolean"]);

/**
 * Fits columns into a width: first long texts shrink, then columns leave from the middle. Numbers
 * are never cut, because a part of a number is a wrong number.
 *
 * @param width terminal cells, undefined for as wide as it takes
 */
export function layoutColumns(
  demands: readonly ColumnDemand[],
  width: number | undefined,
): PlacedColumn[] {
  const wants = demands.map((demand) => Math.max(demand.valueWidth, demand.headWidth));
  const all = demands.map((_, index) => index);
  if (width === undefined) return place(all, wants);
  const floors = demands.map((demand, i) => floorOf(demand, wants[i]!));
  const kept = leaveOut(all, floors, width);
  const gap = kept.length < all.length;
  return place(kept, shrink(kept, wants, floors, width, gap), gap);
}

function floorOf(demand: ColumnDemand, want: number): number {
  const floor = Math.min(want, demand.kind === "time" ? TIME_FLOOR : FLOOR);
  return WHOLE.has(demand.kind) ? Math.max(demand.valueWidth, floor) : floor;
}

/** Cells of borders and blanks around columns, the column of the gap included. */
function frameWidth(columns: number, gap: boolean): number {
  return 3 * columns + 1 + (gap ? 4 : 0);
}

function leaveOut(all: readonly number[], floors: readonly number[], width: number): number[] {
  const kept = [...all];
  const fits = (): boolean =>
    sum(kept, floors) + frameWidth(kept.length, kept.length < all.length) <= width;
  while (kept.length > 1 && !fits()) kept.splice(kept.length >> 1, 1);
  return kept;
}

function sum(columns: readonly number[], widths: readonly number[]): number {
  return columns.reduce((total, index) => total + widths[index]!, 0);
}

/** Lowers the widest columns to a common cap until all fit. */
function shrink(
  kept: readonly number[],
  wants: readonly number[],
  floors: readonly number[],
  width: number,
  gap: boolean,
): number[] {
  const available = Math.max(kept.length, width - frameWidth(kept.length, gap));
  let cap = Math.min(available, Math.max(0, ...kept.map((index) => wants[index]!)));
  const widths = wants.map((want, i) => Math.min(want, Math.max(floors[i]!, cap)));
  while (sum(kept, widths) > available && cap > 0) {
    cap--;
    for (const i of kept) widths[i] = Math.min(wants[i]!, Math.max(floors[i]!, cap));
  }
  if (kept.length === 1) widths[kept[0]!] = Math.min(widths[kept[0]!]!, available);
  return fillUp(kept, widths, wants, available);
}

/** Gives the cells that the common cap left over to the columns from the left. */
function fillUp(
  kept: readonly number[],
  widths: number[],
  wants: readonly number[],
  available: number,
): number[] {
  let left = available - sum(kept, widths);
  for (const i of kept) {
    if (left > 0 && widths[i]! < wants[i]!) {
      widths[i]!++;
      left--;
    }
  }
  return widths;
}

function place(kept: readonly number[], widths: readonly number[], gap = false): PlacedColumn[] {
  const placed: PlacedColumn[] = kept.map((index) => ({ index, width: widths[index]! }));
  if (gap) placed.splice(Math.ceil(kept.length / 2), 0, { index: undefined, width: 1 });
  return placed;
}
