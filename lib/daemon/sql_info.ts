/**
 * What this server tells about itself and its SQL: the answer to GetSqlInfo. JDBC asks for the number
 * type that stands here, so a `bigint` must not become a `bitmask`.
 * @module
 */
import { DAEMON_LIMITS } from "../base/limits.ts";
import { VERSION } from "../base/version.ts";
import {
  SqlInfo,
  SqlNullOrdering,
  SqlOuterJoinsSupportLevel,
  SqlSupportedCaseSensitivity,
  SqlSupportedGroupBy,
  SqlSupportedResultSetConcurrency,
  SqlSupportedResultSetType,
  SqlSupportedSubqueries,
  SqlSupportedTransaction,
  SqlSupportedUnions,
  SqlSupportsConvert,
  SqlTransactionIsolationLevel,
  SupportedAnsi92SqlGrammarLevel,
  SupportedSqlGrammar,
} from "../flight/sql_wire.ts";
import type { SqlWords } from "./sql_words.ts";

/** A value of SqlInfo by the member of the union that holds it. */
export type SqlInfoValue =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "flag"; readonly value: boolean }
  | { readonly kind: "bigint"; readonly value: number }
  | { readonly kind: "bitmask"; readonly value: number }
  | { readonly kind: "texts"; readonly value: readonly string[] }
  | { readonly kind: "map"; readonly value: ReadonlyMap<number, readonly number[]> };

/** An entry of SqlInfo. */
export type SqlInfoEntry = readonly [info: SqlInfo, value: SqlInfoValue];

const text = (value: string): SqlInfoValue => ({ kind: "text", value });
const flag = (value: boolean): SqlInfoValue => ({ kind: "flag", value });
const bigint = (value: number): SqlInfoValue => ({ kind: "bigint", value });
const number32 = (value: number): SqlInfoValue => ({ kind: "bitmask", value });
const texts = (value: readonly string[]): SqlInfoValue => ({ kind: "texts", value });

/** A bit for each enum value. */
function bits(...values: readonly number[]): SqlInfoValue {
  return number32(values.reduce((mask, value) => mask | (1 << value), 0));
}

/** Arrow's version whose messages this package writes. */
const ARROW_FORMAT = "1.5";

const SERVER: readonly SqlInfoEntry[] = [
  [SqlInfo.FLIGHT_SQL_SERVER_NAME, text("Litmus")],
  [SqlInfo.FLIGHT_SQL_SERVER_VERSION, text(VERSION)],
  [SqlInfo.FLIGHT_SQL_SERVER_ARROW_VERSION, text(ARROW_FORMAT)],
  [SqlInfo.FLIGHT_SQL_SERVER_READ_ONLY, flag(true)],
  [SqlInfo.FLIGHT_SQL_SERVER_SQL, flag(true)],
  [SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT, flag(false)],
  [SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION, number32(SqlSupportedTransaction.NONE)],
  [SqlInfo.FLIGHT_SQL_SERVER_CANCEL, flag(true)],
  [SqlInfo.FLIGHT_SQL_SERVER_BULK_INGESTION, flag(false)],
  [SqlInfo.FLIGHT_SQL_SERVER_INGEST_TRANSACTIONS_SUPPORTED, flag(false)],
  [SqlInfo.FLIGHT_SQL_SERVER_STATEMENT_TIMEOUT, number32(DAEMON_LIMITS.querySeconds * 1000)],
  [SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION_TIMEOUT, number32(0)],
];

const NAMES: readonly SqlInfoEntry[] = [
  [
    SqlInfo.SQL_IDENTIFIER_CASE,
    bigint(SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE),
  ],
  [SqlInfo.SQL_IDENTIFIER_QUOTE_CHAR, text('"')],
  [
    SqlInfo.SQL_QUOTED_IDENTIFIER_CASE,
    bigint(SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE),
  ],
  [SqlInfo.SQL_ALL_TABLES_ARE_SELECTABLE, flag(true)],
  [SqlInfo.SQL_NULL_ORDERING, bigint(SqlNullOrdering.SQL_NULLS_SORTED_AT_END)],
  [SqlInfo.SQL_SEARCH_STRING_ESCAPE, text("\\")],
  [SqlInfo.SQL_EXTRA_NAME_CHARACTERS, text("")],
  [SqlInfo.SQL_SCHEMA_TERM, text("schema")],
  [SqlInfo.SQL_PROCEDURE_TERM, text("")],
  [SqlInfo.SQL_CATALOG_TERM, text("catalog")],
  [SqlInfo.SQL_CATALOG_AT_START, flag(true)],
  [SqlInfo.SQL_SCHEMAS_SUPPORTED_ACTIONS, bits()],
  [SqlInfo.SQL_CATALOGS_SUPPORTED_ACTIONS, bits()],
];

