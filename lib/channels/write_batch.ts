/**
 * Rows of an Arrow batch as writes to a channel.
 *
 * A batch has the columns of a channel file: `timestamp`, then `value`, or `samples` and `sample_interval`,
 * or one column per key; `session_id`; `source_method` may be left out.
 *
 * @module
 */
import type { ArrowBatch, ArrowColumn } from "../arrow/field.ts";
import { type ValueReader, valueReader } from "../arrow/column_values.ts";
import { InvalidDataError } from "../base/errors.ts";
import { columnOf, doublesOfColumn, listOffsets, microsOfColumn } from "./_batch_columns.ts";
import { dataTypeOf } from "./channel_schema.ts";
import type { ChannelInput, ChannelWriteOptions } from "./channel_types.ts";
import type { FileChannelStore } from "./file_channel_store.ts";

const NO_KEYS: ReadonlySet<string> = new Set([
  "timestamp",
  "source_method",
  "session_id",
  "sample_interval",
]);

/**
 * Writes all rows of a batch; numbers with times go in runs, not one by one.
 *
 * @throws {InvalidDataError} for a bad channel id, a missing column or a value of another type
 */
export function writeBatch(store: FileChannelStore, channelId: string, batch: ArrowBatch): void {
  const rows = new BatchRows(batch), numbers = numbersOf(batch);
  for (let row = 0; row < batch.rows;) {
    const end = numbers === undefined ? row + 1 : rows.runEnd(row);
    const options = rows.options(row);
    if (numbers === undefined) store.write(channelId, rows.value(row), options);
    else {
      const { start: _, ...shared } = options;
      const timestamps = numbers.micros.subarray(row, end);
      store.write(channelId, numbers.values.subarray(row, end), { ...shared, timestamps });
    }
    row = end;
  }
}

/** Values and times of a scalar batch that has both in each row. */
function numbersOf(
  batch: ArrowBatch,
): { readonly values: Float64Array; readonly micros: Float64Array } | undefined {
  const value = columnOf(batch, "value"), times = columnOf(batch, "timestamp");
  const isWhole = dataTypeOf(batch.schema) === "scalar" && value?.nullCount === 0 &&
    times?.nullCount === 0 && times.field.format.startsWith("ts") &&
    !/^[lL]$/.test(value.field.format);
  return isWhole ? { values: doublesOfColumn(value), micros: microsOfColumn(times) } : undefined;
}

/** Reads rows of a batch. */
class BatchRows {
  readonly #rows: number;
  readonly #readers: ReadonlyMap<string, ValueReader>;
  readonly #keys: readonly string[];
  readonly #samples: ((row: number) => Float64Array) | undefined;
  /** Whether a row has the session and the source of the one before. */
  readonly #goOn: readonly ((row: number) => boolean)[];

  constructor(batch: ArrowBatch) {
    this.#rows = batch.rows;
    this.#readers = new Map(
      batch.columns.map((column) => [column.field.name, valueReader(column)]),
    );
    if (!this.#readers.has("session_id")) {
      throw new InvalidDataError(
        "Samples need a column session_id with the UUID of their session",
        { path: "session_id" },
      );
    }
    this.#keys = [...this.#readers.keys()].filter((name) => !NO_KEYS.has(name));
    if (this.#keys.length === 0) {
      throw new InvalidDataError("Samples need a column value, or samples and sample_interval");
    }
    this.#goOn = ["session_id", "source_method"].flatMap((name) => {
      const column = columnOf(batch, name);
      return column === undefined ? [] : [sameAsBefore(column)];
    });
    this.#samples = samplesReader(columnOf(batch, "samples"));
  }

  #cell(name: string, row: number): unknown {
    return this.#readers.get(name)?.(row) ?? undefined;
  }

  /** The row behind those of the same session and source. */
  runEnd(row: number): number {
    let end = row + 1;
    while (end < this.#rows && this.#goOn.every((isSame) => isSame(end))) end++;
    return end;
  }

  options(row: number): ChannelWriteOptions {
    const start = this.#cell("timestamp", row), source = this.#cell("source_method", row);
    const interval = this.#cell("sample_interval", row);
    return {
      sessionId: String(this.#cell("session_id", row) ?? ""),
      ...(typeof start === "string" ? { start } : {}),
      ...(typeof interval === "number" ? { sampleInterval: interval } : {}),
      ...(typeof source === "string" ? { source } : {}),
    };
  }

  value(row: number): ChannelInput {
    if (this.#samples !== undefined) return this.#samples(row);
    const cell = (name: string): unknown => this.#readers.get(name)?.(row);
    if (this.#keys.length === 1 && this.#keys[0] === "value") return cell("value") as ChannelInput;
    return Object.fromEntries(this.#keys.map((key) => [key, cell(key)])) as ChannelInput;
  }
}

/** Samples of each row of a list column; a null item is NaN. */
function samplesReader(
  column: ArrowColumn | undefined,
): ((row: number) => Float64Array) | undefined {
  const [items] = column?.children ?? [];
  if (column === undefined || items === undefined || !/^\+[lL]$/.test(column.field.format)) {
    return undefined;
  }
  const offset = listOffsets(column), values = doublesOfColumn(items);
  return (row) => values.subarray(offset(row), offset(row + 1));
}

/** Tells whether a row holds the text of the one before, by its bytes: most do. */
function sameAsBefore(column: ArrowColumn): (row: number) => boolean {
  if (column.field.format !== "u" || column.dictionary !== undefined || column.nullCount > 0) {
    const read = valueReader(column);
    return (row) => read(row) === read(row - 1);
  }
  const offset = listOffsets(column), bytes = column.buffers[2] ?? new Uint8Array(0);
  return (row) => {
    const before = offset(row - 1), at = offset(row), length = offset(row + 1) - at;
    if (at - before !== length) return false;
    for (let i = 0; i < length; i++) if (bytes[at + i] !== bytes[before + i]) return false;
    return true;
  };
}
