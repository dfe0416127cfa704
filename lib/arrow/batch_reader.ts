/**
 * Record batches from verified headers: every offset, length and text checked, so that neither this
 * process nor DuckDB ever follows a wrong pointer. Buffers are views, not copies, where alignment allows.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { ARROW_LIMITS } from "../base/limits.ts";
import {
  checkChildren,
  checkIndices,
  checkNulls,
  checkOffsets,
  checkSize,
  checkValues,
  malformedColumn,
  sameLayout,
} from "./column_checks.ts";
import { decompressBody } from "./compressed_body.ts";
import type { ArrowBatch, ArrowColumn, ArrowField, ArrowSchema } from "./field.ts";
import { layoutOf } from "./field.ts";
import type { BatchHeader, NodeSpan } from "./message_reader.ts";

/** Dictionaries by id, as they were sent before the batch. */
export type Dictionaries = ReadonlyMap<number, ArrowColumn>;

/**
 * Reads a record batch.
 *
 * @param schema the schema that the stream announced
 * @param header the verified header of the message
 * @param body the message body
 * @throws {InvalidDataError} where the buffers do not fit the schema
 */
export function readBatchColumns(
  schema: ArrowSchema,
  header: BatchHeader,
  body: Uint8Array,
  dictionaries: Dictionaries = new Map(),
): ArrowBatch {
  if (header.compression !== -1) {
    const plain = decompressBody(header, body);
    return readBatchColumns(schema, plain.header, plain.body, dictionaries);
  }
  const cursor = new Cursor(header, aligned(body), dictionaries);
  const columns = schema.fields.map((field) => cursor.column(field));
  for (const { field, length } of columns) {
    if (length !== header.rows) {
      throw malformedColumn(field, `${length} rows, wanted ${header.rows}`);
    }
  }
  cursor.end();
  return { schema, rows: header.rows, columns };
}

/**
 * Typed arrays need their bytes on an eight-byte boundary; network frames rarely lie on one. Plain arrays
 * come out whatever goes in: the `slice` of a node:buffer Buffer is a view, not a copy.
 */
function aligned({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return byteOffset % 8 === 0 ? bytes : bytes.slice();
}

class Cursor {
  readonly #header: BatchHeader;
  readonly #body: Uint8Array;
  readonly #dictionaries: Dictionaries;
  readonly #mostUnbacked: number;
  #node = 0;
  #buffer = 0;

  constructor(header: BatchHeader, body: Uint8Array, dictionaries: Dictionaries) {
    this.#header = header;
    this.#body = body;
    this.#dictionaries = dictionaries;
    this.#mostUnbacked = Math.max(ARROW_LIMITS.unbackedRows, body.byteLength * 8);
    if (header.rows > this.#mostUnbacked) {
      throw new InvalidDataError(
        `Malformed record batch: ${header.rows} rows in ${body.byteLength} bytes`,
      );
    }
  }

  column(field: ArrowField): ArrowColumn {
    const node = this.#header.nodes[this.#node++];
    if (node === undefined) throw malformedColumn(field, "no field node");
    if (node.length > this.#mostUnbacked) {
      throw malformedColumn(field, `${node.length} rows in ${this.#body.byteLength} bytes`);
    }
    return field.dictionary === undefined
      ? this.#plain(field, node)
      : this.#encoded(field, field.dictionary, node);
  }

  #plain(field: ArrowField, { length, nullCount }: NodeSpan): ArrowColumn {
    const buffers = this.#buffers(field, field.format, length, nullCount);
    const children = field.children.map((child) => this.column(child));
    checkChildren(field, field.format, buffers, children, length);
    return { field, length, nullCount, buffers, children };
  }

  #encoded(
    field: ArrowField,
    { id, indexFormat }: { id: number; indexFormat: string },
    { length, nullCount }: NodeSpan,
  ): ArrowColumn {
    const buffers = this.#buffers(field, indexFormat, length, nullCount);
    const dictionary = this.#dictionaries.get(id);
    if (dictionary === undefined) throw malformedColumn(field, "its dictionary was not sent");
    if (!sameLayout(field, dictionary.field)) {
      throw malformedColumn(field, "its dictionary is of another type");
    }
    checkIndices(field, indexFormat, buffers, length, dictionary.length);
    return { field, length, nullCount, buffers, children: [], dictionary };
  }

  end(): void {
    if (this.#node !== this.#header.nodes.length || this.#buffer !== this.#header.buffers.length) {
      throw new InvalidDataError("Malformed record batch: more columns than its schema names");
    }
  }

  #take(field: ArrowField): Uint8Array {
    const span = this.#header.buffers[this.#buffer++];
    if (span === undefined || span.offset + span.length > this.#body.byteLength) {
      throw malformedColumn(field, "buffer missing");
    }
    return aligned(this.#body.subarray(span.offset, span.offset + span.length));
  }

  #buffers(field: ArrowField, format: string, length: number, nullCount: number): Uint8Array[] {
    const layout = layoutOf(format);
    if (layout.kind === "null") return [];
    if (layout.kind === "union") return this.#unionBuffers(field, layout.dense, length);
    const validity = this.#take(field);
    checkNulls(field, validity, length, nullCount);
    switch (layout.kind) {
      case "bits":
        return [validity, this.#sized(field, Math.ceil(length / 8))];
      case "fixed":
        return [validity, this.#sized(field, length * layout.width)];
      case "list":
        return [validity, this.#offsets(field, layout.offsetWidth, length)];
      case "variable": {
        const offsets = this.#offsets(field, layout.offsetWidth, length);
        const data = this.#take(field);
        checkValues(field, format, offsets, data, length);
        return [validity, offsets, data];
      }
      default:
        return [validity];
    }
  }

  #unionBuffers(field: ArrowField, dense: boolean, length: number): Uint8Array[] {
    const ids = this.#sized(field, length);
    return dense ? [ids, this.#sized(field, length * 4)] : [ids];
  }

  #sized(field: ArrowField, bytes: number): Uint8Array {
    const buffer = this.#take(field);
    checkSize(field, buffer, bytes);
    return buffer;
  }

  #offsets(field: ArrowField, width: 4 | 8, length: number): Uint8Array {
    const buffer = this.#take(field);
    // A batch of no rows may leave its offsets out altogether.
    if (length === 0 && buffer.byteLength < width) return new Uint8Array(width);
    checkSize(field, buffer, (length + 1) * width);
    checkOffsets(field, buffer, width, length);
    return buffer;
  }
}