/** All of JDBC's SQL92 and the conversions among the simple types. */
const GRAMMAR: readonly SqlInfoEntry[] = [
  [SqlInfo.SQL_SUPPORTS_COLUMN_ALIASING, flag(true)],
  [SqlInfo.SQL_NULL_PLUS_NULL_IS_NULL, flag(true)],
  [SqlInfo.SQL_SUPPORTS_CONVERT, { kind: "map", value: conversions() }],
  [SqlInfo.SQL_SUPPORTS_TABLE_CORRELATION_NAMES, flag(true)],
  [SqlInfo.SQL_SUPPORTS_DIFFERENT_TABLE_CORRELATION_NAMES, flag(false)],
  [SqlInfo.SQL_SUPPORTS_EXPRESSIONS_IN_ORDER_BY, flag(true)],
  [SqlInfo.SQL_SUPPORTS_ORDER_BY_UNRELATED, flag(true)],
  [
    SqlInfo.SQL_SUPPORTED_GROUP_BY,
    bits(
      SqlSupportedGroupBy.SQL_GROUP_BY_UNRELATED,
      SqlSupportedGroupBy.SQL_GROUP_BY_BEYOND_SELECT,
    ),
  ],
  [SqlInfo.SQL_SUPPORTS_LIKE_ESCAPE_CLAUSE, flag(true)],
  [SqlInfo.SQL_SUPPORTS_NON_NULLABLE_COLUMNS, flag(true)],
  [
    SqlInfo.SQL_SUPPORTED_GRAMMAR,
    bits(SupportedSqlGrammar.SQL_MINIMUM_GRAMMAR, SupportedSqlGrammar.SQL_CORE_GRAMMAR),
  ],
  [
    SqlInfo.SQL_ANSI92_SUPPORTED_LEVEL,
    bits(
      SupportedAnsi92SqlGrammarLevel.ANSI92_ENTRY_SQL,
      SupportedAnsi92SqlGrammarLevel.ANSI92_INTERMEDIATE_SQL,
    ),
  ],
  [
    SqlInfo.SQL_OUTER_JOINS_SUPPORT_LEVEL,
    bits(
      SqlOuterJoinsSupportLevel.SQL_LIMITED_OUTER_JOINS,
      SqlOuterJoinsSupportLevel.SQL_FULL_OUTER_JOINS,
    ),
  ],
  [
    SqlInfo.SQL_SUPPORTED_SUBQUERIES,
    bits(
      SqlSupportedSubqueries.SQL_SUBQUERIES_IN_COMPARISONS,
      SqlSupportedSubqueries.SQL_SUBQUERIES_IN_EXISTS,
      SqlSupportedSubqueries.SQL_SUBQUERIES_IN_INS,
      SqlSupportedSubqueries.SQL_SUBQUERIES_IN_QUANTIFIEDS,
    ),
  ],
  [SqlInfo.SQL_CORRELATED_SUBQUERIES_SUPPORTED, flag(true)],
  [
    SqlInfo.SQL_SUPPORTED_UNIONS,
    bits(SqlSupportedUnions.SQL_UNION, SqlSupportedUnions.SQL_UNION_ALL),
  ],
  [SqlInfo.SQL_NAMED_PARAMETERS_SUPPORTED, flag(false)],
];

const UNSUPPORTED = [
  SqlInfo.SQL_DDL_CATALOG,
  SqlInfo.SQL_DDL_SCHEMA,
  SqlInfo.SQL_DDL_TABLE,
  SqlInfo.SQL_SUPPORTS_INTEGRITY_ENHANCEMENT_FACILITY,
  SqlInfo.SQL_SELECT_FOR_UPDATE_SUPPORTED,
  SqlInfo.SQL_STORED_PROCEDURES_SUPPORTED,
  SqlInfo.SQL_MAX_ROW_SIZE_INCLUDES_BLOBS,
  SqlInfo.SQL_TRANSACTIONS_SUPPORTED,
  SqlInfo.SQL_DATA_DEFINITION_CAUSES_TRANSACTION_COMMIT,
  SqlInfo.SQL_DATA_DEFINITIONS_IN_TRANSACTIONS_IGNORED,
  SqlInfo.SQL_BATCH_UPDATES_SUPPORTED,
  SqlInfo.SQL_SAVEPOINTS_SUPPORTED,
  SqlInfo.SQL_LOCATORS_UPDATE_COPY,
  SqlInfo.SQL_STORED_FUNCTIONS_USING_CALL_SYNTAX_SUPPORTED,
] as const;

