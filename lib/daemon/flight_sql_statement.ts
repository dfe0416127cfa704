/**
 * What a statement returns and wants, found without running it.
 * @module
 */
import type { ArrowField, ArrowSchema } from "../arrow/field.ts";
import { field } from "../arrow/field.ts";
import { SqlError } from "../base/errors.ts";
import { type ColumnSource, schemaOf as arrowSchemaOf } from "../engine/chunk_arrow.ts";
import type { ParameterValue } from "../engine/query.ts";
import { prepareReading } from "../engine/statement_gate.ts";
import { parameterField } from "./flight_sql_parameters.ts";
import type { Warehouse } from "./warehouse.ts";

type Prepared = Awaited<ReturnType<typeof prepareReading>>;
type Connection = Parameters<typeof prepareReading>[0];

/** What a statement returns and wants. */
export interface StatementDescription {
  /** Schema of the result; undefined where it depends on values of parameters. */
  readonly schema: ArrowSchema | undefined;
  /** The parameters in the order of their positions, under their names without the dollar sign. */
  readonly parameters: readonly ArrowField[];
}

/**
 * Describes a statement.
 *
 * @throws {SqlError} for a mistake in the statement or one that is not reading
 */
export async function describeForDriver(
  warehouse: Warehouse,
  sql: string,
  signal: AbortSignal,
): Promise<StatementDescription> {
  await warehouse.prepareFor(sql);
  const { database } = warehouse;
  const connection = await database.borrow();
  const { duckdb } = connection;
  // PIVOT looks for its columns while it is prepared, which can take long.
  const interrupt = (): void => connection.interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    signal.throwIfAborted();
    await connection.begin();
    const prepared = await prepareReading(duckdb, sql);
    const description = {
      schema: schemaOf(warehouse, duckdb, prepared),
      parameters: parametersOf(warehouse, duckdb, prepared),
    };
    prepared.destroySync();
    await connection.rollback(true);
    database.release(connection);
    return description;
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

function schemaOf(
  { database }: Warehouse,
  connection: Connection,
  prepared: Prepared,
): ArrowSchema | undefined {
  // DuckDB gives one column of the invalid type 0 where a type hangs on a parameter.
  for (let i = 0; i < prepared.columnCount; i++) {
    if (Number(prepared.columnTypeId(i)) === 0) return undefined;
  }
  return arrowSchemaOf(database, connection, prepared);
}

function parametersOf(
  { database }: Warehouse,
  connection: Connection,
  prepared: Prepared,
): ArrowField[] {
  return Array.from({ length: prepared.parameterCount }, (_, i) => {
    const name = prepared.parameterName(i + 1);
    if (Number(prepared.parameterTypeId(i + 1)) === 0) return field(name, "u");
    const source: ColumnSource = {
      columnCount: 1,
      columnName: () => name,
      columnType: () => prepared.parameterType(i + 1),
    };
    const [typed] = arrowSchemaOf(database, connection, source).fields;
    return parameterField(typed ?? field(name, "u"));
  });
}

/**
 * The schema of a result once values are bound; undefined where only running can tell, and for values
 * that do not fit, which the run will report.
 */
export async function schemaWithValues(
  warehouse: Warehouse,
  sql: string,
  description: StatementDescription,
  values: readonly ParameterValue[],
  signal: AbortSignal,
): Promise<ArrowSchema | undefined> {
  if (values.length === 0) return description.schema;
  const body = sql.trimEnd().replace(/;$/, "");
  try {
    const { schema, batches } = await warehouse.query(`SELECT * FROM (\n${body}\n) LIMIT 0`, {
      parameters: values,
      signal,
    });
    await batches.return(undefined);
    return withNames(schema, description.schema);
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

/** A subquery renames columns that share their name; the statement itself does not. */
function withNames(schema: ArrowSchema, named: ArrowSchema | undefined): ArrowSchema {
  if (named?.fields.length !== schema.fields.length) return schema;
  return {
    ...schema,
    fields: schema.fields.map((each, i) => ({ ...each, name: named.fields[i]?.name ?? each.name })),
  };
}
