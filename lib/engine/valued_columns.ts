/**
 * Which columns of the contract rows hold values for, that the tables which take them lack so far.
 * @module
 */
import { isList } from "../parquet/format.ts";
import {
  type ColumnSpec,
  FIXED_COLUMNS,
  INSTRUMENT_COLUMNS,
  RECORD_TYPES,
} from "../runs/columns.ts";
import type { Database } from "./database.ts";
import { piecesByType, type RunRows } from "./run_rows.ts";
import { isAbsentCell, type RecordType, type TableColumn } from "./run_tables.ts";
import { sqlName } from "./sql_text.ts";

/** Names of columns by the kind of the rows that have values; kinds without such are left out. */
export type ValuedColumns = ReadonlyMap<RecordType, readonly string[]>;

type Tables = ReadonlyMap<RecordType, readonly TableColumn[]>;

const CONTRACT: readonly ColumnSpec[] = [...FIXED_COLUMNS, ...INSTRUMENT_COLUMNS];

function missingIn(columns: readonly TableColumn[] = []): readonly ColumnSpec[] {
  if (columns.length === 0) return CONTRACT;
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  return CONTRACT.filter(({ name }) => !names.has(name));
}

/** What rows in memory bring. */
export function valuedInRows(rows: RunRows, tables: Tables): ValuedColumns {
  const valued = new Map<RecordType, readonly string[]>();
  const pieces = piecesByType([{ rows }]);
  for (const type of RECORD_TYPES) {
    const own = pieces.get(type) ?? [];
    const names = missingIn(tables.get(type)).filter((spec) =>
      own.some(({ columns, start, end }) => {
        const column = columns.get(spec.name);
        const cell = column === undefined ? null : column.constantIn(start, end);
        return cell === undefined || !isAbsentCell(spec.type, cell);
      })
    ).map(({ name }) => name);
    if (names.length > 0) valued.set(type, names);
  }
  return valued;
}

/** What the rows of a query bring. */
export async function valuedInSource(
  database: Database,
  source: string,
  found: readonly TableColumn[],
  tables: Tables,
): Promise<ValuedColumns> {
  const missing = new Set(RECORD_TYPES.flatMap((type) => missingIn(tables.get(type))));
  if (missing.size === 0) return new Map();
  const types = new Map(found.map(({ name, type }) => [name.toLowerCase(), type]));
  const flags = Array.from(missing, (spec) => `bool_or(${isValued(spec, types.get(spec.name))})`);
  const rows = await database.rows(
    `SELECT record_type, [${flags.join(", ")}] AS flags FROM (${source}) GROUP BY record_type`,
  );
  const valued = new Map<RecordType, readonly string[]>();
  for (const type of RECORD_TYPES) {
    const flagsOfType = rows.find((row) => row.record_type === type)?.flags;
    if (!Array.isArray(flagsOfType)) continue;
    const own = new Set(missingIn(tables.get(type)));
    const names = Array.from(missing).filter((spec, i) => own.has(spec) && flagsOfType[i] === true)
      .map(({ name }) => name);
    if (names.length > 0) valued.set(type, names);
  }
  return valued;
}

/** Whether a row holds a value of a column, in SQL. */
function isValued({ name, type }: ColumnSpec, foundType: string | undefined): string {
  if (!isList(type)) return foundType === undefined ? "false" : `${sqlName(name)} IS NOT NULL`;
  // Without a list, or without the column, rows hold null, which is not the empty list.
  return foundType?.endsWith("[]") === true ? `len(${sqlName(name)}) IS DISTINCT FROM 0` : "true";
}
