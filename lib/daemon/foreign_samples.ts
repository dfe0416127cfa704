/**
 * Samples of clients that have no file of their own: written to segments of the daemon before they are
 * acknowledged.
 *
 * A batch has the columns of a channel file: `timestamp`, then `value`, or `samples` and `sample_interval`,
 * or one column per key; `session_id`; `source_method` may be left out.
 *
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import { type ValueReader, valueReader } from "../arrow/column_values.ts";
import { InvalidDataError } from "../base/errors.ts";
import { FileChannelStore } from "../channels/file_channel_store.ts";
import type { ChannelInput } from "../channels/channel_types.ts";
import type { PutAcknowledgement } from "../protocol/names.ts";

const COMMON: ReadonlySet<string> = new Set([
  "timestamp",
  "source_method",
  "session_id",
  "sample_interval",
]);

/** Appends samples of foreign clients. */
export class ForeignSamples {
  readonly #dataDir: string;
  #store: FileChannelStore | undefined;
  #sequence = 0;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /**
   * Writes a batch; resolves once its segments are published.
   *
   * @throws {InvalidDataError} for a bad channel id, a missing column or a value of another type
   */
  async append(channelId: string, batch: ArrowBatch): Promise<PutAcknowledgement> {
    const store = this.#store ??= await FileChannelStore.open({ dataDir: this.#dataDir });
    const rows = new Rows(batch);
    for (let row = 0; row < batch.rows; row++) {
      const { value, ...options } = rows.at(row);
      store.write(channelId, value, options);
    }
    await store.flush();
    return { sequence: ++this.#sequence, rows: batch.rows, level: "flushed" };
  }

  /** Publishes what is left and closes. */
  async close(): Promise<void> {
    await this.#store?.close();
  }
}

interface Sample {
  readonly value: ChannelInput;
  readonly sessionId: string;
  readonly start?: string;
  readonly sampleInterval?: number;
  readonly source?: string;
}

/** Rows of a batch as writes. */
class Rows {
  readonly #readers: ReadonlyMap<string, ValueReader>;
  readonly #keys: readonly string[];

  constructor(batch: ArrowBatch) {
    this.#readers = new Map(
      batch.columns.map((column) => [column.field.name, valueReader(column)]),
    );
    if (!this.#readers.has("session_id")) {
      throw new InvalidDataError(
        "Samples need a column session_id with the UUID of their session",
        {
          path: "session_id",
        },
      );
    }
    this.#keys = [...this.#readers.keys()].filter((name) => !COMMON.has(name));
    if (this.#keys.length === 0) {
      throw new InvalidDataError("Samples need a column value, or samples and sample_interval");
    }
  }

  at(row: number): Sample {
    const cell = (name: string): unknown => this.#readers.get(name)?.(row) ?? undefined;
    const start = cell("timestamp");
    const interval = cell("sample_interval");
    const source = cell("source_method");
    return {
      value: this.#value(row),
      sessionId: String(cell("session_id") ?? ""),
      ...(typeof start === "string" ? { start } : {}),
      ...(typeof interval === "number" ? { sampleInterval: interval } : {}),
      ...(typeof source === "string" ? { source } : {}),
    };
  }

  #value(row: number): ChannelInput {
    const cell = (name: string): unknown => this.#readers.get(name)?.(row);
    const samples = cell("samples");
    if (Array.isArray(samples)) return Float64Array.from(samples, (item) => Number(item ?? NaN));
    const value = cell("value");
    if (this.#keys.length === 1 && this.#keys[0] === "value") return value as ChannelInput;
    return Object.fromEntries(this.#keys.map((key) => [key, cell(key)])) as ChannelInput;
  }
}
