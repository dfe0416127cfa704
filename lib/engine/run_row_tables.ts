/**
 * The three tables of run rows in one schema, with what is known of their columns.
 * @module
 */
import type { ParquetCell } from "../parquet/format.ts";
import { RECORD_TYPES } from "../runs/columns.ts";
import type { Database } from "./database.ts";
import { LARGE_ROWS } from "./read_run_rows.ts";
import {
  appendRunRows,
  asTexts,
  fitsTable,
  piecesByType,
  type PlacedRows,
  type RunRows,
  sqlColumns,
} from "./run_rows.ts";
import {
  absorbColumns,
  addContractColumns,
  queryColumns,
  type RecordType,
  RUN_TABLES,
  type TableColumn,
} from "./run_tables.ts";
import { sqlName, sqlText } from "./sql_text.ts";
import { type ValuedColumns, valuedInRows, valuedInSource } from "./valued_columns.ts";

/** Tables that take rows and grow by the columns that those bring. */
export class RunRowTables {
  readonly #database: Database;
  readonly #catalog: string;
  readonly #schema: string;
  /** Columns of a type that the tables are known to hold. */
  readonly #absorbed = new Set<string>();
  readonly #columns = new Map<RecordType, readonly TableColumn[]>();
  /** Shape of the rows that were absorbed last. */
  #shape: object | undefined;
  /** Whether rows of a shape fit, for the columns that the tables have now. */
  #fitting = new WeakMap<object, boolean>();

  constructor(database: Database, qualified: string) {
    this.#database = database;
    const [catalog = "", schema = ""] = qualified.split(".");
    this.#catalog = catalog;
    this.#schema = schema;
  }

  #table(type: RecordType): string {
    return `${this.#catalog}.${this.#schema}.${RUN_TABLES[type]}`;
  }

  #columnsOf(type: RecordType): readonly TableColumn[] {
    return this.#columns.get(type) ?? [];
  }

  /** Reads what columns the tables have. */
  async load(): Promise<void> {
    this.#absorbed.clear();
    await this.#loadColumns();
  }

  async #loadColumns(): Promise<void> {
    this.#shape = undefined;
    this.#fitting = new WeakMap();
    for (const type of RECORD_TYPES) {
      this.#columns.set(type, await queryColumns(this.#database, this.#table(type)));
    }
  }

  /** Adds and widens columns so that rows find their place; true where a table changed. */
  async absorbRows(rows: RunRows): Promise<boolean> {
    const isKnown = rows.shape !== undefined && rows.shape === this.#shape;
    const isWidened = !isKnown && await this.#absorb(sqlColumns(rows));
    this.#shape = rows.shape;
    return await this.#add(valuedInRows(rows, this.#columns)) || isWidened;
  }

  /**
   * Like {@linkcode absorbRows}, for the rows of a query.
   *
   * @param found its columns
   */
  async absorbSource(source: string, found: readonly TableColumn[]): Promise<boolean> {
    const isWidened = await this.#absorb(found);
    const valued = await valuedInSource(this.#database, source, found, this.#columns);
    return await this.#add(valued) || isWidened;
  }

  async #absorb(source: readonly TableColumn[]): Promise<boolean> {
    const fresh = source.filter((column) => !this.#absorbed.has(keyOf(column)));
    if (fresh.length === 0) return false;
    const names = this.#columnsOf("measurement").map(({ name }) => name);
    const known = new Map(names.map((name) => [name.toLowerCase(), name]));
    const schema = `${this.#catalog}.${this.#schema}`;
    const isChanged = await absorbColumns(this.#database, schema, fresh, known);
    if (isChanged) await this.#loadColumns();
    for (const column of fresh) this.#absorbed.add(keyOf(column));
    return isChanged;
  }

  async #add(valued: ValuedColumns): Promise<boolean> {
    for (const [type, names] of valued) {
      await addContractColumns(this.#database, this.#table(type), names);
    }
    if (valued.size > 0) await this.#loadColumns();
    return valued.size > 0;
  }

  /** Whether rows can be appended as they are. */
  fits(rows: RunRows): boolean {
    const { shape } = rows;
    if (shape === undefined) return this.#fits(rows);
    const known = this.#fitting.get(shape) ?? this.#fits(rows);
    this.#fitting.set(shape, known);
    return known;
  }

  #fits(rows: RunRows): boolean {
    return RECORD_TYPES.every((type) => fitsTable(rows, this.#columnsOf(type)));
  }

  /** Appends rows that fit. */
  async append(runs: readonly PlacedRows[]): Promise<void> {
    const target = { catalog: this.#catalog, schema: this.#schema };
    await appendRunRows(this.#database, target, this.#columns, runs);
  }

  /**
   * Takes rows that fit and lie in a file as well: many of a kind are read by all threads of the engine, which
   * is faster than handing them over.
   *
   * @param source a query for the rows of the file
   */
  async appendLarge(run: PlacedRows, source: string): Promise<void> {
    const pieces = piecesByType([run]);
    const isLarge = (type: RecordType): boolean =>
      (pieces.get(type) ?? []).reduce((sum, { start, end }) => sum + end - start, 0) > LARGE_ROWS;
    const small = RECORD_TYPES.filter((type) => !isLarge(type));
    const target = { catalog: this.#catalog, schema: this.#schema };
    await appendRunRows(this.#database, target, this.#columns, [run], small);
    const found = [...sqlColumns(run.rows), { name: "_file", type: "VARCHAR" }];
    await this.insert(source, found, RECORD_TYPES.filter(isLarge));
  }

  /** Appends rows whose columns the tables hold, if need be as text. */
  async appendAsTexts(
    rows: RunRows,
    textOf: (cell: ParquetCell) => string | null,
  ): Promise<void> {
    const columns = this.#columnsOf("measurement");
    await this.append([{ rows: asTexts(rows, columns, textOf) }]);
  }

  /**
   * Inserts the rows of a query; values are cast where a file typed a dynamic column in another way.
   *
   * @param found its columns, all of which the tables hold or lack for want of a value
   * @param types the tables to fill
   */
  async insert(
    source: string,
    found: readonly TableColumn[],
    types: readonly RecordType[] = RECORD_TYPES,
  ): Promise<void> {
    const names = new Set(found.map(({ name }) => name.toLowerCase()));
    for (const type of types) {
      const columns = this.#columnsOf(type)
        .filter(({ name }) => names.has(name.toLowerCase()))
        .map(({ name }) => sqlName(name)).join(", ");
      await this.#database.run(
        `INSERT INTO ${this.#table(type)} BY NAME SELECT ${columns} FROM (${source})
         WHERE record_type = ${sqlText(type)}`,
      );
    }
  }
}

function keyOf({ name, type }: TableColumn): string {
  return `${name.toLowerCase()} ${type}`;
}
