/**
 * Channels without a daemon: written to files, read from files.
 * @module
 */
import type { QueryResult } from "../arrow/query_result.ts";
import type { Clock } from "../base/clock.ts";
import { requireRead } from "../base/permissions.ts";
import { resolveDataDirectory } from "../config/data_directory.ts";
import type { Alignment, DecimationMethod, GapPolicy } from "../protocol/channel_ticket.ts";
import type { BatchSink, SegmentSink } from "./channel_batch.ts";
import { ChannelFileWriter, type ChannelWriterStatus } from "./channel_file_writer.ts";
import { type ChannelFileQuery, queryChannelFiles } from "./channel_query.ts";
import { queryManyChannels } from "./query_many.ts";
import { readRegistry } from "./channel_registry.ts";
import { type ChannelSummary, registryFromSegments, summarizeChannels } from "./channel_summary.ts";
import {
  type ChannelInput,
  type ChannelWriteOptions,
  microsOfTime,
  type TimeInput,
} from "./channel_types.ts";
import { parseChannelReference } from "./channel_uri.ts";
import { SegmentIndex } from "./segment_index.ts";
import type { OnDamage, SegmentDamage } from "./segment_info.ts";
import type { SegmentFileLayer } from "./segment_publisher.ts";

/** Options of {@linkcode FileChannelStore.open}. */
export interface ChannelStoreOptions {
  /** The data directory. @default resolved as by the command line */
  readonly dataDir?: string;
  /** The session to write. @default a new one */
  readonly sessionId?: string;
  /** Longest time a sample waits in memory, milliseconds. @default 1000 */
  readonly sealMillis?: number;
}

/** Ready parts of a store. */
export interface ChannelStoreParts {
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  /** The session to write, a UUID. */
  readonly sessionId: string;
  /** Longest time a sample waits in memory, milliseconds. */
  readonly sealMillis?: number | undefined;
  /** Segments of a channel that are worth a merge. */
  readonly mergeSegments?: number | undefined;
  /** Tells the time of values that come without one. */
  readonly clock?: Clock | undefined;
  /** The file operations. */
  readonly layer?: SegmentFileLayer | undefined;
  /** Takes batches before they are on disk. */
  readonly batchSink?: BatchSink | undefined;
  /** Takes segments once they are published. */
  readonly segmentSink?: SegmentSink | undefined;
}

/** What of a channel is wanted. */
export interface ChannelStoreQuery {
  /** Only this session. @default all sessions of the channel */
  readonly sessionId?: string;
  /** No sample before this time. */
  readonly start?: TimeInput;
  /** No sample after this time. */
  readonly end?: TimeInput;
  /** Only the last samples of what is left then. */
  readonly lastN?: number;
  /** At most this many points, shared out over the sessions. @default all */
  readonly maxPoints?: number;
  /** Columns of an image instead of points: first, lowest, highest and last sample of each. */
  readonly widthPixels?: number;
  /** How samples are chosen; `display` keeps every spike, `lttb` is exact. @default "display" */
  readonly method?: DecimationMethod;
  /** Keeps each waveform as a capture of its own, numbered in a column `capture`. @default false */
  readonly captures?: boolean;
  /** What becomes of NaN. @default "break" */
  readonly gaps?: GapPolicy;
  /** Told of damaged bytes; what is whole is served all the same. */
  readonly onDamage?: OnDamage;
}

/**
 * Writes and reads the channels of a data directory through its files alone.
 *
 * @example
 * ```ts
 * import { FileChannelStore } from "@litmus/sdk/files";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * await using store = await FileChannelStore.open({ dataDir });
 * const uri = store.write("scope.ch1", Float64Array.of(0, 1, 4, 9), { sampleInterval: 1e-6 });
 * const { value } = await (await store.resolve(uri)).toColumns();
 * deepStrictEqual(value, Float64Array.of(0, 1, 4, 9));
 * ```
 */
export class FileChannelStore implements AsyncDisposable {
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  /** The session that is written. */
  readonly sessionId: string;
  readonly #writer: ChannelFileWriter;
  readonly #index: SegmentIndex;

