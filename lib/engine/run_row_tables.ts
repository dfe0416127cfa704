/**
 * The three tables of run rows in one schema, with what is known of their columns.
 * @module
 */
import type { ParquetCell } from "../parquet/format.ts";
import type { Database } from "./database.ts";
import {
  appendRunRows,
  asTexts,
  fitsTable,
  type PlacedRows,
  type RunRows,
  sqlColumns,
} from "./run_rows.ts";
import { absorbColumns, queryColumns, RUN_TABLES, type TableColumn } from "./run_tables.ts";

/** Tables that take rows from memory and grow by the columns that those bring. */
export class RunRowTables {
  readonly #database: Database;
  readonly #catalog: string;
  readonly #schema: string;
  /** Columns of a type that the tables are known to hold. */
  readonly #absorbed = new Set<string>();
  #columns: readonly TableColumn[] = [];

  constructor(database: Database, qualified: string) {
    this.#database = database;
    const [catalog = "", schema = ""] = qualified.split(".");
    this.#catalog = catalog;
    this.#schema = schema;
  }

  get #qualified(): string {
    return `${this.#catalog}.${this.#schema}`;
  }

  /** Reads what columns the tables have. */
  async load(): Promise<void> {
    this.#absorbed.clear();
    await this.#loadColumns();
  }

  async #loadColumns(): Promise<void> {
    this.#columns = await queryColumns(
      this.#database,
      `${this.#qualified}.${RUN_TABLES.measurement}`,
    );
  }

  /** Adds and widens columns so that rows of these columns find their place; true where a table changed. */
  async absorb(source: readonly TableColumn[]): Promise<boolean> {
    const fresh = source.filter((column) => !this.#absorbed.has(keyOf(column)));
    if (fresh.length === 0) return false;
    const known = new Map(this.#columns.map(({ name }) => [name.toLowerCase(), name]));
    const changed = await absorbColumns(this.#database, this.#qualified, fresh, known);
    if (changed) await this.#loadColumns();
    for (const column of fresh) this.#absorbed.add(keyOf(column));
    return changed;
  }

  /** Like {@linkcode absorb}, for rows in memory. */
  async absorbRows(rows: RunRows): Promise<boolean> {
    return await this.absorb(sqlColumns(rows));
  }

  /** Whether rows can be appended as they are. */
  fits(rows: RunRows): boolean {
    return fitsTable(rows, this.#columns);
  }

  /** Appends rows that fit. */
  async append(runs: readonly PlacedRows[]): Promise<void> {
    const target = { catalog: this.#catalog, schema: this.#schema };
    await appendRunRows(this.#database, target, this.#columns, runs);
  }

  /** Appends rows whose columns the tables hold, if need be as text. */
  async appendAsTexts(
    rows: RunRows,
    textOf: (cell: ParquetCell) => string | null,
  ): Promise<void> {
    await this.append([{ rows: asTexts(rows, this.#columns, textOf) }]);
  }
}

function keyOf({ name, type }: TableColumn): string {
  return `${name.toLowerCase()} ${type}`;
}
