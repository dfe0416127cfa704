/**
 * The samples of one channel and session on their way into segments.
 * @module
 */
import { newWriterKey } from "../arrow/stamp.ts";
import { InvalidDataError } from "../base/errors.ts";
import { batchBytes } from "../arrow/batch_bytes.ts";
import { timeInCapture } from "./_capture_clock.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { type Cut, type RowContext, RowSampleBuffer, WaveformBuffer } from "./_sample_buffers.ts";
import { type ChannelWrite, describeWrite } from "./_write_input.ts";
import type { ChannelBatch } from "./channel_batch.ts";
import { SCALAR_FORMATS } from "./channel_schema.ts";
import type { ChannelDataType, ChannelDescription } from "./channel_types.ts";
import { formatChannelUri } from "./channel_uri.ts";

/** Parts of a {@linkcode ChannelWriter}. */
export interface ChannelWriterParts {
  readonly channelId: string;
  readonly context: RowContext;
  /** The first write; it fixes type and columns. */
  readonly first: ChannelWrite;
  /** Called with each batch as it is cut. */
  readonly onBatch: (batch: ChannelBatch) => void;
}

/** Collects samples and cuts them into numbered batches. */
export class ChannelWriter {
  readonly channelId: string;
  readonly sessionId: string;
  readonly dataType: ChannelDataType;
  /** What a write returns. */
  readonly uri: string;
  readonly writer: string = newWriterKey();
  /** Time of the first sample, microseconds. */
  firstSeenMicros: number | undefined;
  /** What writes said of the channel so far. */
  description: ChannelDescription = {};
  readonly #rows: RowSampleBuffer | undefined;
  readonly #waveforms: WaveformBuffer | undefined;
  readonly #onBatch: (batch: ChannelBatch) => void;
  #sequence = 0;
  #batches: ChannelBatch[] = [];
  #batchBytes = 0;
  #batchSamples = 0;

  constructor({ channelId, context, first, onBatch }: ChannelWriterParts) {
    this.channelId = channelId;
    this.sessionId = context.sessionId;
    this.dataType = first.dataType;
    this.uri = formatChannelUri(channelId, context.sessionId);
    this.#onBatch = onBatch;
    if (first.dataType === "waveform") this.#waveforms = new WaveformBuffer(context);
    else if (first.dataType === "struct") {
      const names = [...first.entries.keys()];
      const formats = [...first.entries.values()].map((entry) => entry?.format);
      this.#rows = new RowSampleBuffer(context, names, formats);
    } else {
      this.#rows = new RowSampleBuffer(context, ["value"], [SCALAR_FORMATS[first.dataType]]);
    }
  }

  /** Bytes of samples in memory that were not taken yet. */
  get byteLength(): number {
    return this.#batchBytes + (this.#rows ?? this.#waveforms)!.byteLength;
  }

  /** Samples, or waveform rows, in memory that were not taken yet. */
  get pending(): number {
    return this.#batchSamples + (this.#rows ?? this.#waveforms)!.rows;
  }

  /** Rows that are in no batch yet. */
  get uncut(): number {
    return (this.#rows ?? this.#waveforms)!.rows;
  }

  /** Adds one number to a scalar channel: the short way of {@linkcode write}. */
  writeNumber(value: number, micros: number, source: string): void {
    const rows = this.#rows!;
    this.firstSeenMicros ??= micros;
    rows.append(micros, value, source);
    if (rows.rows >= CHANNEL_BOUNDS.batchRows) this.cut();
  }

  /**
   * Adds samples.
   *
   * @param startMicros time of the value or of the first sample, where it was given
   * @throws {InvalidDataError} where type or columns are not those of the first write
   */
  write(
    write: ChannelWrite,
    startMicros: number | undefined,
    nowMicros: number,
    source: string,
  ): void {
    if (write.dataType !== this.dataType) throw this.#conflict(write);
    switch (write.dataType) {
      case "waveform": {
        const micros = startMicros ?? this.#continued(nowMicros);
        this.firstSeenMicros ??= micros;
        this.#writeWaveform(write.samples, write.interval, micros, source);
        return;
      }
      case "struct": {
        const micros = startMicros ?? nowMicros;
        this.#rows!.appendStruct(micros, write.entries, source, () => this.#conflict(write));
        this.firstSeenMicros ??= micros;
        break;
      }
      default:
        if (write.form === "value") {
          const micros = startMicros ?? nowMicros;
          this.firstSeenMicros ??= micros;
          this.#rows!.append(micros, write.value, source);
        } else this.#writeRows(write.timestamps, write.values, source);
    }
    if (this.#rows!.rows >= CHANNEL_BOUNDS.batchRows) this.cut();
  }

  /** A block beyond what a message holds becomes several that go on with one another. */
  #writeWaveform(samples: Float64Array, interval: number, micros: number, source: string): void {
    const most = CHANNEL_BOUNDS.blockSamples;
    for (let from = 0; from < samples.length; from += most) {
      const part = samples.length <= most ? samples : samples.subarray(from, from + most);
      this.#waveforms!.append(timeInCapture(micros, from, interval), part, interval, source);
    }
  }

  #writeRows(
    timestamps: ArrayLike<number>,
    values: ArrayLike<number | boolean | string>,
    source: string,
  ): void {
    this.firstSeenMicros ??= timestamps[0];
    for (let from = 0; from < values.length;) {
      const to = Math.min(values.length, from + CHANNEL_BOUNDS.batchRows - this.#rows!.rows);
      this.#rows!.appendMany(timestamps, values, source, from, to);
      if (this.#rows!.rows >= CHANNEL_BOUNDS.batchRows) this.cut();
      from = to;
    }
  }

  /** Where a block without start begins: at the end of the last one, if that is not long ago. */
  #continued(nowMicros: number): number {
    const end = this.#waveforms!.endMicros;
    return end >= nowMicros - CHANNEL_BOUNDS.continueMicros ? end : nowMicros;
  }

  #conflict(write: ChannelWrite): InvalidDataError {
    const both = write.dataType === "struct" && this.dataType === "struct";
    const has = both ? this.#rows!.describe() : this.dataType;
    return new InvalidDataError(
      `Cannot write ${
        describeWrite(write)
      } to channel "${this.channelId}": its first write in session ` +
        `${this.sessionId} made it ${has}; use another channel id`,
      { path: "value" },
    );
  }

  /** Makes batches of the rows so far. */
  cut(): void {
    const buffer = (this.#rows ?? this.#waveforms)!;
    for (const cut of buffer.take()) this.#keep(cut);
  }

  #keep({ fields, columns, rows, ...span }: Cut): void {
    const { channelId, sessionId, dataType, writer } = this;
    const batch: ChannelBatch = {
      channelId,
      sessionId,
      dataType,
      writer,
      sequence: ++this.#sequence,
      ...span,
      batch: { schema: { fields }, rows, columns },
    };
    this.#batches.push(batch);
    this.#batchBytes += batchBytes(batch.batch);
    this.#batchSamples += dataType === "waveform" ? rows : span.samples;
    this.#onBatch(batch);
  }

  /** Gives away everything there is. */
  take(): ChannelBatch[] {
    this.cut();
    const batches = this.#batches;
    this.#batches = [];
    this.#batchBytes = 0;
    this.#batchSamples = 0;
    return batches;
  }
}
