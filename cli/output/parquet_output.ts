/**
 * Query results as a Parquet file: snappy, one row group for each hundred thousand rows.
 * @module
 */
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { ArrowBatch, ArrowColumn } from "../../lib/arrow/field.ts";
import { type QueryResult, uniqueNames } from "../../lib/arrow/query_result.ts";
import { VERSION } from "../../lib/base/version.ts";
import { parquetSchema } from "./parquet_schema.ts";
import { storedReader } from "./parquet_values.ts";

/** A row group is held in memory until it is whole; readers skip and share out work by row groups. */
const GROUP_ROWS = 100_000;
const GROUP_BYTES = 64 * 1024 * 1024;

type Write = (chunk: Uint8Array) => Promise<void>;

/** Passes on what the encoder has written, after each row group. */
class ChunkedWriter extends ByteWriter {
  readonly #write: Write;

  constructor(write: Write) {
    super();
    this.#write = write;
  }

  async flush(): Promise<void> {
    const chunk = this.getBytes().slice();
    this.index = 0;
    await this.#write(chunk);
  }

  override finish(): Promise<void> {
    return this.flush();
  }
}

/**
 * Writes a result, row group by row group as its batches arrive.
 *
 * @returns the number of rows
 */
export async function writeParquet(
  result: QueryResult,
  write: Write,
  signal: AbortSignal,
): Promise<number> {
  const names = uniqueNames(result.schema);
  const file = new ParquetWriter({
    writer: new ChunkedWriter(write),
    schema: parquetSchema(result.schema.fields, names),
    createdBy: `litmus version ${VERSION}`,
  });
  let group: unknown[][] = names.map(() => []);
  let rows = 0;
  let groupRows = 0;
  let groupBytes = 0;
  const endGroup = async (): Promise<void> => {
    const columnData = names.map((name, i) => ({ name, data: group[i] ?? [] }));
    await file.write({ columnData, rowGroupSize: groupRows });
    group = names.map(() => []);
    groupRows = groupBytes = 0;
  };
  for await (const batch of result.columnBatches()) {
    signal.throwIfAborted();
    batch.columns.forEach((column, i) => readInto(group[i] ?? [], column));
    rows += batch.rows;
    groupRows += batch.rows;
    groupBytes += bytesOf(batch);
    if (groupRows >= GROUP_ROWS || groupBytes >= GROUP_BYTES) await endGroup();
  }
  if (groupRows > 0) await endGroup();
  await file.finish();
  return rows;
}

function readInto(values: unknown[], column: ArrowColumn): void {
  const read = storedReader(column);
  for (let row = 0; row < column.length; row++) values.push(read(row));
}

function bytesOf({ columns }: Pick<ArrowBatch, "columns">): number {
  return columns.reduce(
    (sum, { buffers, children }) =>
      sum + buffers.reduce((bytes, buffer) => bytes + buffer.byteLength, 0) +
      bytesOf({ columns: children }),
    0,
  );
}
