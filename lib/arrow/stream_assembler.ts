/**
 * Turns the messages of one stream into record batches: remembers its schema and dictionaries.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { readBatchColumns } from "./batch_reader.ts";
import type { ArrowBatch, ArrowColumn, ArrowField, ArrowSchema } from "./field.ts";
import { type BatchHeader, type MessageHeader, readMessageHeader } from "./message_reader.ts";

/** Assembles batches from messages in stream order. */
export class StreamAssembler {
  #schema: ArrowSchema | undefined;
  readonly #dictionaries = new Map<number, ArrowColumn>();

  /**
   * Starts before the first message.
   *
   * @param schema the schema to assume where the stream lost its own
   */
  constructor(schema?: ArrowSchema) {
    this.#schema = schema;
  }

  /** The schema, once known. */
  get schema(): ArrowSchema | undefined {
    return this.#schema;
  }

  /**
   * Takes message bytes as they come by Flight.
   *
   * @throws {InvalidDataError} where they are no message, or one that does not fit the schema
   */
  acceptBytes(metadata: Uint8Array, body: Uint8Array): ArrowBatch | undefined {
    const header = readMessageHeader(metadata);
    if (header.bodyLength > body.byteLength) {
      throw new InvalidDataError(
        `Message body has ${body.byteLength} bytes, its header says ${header.bodyLength}`,
      );
    }
    return this.accept(header, body);
  }

  /**
   * Takes a verified message; returns a batch where it was one.
   *
   * @throws {InvalidDataError} where it does not fit the schema; later messages may
   */
  accept(header: MessageHeader, body: Uint8Array): ArrowBatch | undefined {
    if (header.kind === "schema") {
      this.#schema = header.schema;
      this.#dictionaries.clear();
      return undefined;
    }
    if (this.#schema === undefined) {
      throw new InvalidDataError("Arrow stream starts without a schema message");
    }
    if (header.kind === "batch") {
      return readBatchColumns(this.#schema, header.batch, body, this.#dictionaries);
    }
    this.#acceptDictionary(this.#schema, header, body);
    return undefined;
  }

  #acceptDictionary(
    schema: ArrowSchema,
    header: { id: number; delta: boolean; batch: BatchHeader },
    body: Uint8Array,
  ): void {
    if (header.delta) throw new InvalidDataError("Delta dictionaries are not supported");
    const field = findDictionary(schema.fields, header.id);
    if (field === undefined) {
      throw new InvalidDataError(`Dictionary ${header.id} belongs to no field of the schema`);
    }
    const { dictionary: _, ...values } = field;
    const batch = readBatchColumns({ fields: [values] }, header.batch, body, this.#dictionaries);
    const column = batch.columns[0];
    if (column !== undefined) this.#dictionaries.set(header.id, column);
  }
}

function findDictionary(fields: readonly ArrowField[], id: number): ArrowField | undefined {
  for (const field of fields) {
    if (field.dictionary?.id === id) return field;
    const inner = findDictionary(field.children, id);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
