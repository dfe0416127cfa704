/**
 * Cells as they stand in JavaScript arrays, as a column of whatever type its field says.
 * @module
 */
import {
  boolColumn,
  float64Column,
  int32Column,
  int64Column,
  listColumn,
  utf8Column,
} from "./column_builder.ts";
import { type ArrowColumn, type ArrowField, field } from "./field.ts";

/**
 * Makes a column of cells.
 *
 * @param target formats u, g, l, i, b, ts* (microseconds as numbers) and +l of these
 * @param cells one per row; lists are arrays
 */
export function cellsColumn(target: ArrowField, cells: readonly unknown[]): ArrowColumn {
  switch (target.format) {
    case "u":
      return utf8Column(target, cells as (string | null)[]);
    case "g":
      return float64Column(target, cells as (number | null)[]);
    case "i":
      return int32Column(target, cells as (number | null)[]);
    case "b":
      return boolColumn(target, cells as (boolean | null)[]);
    case "+l": {
      const rows = cells as readonly (readonly unknown[] | null)[];
      const child = target.children[0] ?? field("element", "u");
      const items = rows.flatMap((row) => row ?? []);
      return listColumn(target, rows.map((row) => row?.length ?? null), cellsColumn(child, items));
    }
    default:
      return int64Column(target, cells as (number | null)[]);
  }
}