  /** Takes ready parts and does no I/O; use {@linkcode open}. */
  constructor(parts: ChannelStoreParts) {
    this.dataDir = parts.dataDir;
    this.#index = new SegmentIndex(parts.dataDir);
    this.#writer = new ChannelFileWriter({
      ...parts,
      rebuild: () => registryFromSegments(this.#index.refresh().segments),
    });
    this.sessionId = this.#writer.sessionId;
  }

  /**
   * Opens a store; nothing is created before the first flush.
   *
   * @throws {InvalidDataError} for a session id that is no UUID
   * @throws {PermissionError} where Deno was not given leave to read the data directory
   */
  static async open(options: ChannelStoreOptions = {}): Promise<FileChannelStore> {
    const dataDir = await resolveDataDirectory(options.dataDir);
    await requireRead(dataDir);
    return new FileChannelStore({
      dataDir,
      sessionId: options.sessionId ?? crypto.randomUUID(),
      sealMillis: options.sealMillis,
    });
  }

  /**
   * Queues a value or a block of samples in memory. It is in a file after at most a second, or as soon as
   * {@linkcode flush} resolves; until then the death of this process loses it.
   *
   * The first write of a channel in a session fixes its type: a number, boolean or text is a scalar, an
   * object a structure, a block a waveform, and a block with `timestamps` scalars.
   *
   * @param channelId the channel, such as `dmm.voltage`: any text without `/`, `\`, `..` and controls
   * @param value a number, boolean, text, object of such, or a block as array or typed array
   * @returns the claim-check URI that events carry
   * @throws {InvalidDataError} for a bad id or value, or a type other than that of the first write
   * @throws {StorageError} where the disk refuses data and the memory for it is used up
   * @throws {LimitError} where more waits than memory should hold: await a flush between blocks
   */
  write(channelId: string, value: ChannelInput, options?: ChannelWriteOptions): string {
    return this.#writer.write(channelId, value, options);
  }

  /**
   * Publishes everything written so far as sealed segments. What it resolves for every reader sees, and it
   * survives the death of this process, not a power cut.
   *
   * @throws {StorageError} naming file, cause and remedy; the samples are kept and published by a later flush
   */
  async flush(): Promise<void> {
    await this.#writer.flush();
  }

  /**
   * Flushes, then waits for the device. What it resolves for survives a power cut where the disk keeps its
   * word.
   *
   * @throws {StorageError} naming file, cause and remedy
   */
  async sync(): Promise<void> {
    await this.#writer.sync();
  }

  /** How far memory and files are. */
  status(): ChannelWriterStatus {
    return this.#writer.status();
  }

  /**
   * Reads samples of a channel, those included that this store has written so far.
   *
   * @returns columns `session_id, sample_index, timestamp, offset_seconds, value`, in order of session and time
   * @throws {NotFoundError} for an unknown channel or session, naming the nearest
   * @throws {DamagedDataError} where nothing of it is whole
   * @throws {RangeError} for a bad count or time, and where text or structures were to be downsampled
   * @throws {StorageError} where a file cannot be read
   */
  async query(channelId: string, query: ChannelStoreQuery = {}): Promise<QueryResult> {
    const fileQuery = this.#fileQuery(query);
    await this.#publishOwn();
    return queryChannelFiles(this.dataDir, channelId, fileQuery);
  }

  /**
   * Reads several channels at once: one below the other, with a column `channel_id` before those of
   * {@linkcode query}; or, with `align`, the channels of one session side by side, as columns `timestamp,
   * offset_seconds` and one for each channel, with a row for each time at which any of them has a sample, or
   * for `maxPoints` times at equal distances.
   *
   * @param channelIds the channels, in the order wanted
   * @throws {NotFoundError} for an unknown channel or session, naming the nearest
   * @throws {RangeError} for a bad count, time or alignment, and where no one session is meant
   * @throws {StorageError} where a file cannot be read
   *
   * @example
   * ```ts
   * import { FileChannelStore } from "@litmus/sdk/files";
   * import { deepStrictEqual } from "node:assert/strict";
   *
   * const dataDir = await Deno.makeTempDir();
   * await using store = await FileChannelStore.open({ dataDir });
   * for (let i = 0; i < 3; i++) {
   *   store.write("psu.voltage", i, { start: 2000 * i });
   *   store.write("psu.current", 10 * i, { start: 2000 * i + 1000 });
   * }
   * const table = await store.queryMany(["psu.voltage", "psu.current"], { align: "linear" });
   * deepStrictEqual((await table.toColumns())["psu.voltage"], [0, 0.5, 1, 1.5, 2, null]);
   * ```
   */
  async queryMany(
    channelIds: readonly string[],
    query: ChannelStoreQuery & { readonly align?: Alignment } = {},
  ): Promise<QueryResult> {
    const { align, ...rest } = query;
    const fileQuery = this.#fileQuery(rest);
    await this.#publishOwn();
    const many = align === undefined ? fileQuery : { ...fileQuery, align };
    return queryManyChannels(this.dataDir, channelIds, many);
  }

  #fileQuery({ start, end, ...rest }: ChannelStoreQuery): ChannelFileQuery {
    return {
      ...rest,
      ...(start === undefined ? {} : { startMicros: microsOfTime(start, "start") }),
      ...(end === undefined ? {} : { endMicros: microsOfTime(end, "end") }),
      index: this.#index,
    };
  }

  /**
   * Lists channels and sessions, in order of channel and first sample.
   *
   * @throws {StorageError} where a folder or file cannot be read
   */
  async list(options: { readonly sessionId?: string } = {}): Promise<ChannelSummary[]> {
    await this.#publishOwn();
    const { segments } = this.#index.refresh();
    const { entries } = readRegistry(this.dataDir);
    return summarizeChannels(segments, entries, options.sessionId?.toLowerCase());
  }

  /** Damage that a look at all segment files finds, without reading the samples of sealed ones. */
  damage(): readonly SegmentDamage[] {
    return this.#index.refresh().damage;
  }

  /**
   * Reads what an event refers to.
   *
   * @param reference a `channel://` URI, or a claim check that holds one
   * @param query further limits, such as `maxPoints`
   * @throws {InvalidDataError} where it is no channel reference
   * @throws {NotFoundError} where the channel or session is not in this data directory
   */
  async resolve(
    reference: string | { readonly _ref: string },
    query: Omit<ChannelStoreQuery, "sessionId"> = {},
  ): Promise<QueryResult> {
    const { channelId, sessionId } = parseChannelReference(reference);
    return await this.query(channelId, {
      ...query,
      ...(sessionId === undefined ? {} : { sessionId }),
    });
  }

  async #publishOwn(): Promise<void> {
    if (this.#writer.status().pendingBytes > 0) await this.#writer.flush();
  }

  /** Flushes and syncs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
  }

  /** Same as leaving an `await using` block. */
  async close(): Promise<void> {
    await this[Symbol.asyncDispose]();
  }
}
