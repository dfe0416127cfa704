/**
 * Types that Arrow has no counterpart for travel as their text: DuckDB would hand over its own bytes (BIT,
 * BIGNUM), a wrong number (UHUGEINT beyond 38 digits) or half of the value (the zone of TIME WITH TIME ZONE).
 * @module
 */
import {
  DuckDBArrayType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBUnionType,
} from "@duckdb/node-api";
import { sqlName } from "./sql_text.ts";

const AS_TEXT: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.BIGNUM,
  DuckDBTypeId.BIT,
  DuckDBTypeId.TIME_TZ,
  DuckDBTypeId.VARIANT,
]);

/** Types that may hold others; the rest of a type need not be asked for. */
const NESTED: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.LIST,
  DuckDBTypeId.ARRAY,
  DuckDBTypeId.MAP,
  DuckDBTypeId.STRUCT,
  DuckDBTypeId.UNION,
]);

/** What names and types of columns can be asked of. */
interface Columns {
  readonly columnCount: number;
  columnName(index: number): string;
  columnTypeId(index: number): DuckDBTypeId;
  columnType(index: number): DuckDBType;
}

/**
 * A statement with the same rows, all of whose types Arrow has.
 *
 * @param statement one statement, without what stands before and behind it
 * @returns the statement to run instead, or undefined where the given one will do
 */
export function arrowStatement(statement: string, columns: Columns): string | undefined {
  // A type that hangs on a parameter is known as 0 and cannot be asked for further.
  const wanted = Array.from({ length: columns.columnCount }, (_, i) => {
    const id = columns.columnTypeId(i);
    return AS_TEXT.has(id) || NESTED.has(id) ? arrowType(columns.columnType(i)) : undefined;
  });
  if (wanted.every((each) => each === undefined)) return undefined;
  const casts = wanted.map((each, i) => {
    const value = each === undefined ? `c${i}` : `CAST(c${i} AS ${each})`;
    return `${value} AS ${sqlName(columns.columnName(i))}`;
  });
  const names = casts.map((_, i) => `c${i}`).join(", ");
  return `SELECT ${casts.join(", ")} FROM (\n${statement}\n) AS result(${names})`;
}

/** The type to cast to, as SQL; undefined where Arrow has the type. */
function arrowType(type: DuckDBType): string | undefined {
  if (AS_TEXT.has(type.typeId)) return "VARCHAR";
  if (type instanceof DuckDBListType) return suffixed(type.valueType, "[]");
  if (type instanceof DuckDBArrayType) return suffixed(type.valueType, `[${type.length}]`);
  if (type instanceof DuckDBMapType) {
    const key = arrowType(type.keyType);
    const value = arrowType(type.valueType);
    if (key === undefined && value === undefined) return undefined;
    return `MAP(${key ?? type.keyType}, ${value ?? type.valueType})`;
  }
  if (type instanceof DuckDBStructType) {
    return named("STRUCT", type.entryNames, type.entryTypes);
  }
  if (type instanceof DuckDBUnionType) {
    return named("UNION", type.memberTags, type.memberTypes);
  }
  return undefined;
}

function suffixed(type: DuckDBType, suffix: string): string | undefined {
  const inner = arrowType(type);
  return inner === undefined ? undefined : inner + suffix;
}

function named(
  kind: string,
  names: readonly string[],
  types: readonly DuckDBType[],
): string | undefined {
  const wanted = types.map(arrowType);
  if (wanted.every((each) => each === undefined)) return undefined;
  const members = names.map((name, i) => `${sqlName(name)} ${wanted[i] ?? types[i]}`);
  return `${kind}(${members.join(", ")})`;
}
