/**
 * Rows of runs straight from memory into the three tables: three appends for any number of runs, where
 * SQL would plan some eighty columns anew for each.
 * @module
 */
import { cellsColumn } from "../arrow/cells_column.ts";
import { constantUtf8Column } from "../arrow/column_builder.ts";
import { type ArrowColumn, type ArrowField, field } from "../arrow/field.ts";
import type { ParquetCell, ParquetColumn } from "../parquet/format.ts";
import { type ColumnType, duckdbType, RECORD_TYPES } from "../runs/columns.ts";
import type { Database } from "./database.ts";
import { type RecordType, RUN_TABLES, type TableColumn } from "./run_tables.ts";
import { TableAppender } from "./table_appender.ts";

/** Rows converted at a time: a run of a million measurements needs no second copy in memory. */
const BATCH_ROWS = 65_536;

/** The rows of one run file. */
export interface RunRows {
  readonly columns: readonly ParquetColumn[];
  readonly rowCount: number;
  /** Rows with the same one have columns of the same names and types. */
  readonly shape?: object;
}

/** Rows with the path of their file below the runs folder, where they have one. */
export interface PlacedRows {
  readonly rows: RunRows;
  readonly file?: string;
}

const TYPES: readonly ColumnType[] = [
  "string",
  "timestamp",
  "int64",
  "int32",
  "double",
  "bool",
  "list<string>",
  "list<bool>",
];
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
const TYPE_OF_SQL: ReadonlyMap<string, ColumnType> = new Map(
  TYPES.map((type) => [duckdbType(type), type]),
);

/** Columns of a run file as tables know them. */
export function sqlColumns({ columns }: RunRows): TableColumn[] {
  return columns.map(({ name, type }) => ({ name, type: duckdbType(type) }));
}

/** Whether rows can be appended to tables of these columns as they are. */
export function fitsTable({ columns }: RunRows, table: readonly TableColumn[]): boolean {
  const types = new Map(columns.map(({ name, type }) => [name.toLowerCase(), duckdbType(type)]));
  return types.size === columns.length && table.every(({ name, type }) => {
    const own = types.get(name.toLowerCase());
    return TYPE_OF_SQL.has(type) && (own === undefined || own === type);
  });
}

/** Texts in place of all values of columns that a table holds as text. */
export function asTexts(
  rows: RunRows,
  table: readonly TableColumn[],
  textOf: (cell: ParquetCell) => string | null,
): RunRows {
  const texts = new Set(
    table.filter(({ type }) => type === "VARCHAR").map(({ name }) => name.toLowerCase()),
  );
  const columns = rows.columns.map((column): ParquetColumn => {
    if (column.type === "string" || !texts.has(column.name.toLowerCase())) return column;
    return {
      name: column.name,
      type: "string",
      constantIn: (start, end) => {
        const shared = column.constantIn(start, end);
        return shared === undefined ? undefined : textOf(shared);
      },
      copyTo: (out, start, end) => {
        column.copyTo(out, start, end);
        for (let i = 0; i < end - start; i++) out[i] = textOf(out[i] ?? null);
      },
    };
  });
  return { columns, rowCount: rows.rowCount };
}

/** Rows of one kind that follow each other. */
export interface RunPiece {
  readonly columns: ReadonlyMap<string, ParquetColumn>;
  readonly file: string | null;
  readonly start: number;
  readonly end: number;
}

/**
 * Appends rows to the tables of a schema, on the database's own connection and in its transaction.
 *
 * @param target catalog and schema
 * @param tables columns of each table, in their order; they fit the rows
 * @param types the tables to fill
 */
export async function appendRunRows(
  database: Database,
  target: { readonly catalog: string; readonly schema: string },
  tables: ReadonlyMap<RecordType, readonly TableColumn[]>,
  runs: readonly PlacedRows[],
  types: readonly RecordType[] = RECORD_TYPES,
): Promise<void> {
  const pieces = piecesByType(runs);
  for (const type of types) {
    const own = pieces.get(type) ?? [];
    if (own.length === 0) continue;
    const fields = (tables.get(type) ?? []).map(fieldOf);
    const appender = await TableAppender.open(database, { ...target, table: RUN_TABLES[type] });
    try {
      for (const portion of portionsOf(own)) {
        const rows = portion.reduce((sum, { start, end }) => sum + end - start, 0);
        const columns = fields.map((each) => gather(each, portion, rows));
        appender.append({ schema: { fields }, rows, columns });
      }
    } finally {
      appender.close();
    }
  }
}

function fieldOf({ name, type: sqlType }: TableColumn): ArrowField {
  const type = TYPE_OF_SQL.get(sqlType);
  if (type === undefined) throw new TypeError(`Column "${name}": ${sqlType} is not appended`);
  const element = type === "list<bool>" ? "b" : "u";
  const children = FORMATS[type] === "+l" ? [field("element", element)] : [];
  return field(name, FORMATS[type], children);
}

/** The rows of runs by the table that they belong to. */
export function piecesByType(runs: readonly PlacedRows[]): Map<ParquetCell, RunPiece[]> {
  const pieces = new Map<ParquetCell, RunPiece[]>();
  for (const { rows, file = null } of runs) {
    const columns = new Map(rows.columns.map((column) => [column.name.toLowerCase(), column]));
    const types = new Array<ParquetCell>(rows.rowCount).fill(null);
    columns.get("record_type")?.copyTo(types, 0, rows.rowCount);
    for (let start = 0; start < rows.rowCount;) {
      const type = types[start] ?? null;
      let end = start + 1;
      while (end < rows.rowCount && types[end] === type) end++;
      const piece = { columns, file, start, end };
      const known = pieces.get(type);
      if (known === undefined) pieces.set(type, [piece]);
      else known.push(piece);
      start = end;
    }
  }
  return pieces;
}

function* portionsOf(pieces: readonly RunPiece[]): Generator<readonly RunPiece[]> {
  let portion: RunPiece[] = [];
  let room = BATCH_ROWS;
  for (const piece of pieces) {
    for (let start = piece.start; start < piece.end;) {
      const end = Math.min(piece.end, start + room);
      portion.push({ ...piece, start, end });
      room -= end - start;
      start = end;
      if (room > 0) continue;
      yield portion;
      portion = [];
      room = BATCH_ROWS;
    }
  }
  if (portion.length > 0) yield portion;
}

/** A column over all pieces; those that lack it have nulls. */
function gather(target: ArrowField, pieces: readonly RunPiece[], rows: number): ArrowColumn {
  const name = target.name.toLowerCase();
  const columns = pieces.map(({ columns }) => columns.get(name));
  const constants = pieces.map(({ file, start, end }, i) => {
    if (name === "_file") return file;
    const column = columns[i];
    return column === undefined ? null : column.constantIn(start, end);
  });
  const [first] = constants;
  const isConstant = first !== undefined && constants.every((each) => each === first);
  if (isConstant && target.format === "u" && (first === null || typeof first === "string")) {
    return constantUtf8Column(target, first, rows);
  }
  const cells = new Array<ParquetCell>(rows);
  let at = 0;
  pieces.forEach(({ start, end }, i) => {
    const constant = constants[i];
    if (constant !== undefined) cells.fill(constant, at, at + end - start);
    else {
      const part = new Array<ParquetCell>(end - start);
      columns[i]?.copyTo(part, start, end);
      for (let k = 0; k < end - start; k++) cells[at + k] = part[k] ?? null;
    }
    at += end - start;
  });
  return cellsColumn(target, cells);
}
