/**
 * Enums as plain text, for clients that show the index of a dictionary in place of its value: the JDBC
 * driver (18.3) does so for every dictionary, without a word.
 * @module
 */
import { utf8Column } from "../arrow/column_builder.ts";
import { valueReader } from "../arrow/column_values.ts";
import type { ArrowBatch, ArrowColumn, ArrowField, ArrowSchema } from "../arrow/field.ts";
import { encodeBatch, encodeSchema } from "../arrow/message_writer.ts";
import { StreamAssembler } from "../arrow/stream_assembler.ts";
import { concatBytes } from "../base/concat_bytes.ts";
import type { CallContext, FlightPayload } from "../flight/service.ts";

/** True for callers that need plain text: everything on gRPC for Java, there is no finer mark. */
export function wantsPlainText(context: CallContext): boolean {
  return context.metadata.get("user-agent")?.includes("grpc-java") ?? false;
}

/** The schema with text in place of dictionaries of text. */
function plainSchema(schema: ArrowSchema): ArrowSchema {
  return { ...schema, fields: schema.fields.map(plainField) };
}

function plainField(field: ArrowField): ArrowField {
  if (field.dictionary === undefined || field.format !== "u") return field;
  const { dictionary: _, ...plain } = field;
  return plain;
}

/** The stream with text in place of dictionaries of text; untouched where it has none. */
export async function* plainText(
  stream: AsyncIterable<FlightPayload>,
): AsyncGenerator<FlightPayload> {
  const assembler = new StreamAssembler();
  let schema: ArrowSchema | undefined;
  let untouched = false;
  for await (const payload of stream) {
    if (untouched || payload.header === undefined) {
      yield payload;
      continue;
    }
    const batch = assembler.acceptBytes(payload.header, concatBytes(payload.body ?? []));
    if (schema === undefined) {
      const found = assembler.schema ?? { fields: [] };
      schema = plainSchema(found);
      untouched = schema.fields.every((field, i) => field === found.fields[i]);
      yield untouched ? payload : { header: encodeSchema(schema).metadata };
    } else if (batch !== undefined) {
      const { metadata, body } = encodeBatch(plainBatch(batch, schema));
      yield { header: metadata, body };
    }
  }
}

function plainBatch(batch: ArrowBatch, schema: ArrowSchema): ArrowBatch {
  return {
    schema,
    rows: batch.rows,
    columns: batch.columns.map((column, i) => plainColumn(column, schema.fields[i])),
  };
}

function plainColumn(column: ArrowColumn, field: ArrowField | undefined): ArrowColumn {
  if (field === undefined || column.field.dictionary === undefined || field.dictionary) {
    return column;
  }
  const read = valueReader(column);
  const values = Array.from({ length: column.length }, (_, row) => read(row) as string | null);
  return utf8Column(field, values);
}