/** Limits; those left out here and in {@linkcode UNLIMITED} do not exist. */
const LIMITS: readonly SqlInfoEntry[] = [
  [SqlInfo.SQL_MAX_STATEMENT_LENGTH, bigint(DAEMON_LIMITS.sqlCharacters)],
  [SqlInfo.SQL_MAX_STATEMENTS, bigint(DAEMON_LIMITS.concurrentQueries)],
  [SqlInfo.SQL_SUPPORTED_POSITIONED_COMMANDS, bits()],
  [SqlInfo.SQL_DEFAULT_TRANSACTION_ISOLATION, bigint(0)],
  [
    SqlInfo.SQL_SUPPORTED_TRANSACTIONS_ISOLATION_LEVELS,
    bits(SqlTransactionIsolationLevel.SQL_TRANSACTION_NONE),
  ],
  [
    SqlInfo.SQL_SUPPORTED_RESULT_SET_TYPES,
    bits(SqlSupportedResultSetType.SQL_RESULT_SET_TYPE_FORWARD_ONLY),
  ],
  [
    SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_FORWARD_ONLY,
    bits(SqlSupportedResultSetConcurrency.SQL_RESULT_SET_CONCURRENCY_READ_ONLY),
  ],
  [SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_UNSPECIFIED, bits()],
  [SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_SCROLL_SENSITIVE, bits()],
  [SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_SCROLL_INSENSITIVE, bits()],
];

/** Zero says "no limit, or not known". */
const UNLIMITED = [
  SqlInfo.SQL_MAX_BINARY_LITERAL_LENGTH,
  SqlInfo.SQL_MAX_CHAR_LITERAL_LENGTH,
  SqlInfo.SQL_MAX_COLUMN_NAME_LENGTH,
  SqlInfo.SQL_MAX_COLUMNS_IN_GROUP_BY,
  SqlInfo.SQL_MAX_COLUMNS_IN_INDEX,
  SqlInfo.SQL_MAX_COLUMNS_IN_ORDER_BY,
  SqlInfo.SQL_MAX_COLUMNS_IN_SELECT,
  SqlInfo.SQL_MAX_COLUMNS_IN_TABLE,
  SqlInfo.SQL_MAX_CONNECTIONS,
  SqlInfo.SQL_MAX_CURSOR_NAME_LENGTH,
  SqlInfo.SQL_MAX_INDEX_LENGTH,
  SqlInfo.SQL_DB_SCHEMA_NAME_LENGTH,
  SqlInfo.SQL_MAX_PROCEDURE_NAME_LENGTH,
  SqlInfo.SQL_MAX_CATALOG_NAME_LENGTH,
  SqlInfo.SQL_MAX_ROW_SIZE,
  SqlInfo.SQL_MAX_TABLE_NAME_LENGTH,
  SqlInfo.SQL_MAX_TABLES_IN_SELECT,
  SqlInfo.SQL_MAX_USERNAME_LENGTH,
] as const;

function conversions(): ReadonlyMap<number, readonly number[]> {
  const C = SqlSupportsConvert;
  const numbers = [
    C.SQL_CONVERT_BIGINT,
    C.SQL_CONVERT_BIT,
    C.SQL_CONVERT_DECIMAL,
    C.SQL_CONVERT_FLOAT,
    C.SQL_CONVERT_INTEGER,
    C.SQL_CONVERT_NUMERIC,
    C.SQL_CONVERT_REAL,
    C.SQL_CONVERT_SMALLINT,
    C.SQL_CONVERT_TINYINT,
  ];
  const times = [C.SQL_CONVERT_DATE, C.SQL_CONVERT_TIMESTAMP];
  const texts = [C.SQL_CONVERT_CHAR, C.SQL_CONVERT_LONGVARCHAR, C.SQL_CONVERT_VARCHAR];
  const binaries = [C.SQL_CONVERT_BINARY, C.SQL_CONVERT_LONGVARBINARY, C.SQL_CONVERT_VARBINARY];
  const all = [...numbers, ...times, ...texts, ...binaries, C.SQL_CONVERT_TIME];
  return new Map([
    ...numbers.map((from) => [from, [...numbers, ...texts]] as const),
    ...times.map((from) => [from, [...times, C.SQL_CONVERT_TIME, ...texts]] as const),
    ...texts.map((from) => [from, all] as const),
    ...binaries.map((from) => [from, [...binaries, ...texts]] as const),
  ]);
}

/**
 * The entries in the order of their numbers.
 *
 * @param words keywords and functions of the SQL engine
 * @param wanted numbers to answer, empty for all; unknown ones are left out
 */
export function sqlInfoEntries(words: SqlWords, wanted: readonly number[]): SqlInfoEntry[] {
  const all: SqlInfoEntry[] = [
    ...SERVER,
    ...NAMES,
    ...GRAMMAR,
    ...LIMITS,
    ...UNSUPPORTED.map((info): SqlInfoEntry => [info, flag(false)]),
    ...UNLIMITED.map((info): SqlInfoEntry => [info, bigint(0)]),
    [SqlInfo.SQL_KEYWORDS, texts(words.keywords)],
    [SqlInfo.SQL_NUMERIC_FUNCTIONS, texts(words.numeric)],
    [SqlInfo.SQL_STRING_FUNCTIONS, texts(words.text)],
    [SqlInfo.SQL_SYSTEM_FUNCTIONS, texts(words.system)],
    [SqlInfo.SQL_DATETIME_FUNCTIONS, texts(words.time)],
  ];
  const numbers = new Set(wanted);
  return all
    .filter(([info]) => numbers.size === 0 || numbers.has(info))
    .toSorted(([a], [b]) => a - b);
}
