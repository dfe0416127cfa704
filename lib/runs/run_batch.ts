/**
 * A run's table as an Arrow batch, the form in which the engine takes rows over.
 * @module
 */
import {
  boolColumn,
  constantUtf8Column,
  float64Column,
  int32Column,
  int64Column,
  listColumn,
  utf8Column,
} from "../arrow/column_builder.ts";
import { type ArrowBatch, type ArrowColumn, type ArrowField, field } from "../arrow/field.ts";
import type { ColumnType } from "./columns.ts";
import type { RunColumn, RunTable } from "./run_table.ts";
import type { Cell } from "./series.ts";

const FORMATS: Readonly<Record<ColumnType, string>> = {
  "string": "u",
  "timestamp": "tsu:UTC",
  "int64": "l",
  "int32": "i",
  "double": "g",
  "bool": "b",
  "list<string>": "+l",
  "list<bool>": "+l",
};

/** The Arrow field of a column. */
export function runField(column: { readonly name: string; readonly type: ColumnType }): ArrowField {
  const { name, type } = column;
  if (type === "list<string>") return field(name, "+l", [field("element", "u")]);
  if (type === "list<bool>") return field(name, "+l", [field("element", "b")]);
  return field(name, FORMATS[type]);
}

/** Rows `start` up to `end` of a run's table. */
export function runBatch(table: RunTable, start = 0, end: number = table.rowCount): ArrowBatch {
  const fields = table.columns.map(runField);
  const columns = table.columns.map((column, i) =>
    toArrow(fields[i] ?? field(column.name, "u"), column, start, end)
  );
  return { schema: { fields }, rows: end - start, columns };
}

function toArrow(target: ArrowField, column: RunColumn, start: number, end: number): ArrowColumn {
  const { constant } = column;
  if (column.type === "string" && (typeof constant === "string" || constant === null)) {
    return constantUtf8Column(target, constant, end - start);
  }
  const cells = column.slice(start, end);
  switch (column.type) {
    case "string":
      return utf8Column(target, cells as (string | null)[]);
    case "timestamp":
    case "int64":
      return int64Column(target, cells as (number | null)[]);
    case "int32":
      return int32Column(target, cells as (number | null)[]);
    case "double":
      return float64Column(target, cells as (number | null)[]);
    case "bool":
      return boolColumn(target, cells as (boolean | null)[]);
    default:
      return lists(target, cells, column.type);
  }
}

function lists(target: ArrowField, cells: readonly Cell[], type: ColumnType): ArrowColumn {
  const rows = cells as readonly (readonly (string | boolean | null)[] | null)[];
  const items = rows.flatMap((row) => row ?? []);
  const child = target.children[0] ?? field("element", "u");
  const column = type === "list<bool>"
    ? boolColumn(child, items as (boolean | null)[])
    : utf8Column(child, items as (string | null)[]);
  return listColumn(target, rows.map((row) => row?.length ?? null), column);
}
