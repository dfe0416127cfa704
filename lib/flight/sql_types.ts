/**
 * Flight SQL commands as plain objects; sql_commands.ts holds their bytes.
 * @module
 */

/** A query or update as text. */
export interface SqlStatement {
  /** One statement. */
  readonly query: string;
  /** The transaction to run it in. */
  readonly transactionId?: Uint8Array;
}

/** Refers to a prepared statement. */
export interface PreparedStatementRef {
  /** As the server gave it. */
  readonly preparedStatementHandle: Uint8Array;
}

/** A plan in Substrait's form. */
export interface SubstraitStatement {
  /** The plan and the Substrait version it was made for. */
  readonly plan?: { readonly plan: Uint8Array; readonly version: string };
  /** The transaction to run it in. */
  readonly transactionId?: Uint8Array;
}

/** Bulk ingestion; the data follows in the same put. */
export interface IngestStatement {
  /** What to do where the table is missing or there. */
  readonly tableDefinitionOptions?: {
    readonly ifNotExist: "unspecified" | "create" | "fail";
    readonly ifExists: "unspecified" | "fail" | "append" | "replace";
  };
  /** Target table. */
  readonly table: string;
  /** Target schema. */
  readonly schema?: string;
  /** Target catalog. */
  readonly catalog?: string;
  /** Whether the table is a temporary one. */
  readonly temporary: boolean;
  /** The transaction to run it in. */
  readonly transactionId?: Uint8Array;
  /** Options that belong to the server. */
  readonly options: Readonly<Record<string, string>>;
}

/** Which tables to list; an absent filter takes all, patterns are those of SQL LIKE. */
export interface TableFilter {
  /** Exact catalog; empty: tables without one. */
  readonly catalog?: string;
  /** Pattern of schema names. */
  readonly dbSchemaFilterPattern?: string;
  /** Pattern of table names. */
  readonly tableNameFilterPattern?: string;
  /** Wanted types; empty: all. */
  readonly tableTypes: readonly string[];
  /** Whether the Arrow schema of each table is wanted. */
  readonly includeSchema: boolean;
}

/** One table. */
export interface TableRef {
  /** Exact catalog. */
  readonly catalog?: string;
  /** Exact schema. */
  readonly dbSchema?: string;
  /** Exact table. */
  readonly table: string;
}

/** Two tables between which foreign keys are asked for. */
export interface CrossReference {
  /** Catalog of the table with the primary key. */
  readonly pkCatalog?: string;
  /** Schema of the table with the primary key. */
  readonly pkDbSchema?: string;
  /** Table with the primary key. */
  readonly pkTable: string;
  /** Catalog of the table with the foreign key. */
  readonly fkCatalog?: string;
  /** Schema of the table with the foreign key. */
  readonly fkDbSchema?: string;
  /** Table with the foreign key. */
  readonly fkTable: string;
}

/** The commands by the names that {@linkcode SqlCommand.type} takes. */
export interface SqlCommands {
  /** Descriptor: run a query. */
  readonly statementQuery: SqlStatement;
  /** Put: run a statement without a result. */
  readonly statementUpdate: SqlStatement;
  /** Descriptor or put: run a Substrait plan. */
  readonly statementSubstraitPlan: SubstraitStatement;
  /** Put: ingest the rows of the put. */
  readonly statementIngest: IngestStatement;
  /** Ticket: the result of a query. */
  readonly ticketStatementQuery: { readonly statementHandle: Uint8Array };
  /** Descriptor, ticket or put of parameters: run a prepared query. */
  readonly preparedStatementQuery: PreparedStatementRef;
  /** Put: run a prepared statement without a result. */
  readonly preparedStatementUpdate: PreparedStatementRef;
  /** List catalogs. */
  readonly getCatalogs: Record<never, never>;
  /** List schemas. */
  readonly getDbSchemas: {
    readonly catalog?: string;
    readonly dbSchemaFilterPattern?: string;
  };
  /** List tables. */
  readonly getTables: TableFilter;
  /** List the types of tables. */
  readonly getTableTypes: Record<never, never>;
  /** What the server can do; `info` are numbers of `SqlInfo`, empty: all. */
  readonly getSqlInfo: { readonly info: readonly number[] };
  /** Describe data types; `dataType` is a number of `XdbcDataType`, absent: all. */
  readonly getXdbcTypeInfo: { readonly dataType?: number };
  /** Primary key of a table. */
  readonly getPrimaryKeys: TableRef;
  /** Foreign keys that refer to a table. */
  readonly getExportedKeys: TableRef;
  /** Foreign keys of a table. */
  readonly getImportedKeys: TableRef;
  /** Foreign keys of one table that refer to another. */
  readonly getCrossReference: CrossReference;
  /** Action: prepare a statement. */
  readonly createPreparedStatement: SqlStatement;
  /** Action: prepare a Substrait plan. */
  readonly createPreparedSubstraitPlan: SubstraitStatement;
  /** Action: forget a prepared statement. */
  readonly closePreparedStatement: PreparedStatementRef;
  /** Action: start a transaction. */
  readonly beginTransaction: Record<never, never>;
  /** Action: end a transaction. */
  readonly endTransaction: {
    readonly transactionId: Uint8Array;
    readonly action: "unspecified" | "commit" | "rollback";
  };
  /** Action: set a savepoint. */
  readonly beginSavepoint: { readonly transactionId: Uint8Array; readonly name: string };
  /** Action: end a savepoint. */
  readonly endSavepoint: {
    readonly savepointId: Uint8Array;
    readonly action: "unspecified" | "release" | "rollback";
  };
  /** Action: cancel a query; `info` is an encoded FlightInfo. */
  readonly cancelQuery: { readonly info: Uint8Array };
}

/** Name of a command. */
export type SqlCommandType = keyof SqlCommands;

/** A Flight SQL command. */
export type SqlCommand = {
  readonly [T in SqlCommandType]: { readonly type: T } & SqlCommands[T];
}[SqlCommandType];

/** A message of the Flight SQL package that this version does not know. */
export interface UnknownSqlCommand {
  readonly type: "unknown";
  /** Name of the message in its package, such as `CommandGetFuture`. */
  readonly name: string;
}
