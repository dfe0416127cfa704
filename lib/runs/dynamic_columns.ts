/**
 * The `in_*`, `out_*` and `custom_*` columns: typed by their values, nothing ever lost.
 *
 * A column is double, bool, timestamp (all texts RFC 3339 with seconds and `Z`) or list as long as
 * all its values are; as soon as two kinds meet it is text, each value in its JSON form.
 * @module
 */
import { type ColumnType, FIXED_COLUMNS, INSTRUMENT_COLUMNS } from "./columns.ts";
import { formatEventTime, parseEventTime } from "./event_time.ts";
import { CodeColumn, NumberColumn } from "./growable_columns.ts";
import { NUMBER_TEXTS } from "./run_event.ts";
import { type Cell, MappedSeries, type Series } from "./series.ts";

/** Type of a dynamic column; null while it has no value. */
export type DynamicType =
  | Extract<ColumnType, "double" | "bool" | "timestamp" | "string" | "list<string>">
  | null;

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;

/** Whether a text is a time that comes back unchanged from its microseconds. */
function isTimestamp(text: string): boolean {
  const micros = TIMESTAMP.test(text) ? parseEventTime(text) : null;
  return micros !== null && Number.isSafeInteger(micros) &&
    formatEventTime(micros).startsWith(text.slice(0, -1));
}

/** A claim check stands for its URI. */
function unwrapReference(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const reference = (value as { readonly _ref?: unknown })._ref;
  return typeof reference === "string" ? reference : value;
}

function elementText(value: unknown): string | null {
  const plain = unwrapReference(value);
  if (plain === null || plain === undefined) return null;
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Writes any cell as the text that stands for it in a column of mixed kinds. */
export function cellText(cell: Cell): string | null {
  if (cell === null || typeof cell === "string") return cell;
  return typeof cell === "number" ? numberText(cell) : JSON.stringify(cell);
}

/** Gives the type of a column that holds values of all given types. */
export function unifyTypes(types: readonly DynamicType[]): DynamicType {
  const known = new Set(types.filter((type) => type !== null));
  if (known.size > 1) return "string";
  return known.values().next().value ?? null;
}

/** Values of one dynamic column over one range of rows. */
export class DynamicColumn {
  #type: DynamicType = null;
  #numbers = new NumberColumn();
  #codes = new CodeColumn();

  /** Type so far. */
  get type(): DynamicType {
    return this.#type;
  }

  /**
   * Sets the value of a row; rows come in rising order.
   *
   * @param row Row number
   * @param raw Value as parsed from JSON
   */
  set(row: number, raw: unknown): void {
    const value = typeof raw === "object" ? unwrapReference(raw) : raw;
    if (value === null || value === undefined) return;
    if (typeof value === "number") return this.#setNumber(row, value);
    if (typeof value === "string") return this.#setText(row, value);
    if (typeof value === "boolean") return this.#setCell(row, "bool", String(value), value);
    if (Array.isArray(value)) {
      const list = value.map(elementText);
      return this.#setCell(row, "list<string>", JSON.stringify(list), list);
    }
    const text = JSON.stringify(value);
    this.#setCell(row, "string", text, text);
  }

  #setNumber(row: number, value: number): void {
    this.#type ??= "double";
    if (this.#type === "double") return this.#numbers.set(row, value);
    this.#setCell(row, "double", numberText(value), value);
  }

  #setText(row: number, value: string): void {
    const number = this.#type === "double" || this.#type === null
      ? NUMBER_TEXTS.get(value)
      : undefined;
    if (number !== undefined) return this.#setNumber(row, number);
    if (this.#type === "string") return this.#codes.setText(row, value);
    const isTime = isTimestamp(value);
    this.#setCell(row, isTime ? "timestamp" : "string", value, value);
  }

  #setCell(row: number, type: DynamicType, key: string, cell: Cell): void {
    const unified = unifyTypes([this.#type, type]);
    if (unified !== this.#type && this.#type !== null) this.#becomeText(row);
    this.#type = unified;
    const stored = unified === "string" ? cellText(cell) : cell;
    const storedKey = typeof stored === "string" ? stored : key;
    this.#codes.setCode(row, this.#codes.codeOf(storedKey, stored));
  }

  #becomeText(rowCount: number): void {
    const old = this.freeze(rowCount, this.#type);
    const cells: Cell[] = [];
    if (this.#type === "timestamp") return;
    old.copyTo(cells, 0, 0, rowCount);
    this.#codes = new CodeColumn();
    this.#numbers = new NumberColumn();
    cells.forEach((cell, row) => this.#codes.setText(row, cellText(cell)));
  }

  /**
   * Freezes the first rows as cells of a type.
   *
   * @param rowCount Number of rows
   * @param type This column's own type, or `string`
   */
  freeze(rowCount: number, type: DynamicType): Series {
    if (this.#type === "double") {
      const numbers = this.#numbers.freeze(rowCount);
      return type === "double" ? numbers : new MappedSeries(numbers, cellText);
    }
    if (this.#type === null || type === this.#type && type !== "timestamp") {
      return this.#codes.freeze(rowCount);
    }
    const convert = type === "timestamp" ? parseEventTime : cellText;
    return this.#codes.freeze(rowCount, this.#codes.dictionary.map((cell) => convert(cell)));
  }
}

/**
 * Gives each (prefix, key) a column name of its own. SQL engines ignore case, so the second of
 * two keys that differ by case only gets `_2`, in order of first appearance.
 */
export class DynamicNames {
  readonly #names = new Map<string, string>();
  readonly #taken = new Set(
    [...FIXED_COLUMNS, ...INSTRUMENT_COLUMNS].map((column) => column.name.toLowerCase()),
  );

  /** Gives the column name of a key, the same for each call. */
  nameOf(prefix: string, key: string): string {
    const wanted = prefix + key;
    const known = this.#names.get(wanted);
    if (known !== undefined) return known;
    const base = wanted.toWellFormed().replaceAll("\0", "\uFFFD");
    let name = base;
    for (let n = 2; this.#taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
    this.#taken.add(name.toLowerCase());
    this.#names.set(wanted, name);
    return name;
  }
}

/** The dynamic columns of one range of rows, by column name. */
export class DynamicColumns {
  readonly #names: DynamicNames;
  readonly #byName = new Map<string, DynamicColumn>();
  readonly #byPrefix = new Map<string, Map<string, DynamicColumn>>();

  constructor(names: DynamicNames) {
    this.#names = names;
  }

  /** Sets all values of a dictionary in one row. */
  setAll(row: number, prefix: string, values: Readonly<Record<string, unknown>>): void {
    for (const key in values) this.#column(prefix, key).set(row, values[key]);
  }

  #column(prefix: string, key: string): DynamicColumn {
    let columns = this.#byPrefix.get(prefix);
    if (columns === undefined) this.#byPrefix.set(prefix, columns = new Map());
    let column = columns.get(key);
    if (column === undefined) {
      column = new DynamicColumn();
      columns.set(key, column);
      this.#byName.set(this.#names.nameOf(prefix, key), column);
    }
    return column;
  }

  /** The names of all columns that were set, even where only to null. */
  names(): Iterable<string> {
    return this.#byName.keys();
  }

  /** Gives a column by its name. */
  get(name: string): DynamicColumn | undefined {
    return this.#byName.get(name);
  }
}
