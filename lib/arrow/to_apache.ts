/**
 * The bridge to apache-arrow, for callers who want its tables. Loaded on first use: a command line call
 * that only prints rows does not pay for it.
 * @module
 */
import type { RecordBatch, Table } from "apache-arrow";
import { StreamAssembler } from "./stream_assembler.ts";
import { memorySource, scanStream } from "./stream_scan.ts";
import type { ArrowBatch, ArrowSchema } from "./field.ts";
import {
  encodeBatch,
  encodeDictionaries,
  encodeSchema,
  END_OF_STREAM,
  frameBytes,
} from "./message_writer.ts";

/** Record batches of apache-arrow, one for each of ours. */
export async function* toRecordBatches(
  schema: ArrowSchema,
  batches: AsyncIterable<ArrowBatch>,
): AsyncGenerator<RecordBatch> {
  const arrow = await import("apache-arrow");
  const bytes = streamBytes(schema, batches);
  try {
    yield* await arrow.RecordBatchReader.from(bytes);
  } finally {
    // The reader of apache-arrow 21 leaves its source open when it is left early.
    await bytes.return(undefined);
  }
}

/** An apache-arrow table of all batches. */
export async function toTable(
  schema: ArrowSchema,
  batches: AsyncIterable<ArrowBatch>,
): Promise<Table> {
  const arrow = await import("apache-arrow");
  return await arrow.tableFromIPC(streamBytes(schema, batches));
}

/** An IPC stream, message by message. */
export async function* streamBytes(
  schema: ArrowSchema,
  batches: AsyncIterable<ArrowBatch>,
): AsyncGenerator<Uint8Array> {
  yield frameBytes(encodeSchema(schema));
  for await (const batch of batches) {
    for (const dictionary of encodeDictionaries(batch)) yield frameBytes(dictionary);
    yield frameBytes(encodeBatch(batch));
  }
  yield END_OF_STREAM;
}

/** The batches of an apache-arrow table in this package's layout. */
export async function fromApacheTable(
  table: object,
): Promise<{ schema: ArrowSchema; batches: ArrowBatch[] }> {
  const arrow = await import("apache-arrow");
  const bytes = arrow.tableToIPC(table as Table, "stream");
  const assembler = new StreamAssembler();
  const batches: ArrowBatch[] = [];
  for (const item of scanStream(memorySource(bytes))) {
    if (item.kind !== "message") continue;
    const batch = assembler.accept(item.header, item.body);
    if (batch !== undefined) batches.push(batch);
  }
  return { schema: assembler.schema ?? { fields: [] }, batches };
}
