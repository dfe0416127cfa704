/**
 * Results and rows as notebooks show them.
 * @module
 */
import { rowsNote } from "../arrow/display.ts";
import { type ShownColumn, tableHtml, tableText } from "../arrow/shown_table.ts";
import { bundleOf, DISPLAY, type Displayable } from "./displayable.ts";
import { columnNames, fieldOf, isRows, type TableData, toResult } from "./table_data.ts";

const SHOWN_ROWS = 50;

/**
 * Makes a table of a result, an apache-arrow table, or rows as objects, as a notebook shows it: types
 * and units in its head, NULL apart from text, outcomes in color, and how many rows there are.
 *
 * @param data a query result, an apache-arrow `Table`, or rows as `RunStore.list` gives them
 *
 * @example
 * ```ts
 * import { DISPLAY, show } from "@litmus/sdk/notebook";
 * import { match } from "node:assert/strict";
 *
 * const shown = show([{ station: "bench-1", run_outcome: "passed" }]);
 * const bundle = await shown[DISPLAY]();
 * match(bundle["text/plain"] ?? "", /bench-1 {2}passed\n1 row/);
 * ```
 */
export function show(data: TableData): Displayable {
  return {
    [DISPLAY]: async () => isRows(data) ? rowsBundle(data) : bundleOf(await toResult(data)),
  };
}

/** The MIME bundle of rows as objects. */
function rowsBundle(
  rows: readonly object[],
  columns: readonly ShownColumn[] = columnsOf(rows),
): Record<string, string> {
  const table = {
    columns,
    rows: rows.slice(0, SHOWN_ROWS).map((row) => columns.map(({ name }) => fieldOf(row, name))),
    note: rowsNote(Math.min(rows.length, SHOWN_ROWS), rows.length),
  };
  return { "text/html": tableHtml(table), "text/plain": tableText(table) };
}

function columnsOf(rows: readonly object[]): ShownColumn[] {
  return columnNames(rows).map((name) => {
    const values = rows.map((row) => fieldOf(row, name)).filter((value) => value !== null);
    return {
      name,
      isNumeric: values.length > 0 &&
        values.every((value) => typeof value === "number" || typeof value === "bigint"),
      isOutcome: name.endsWith("outcome"),
    };
  });
}
