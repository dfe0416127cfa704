/**
 * DuckDB's types as ODBC and JDBC describe types: the answer to GetXdbcTypeInfo.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import { Nullable, Searchable, XdbcDataType, XdbcDatetimeSubcode } from "../flight/sql_wire.ts";
import { batchOfRows, type Cell } from "./flight_sql_batch.ts";
import { TYPE_INFO_SCHEMA } from "./flight_sql_schemas.ts";

interface TypeInfo {
  readonly name: string;
  readonly type: XdbcDataType;
  /** Digits, characters or bytes of the longest value. */
  readonly size?: number;
  /** Numbers: the base of {@linkcode TypeInfo.size}. */
  readonly radix?: number;
  readonly unsigned?: boolean;
  /** Quotes of a literal. */
  readonly quotes?: readonly [string, string];
  readonly createParameters?: readonly string[];
  readonly scales?: readonly [least: number, most: number];
  readonly subcode?: XdbcDatetimeSubcode;
  readonly searchable?: Searchable;
}

const TEXT_BYTES = 2 ** 31 - 1;
const QUOTES = ["'", "'"] as const;

function whole(name: string, type: XdbcDataType, size: number, unsigned = false): TypeInfo {
  return { name, type, size, radix: 10, unsigned, scales: [0, 0], searchable: Searchable.BASIC };
}

function text(name: string, type: XdbcDataType, size = TEXT_BYTES): TypeInfo {
  return { name, type, size, quotes: QUOTES, searchable: Searchable.FULL };
}

function binary(name: string): TypeInfo {
  return { name, type: XdbcDataType.XDBC_VARBINARY, size: TEXT_BYTES, quotes: QUOTES };
}

function time(
  name: string,
  type: XdbcDataType,
  subcode: XdbcDatetimeSubcode,
  size: number,
  scale: number,
): TypeInfo {
  return {
    name,
    type,
    size,
    quotes: [`${name} '`, "'"],
    scales: [scale, scale],
    subcode,
    searchable: Searchable.BASIC,
  };
}

function nested(name: string, open: string, close: string): TypeInfo {
  return { name, type: XdbcDataType.XDBC_UNKNOWN_TYPE, quotes: [open, close] };
}

const { XDBC_TIMESTAMP, XDBC_TIME, XDBC_DATE } = XdbcDataType;
const SUBCODE = XdbcDatetimeSubcode;

const TYPES: readonly TypeInfo[] = [
  { name: "BOOLEAN", type: XdbcDataType.XDBC_BIT, size: 1, searchable: Searchable.BASIC },
  whole("TINYINT", XdbcDataType.XDBC_TINYINT, 3),
  whole("UTINYINT", XdbcDataType.XDBC_TINYINT, 3, true),
  whole("SMALLINT", XdbcDataType.XDBC_SMALLINT, 5),
  whole("USMALLINT", XdbcDataType.XDBC_SMALLINT, 5, true),
  whole("INTEGER", XdbcDataType.XDBC_INTEGER, 10),
  whole("UINTEGER", XdbcDataType.XDBC_INTEGER, 10, true),
  whole("BIGINT", XdbcDataType.XDBC_BIGINT, 19),
  whole("UBIGINT", XdbcDataType.XDBC_BIGINT, 20, true),
  whole("HUGEINT", XdbcDataType.XDBC_NUMERIC, 39),
  whole("UHUGEINT", XdbcDataType.XDBC_NUMERIC, 39, true),
  {
    ...whole("DECIMAL", XdbcDataType.XDBC_DECIMAL, 38),
    createParameters: ["precision", "scale"],
    scales: [0, 38],
  },
  { name: "FLOAT", type: XdbcDataType.XDBC_REAL, size: 24, radix: 2, unsigned: false },
  { name: "DOUBLE", type: XdbcDataType.XDBC_DOUBLE, size: 53, radix: 2, unsigned: false },
  { ...text("VARCHAR", XdbcDataType.XDBC_VARCHAR), createParameters: ["length"] },
  text("JSON", XdbcDataType.XDBC_LONGVARCHAR),
  text("ENUM", XdbcDataType.XDBC_VARCHAR),
  text("UUID", XdbcDataType.XDBC_CHAR, 36),
  binary("BLOB"),
  binary("BIT"),
  binary("BIGNUM"),
  binary("GEOMETRY"),
  time("DATE", XDBC_DATE, SUBCODE.XDBC_SUBCODE_DATE, 10, 0),
  time("TIME", XDBC_TIME, SUBCODE.XDBC_SUBCODE_TIME, 15, 6),
  time("TIME_NS", XDBC_TIME, SUBCODE.XDBC_SUBCODE_TIME, 18, 9),
  time("TIME WITH TIME ZONE", XDBC_TIME, SUBCODE.XDBC_SUBCODE_TIME_WITH_TIMEZONE, 21, 6),
  time("TIMESTAMP", XDBC_TIMESTAMP, SUBCODE.XDBC_SUBCODE_TIMESTAMP, 26, 6),
  time("TIMESTAMP_S", XDBC_TIMESTAMP, SUBCODE.XDBC_SUBCODE_TIMESTAMP, 19, 0),
  time("TIMESTAMP_MS", XDBC_TIMESTAMP, SUBCODE.XDBC_SUBCODE_TIMESTAMP, 23, 3),
  time("TIMESTAMP_NS", XDBC_TIMESTAMP, SUBCODE.XDBC_SUBCODE_TIMESTAMP, 29, 9),
  time(
    "TIMESTAMP WITH TIME ZONE",
    XDBC_TIMESTAMP,
    SUBCODE.XDBC_SUBCODE_TIMESTAMP_WITH_TIMEZONE,
    32,
    6,
  ),
  {
    ...time("INTERVAL", XdbcDataType.XDBC_INTERVAL, SUBCODE.XDBC_SUBCODE_UNKNOWN, 64, 6),
    searchable: Searchable.BASIC,
  },
  nested("LIST", "[", "]"),
  nested("ARRAY", "[", "]"),
  nested("STRUCT", "{", "}"),
  nested("MAP", "MAP {", "}"),
  nested("UNION", "union_value(", ")"),
  nested("VARIANT", "", ""),
];

function rowOf(info: TypeInfo): readonly Cell[] {
  const dated = [XDBC_DATE, XDBC_TIME, XDBC_TIMESTAMP].includes(info.type);
  return [
    info.name,
    info.type,
    info.size ?? null,
    info.quotes?.[0] ?? null,
    info.quotes?.[1] ?? null,
    info.createParameters ?? null,
    Nullable.NULLABILITY_NULLABLE,
    info.searchable === Searchable.FULL,
    info.searchable ?? Searchable.BASIC,
    info.unsigned ?? null,
    false,
    info.unsigned === undefined ? null : false,
    info.name,
    info.scales?.[0] ?? null,
    info.scales?.[1] ?? null,
    dated ? XdbcDataType.XDBC_DATETIME : info.type,
    info.subcode ?? null,
    info.radix ?? null,
    info.type === XdbcDataType.XDBC_INTERVAL ? 6 : null,
  ];
}

/** The types, ordered by number and name; one number only where it is given. */
export function typeInfoBatch(dataType?: number): ArrowBatch {
  const wanted = TYPES
    .filter(({ type }) => dataType === undefined || type === dataType)
    .toSorted((a, b) => a.type - b.type || (a.name < b.name ? -1 : 1));
  return batchOfRows(TYPE_INFO_SCHEMA, wanted.map(rowOf));
}
