/**
 * Pushes the samples of watched channels to the daemon, if there is one. Capture never waits for it: what
 * is not pushed is read from the segment that follows within a second.
 * @module
 */
import { relative } from "@std/path";
import { encodeBatch, encodeSchema } from "../arrow/message_writer.ts";
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import { CHANNEL_LIMITS } from "../base/limits.ts";
import type { FlightClient } from "../flight/client.ts";
import type { FlightWriter } from "../flight/flight_writer.ts";
import { pathDescriptor } from "../flight/messages.ts";
import type { FlightPayload } from "../flight/service.ts";
import type { BatchPush, SegmentPush, WatchNote } from "../protocol/channel_live.ts";
import { DaemonConnection } from "../protocol/daemon_connection.ts";
import { seemsToRun } from "../protocol/lease.ts";
import { PUT_PATHS } from "../protocol/names.ts";
import type { BatchSink, ChannelBatch, PublishedSegment, SegmentSink } from "./channel_batch.ts";
import { batchBytes } from "../arrow/batch_bytes.ts";
import { encodeSegmentMetadata } from "./segment_metadata.ts";

/** How often a store that writes looks for a daemon. */
const LOOK_MILLIS = 250;
const IDLE_MILLIS = 3000;
/** What subscribers are told in the metadata of a batch need not be sent in each row. */
const LEFT_OUT: ReadonlySet<string> = new Set(["source_method", "session_id"]);
const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface Queued {
  readonly payloads: readonly FlightPayload[];
  readonly bytes: number;
}

/** Pushes the batches and segments of one store. */
export class ChannelPush implements BatchSink, AsyncDisposable {
  readonly #dataDir: string;
  readonly #connection: DaemonConnection;
  readonly #onWatched: () => void;
  readonly #queue: Queued[] = [];
  #queuedBytes = 0;
  #watched: ReadonlySet<string> = new Set();
  #call: FlightWriter<Uint8Array> | undefined;
  /** Writers whose schema this call knows. */
  readonly #told = new Set<string>();
  /** Writers of which a batch was left out: what follows is of no use before their next segment. */
  readonly #behind = new Set<string>();
  #sending = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #connecting = false;
  /** Looks since the last write. */
  #idleLooks = 0;
  #allowanceBytes: number = CHANNEL_LIMITS.pushBytes;
  #allowedAt = performance.now();
  #closed = false;

  /**
   * Takes ready parts and does no I/O.
   *
   * @param onWatched called when somebody begins to watch: publish what waits in memory then
   */
  constructor(dataDir: string, onWatched: () => void) {
    this.#dataDir = dataDir;
    this.#connection = new DaemonConnection(dataDir, { spawn: false });
    this.#onWatched = onWatched;
  }

  /** Called with each write: while there are any, a daemon is looked for now and then. */
  start(): void {
    this.#idleLooks = 0;
    if (this.#timer !== undefined || this.#closed) return;
    this.#timer = setInterval(() => this.#tick(), LOOK_MILLIS);
    Deno.unrefTimer(this.#timer);
    this.#look();
  }

  /** Lets go of the daemon after a while without writes: a connection would keep the process alive. */
  #tick(): void {
    if (this.#idleLooks++ * LOOK_MILLIS < IDLE_MILLIS) return this.#look();
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#call?.end();
  }

  /** True while somebody watches any channel. */
  get eager(): boolean {
    return this.#watched.size > 0;
  }

  /** True while somebody watches a channel. */
  watches(channelId: string): boolean {
    return this.#watched.has(channelId);
  }

  /** Takes a batch that is not on disk yet. */
  offer(batch: ChannelBatch): void {
    if (!this.#watched.has(batch.channelId) || this.#behind.has(batch.writer)) return;
    const slim = withoutConstants(batch.batch);
    const bytes = batchBytes(slim);
    if (!this.#allow(bytes)) {
      this.#behind.add(batch.writer);
      return;
    }
    const payloads = [this.#batchPayload(batch, slim)];
    if (!this.#told.has(batch.writer)) payloads.unshift(schemaPayload(batch, slim.schema));
    this.#told.add(batch.writer);
    this.#enqueue({ payloads, bytes });
  }

  /** Takes segments that are in their place. */
  readonly segmentSink: SegmentSink = { offer: (segment) => this.#offerSegment(segment) };

  #offerSegment({ path, sizeBytes, metadata }: PublishedSegment): void {
    if (!this.#watched.has(metadata.channelId)) return;
    for (const { writer } of metadata.covers) this.#behind.delete(writer);
    const told: SegmentPush = {
      file: relative(this.#dataDir, path).replaceAll("\\", "/"),
      size_bytes: sizeBytes,
      metadata: Object.fromEntries(encodeSegmentMetadata(metadata)),
    };
    this.#enqueue({ payloads: [{ appMetadata: metadataBytes(told) }], bytes: 0 });
  }

  #batchPayload(batch: ChannelBatch, slim: ArrowBatch): FlightPayload {
    const { metadata, body } = encodeBatch(slim);
    const { sequence, capture } = batch;
    const told: BatchPush = {
      ...originOf(batch),
      sequence,
      ...(capture === undefined
        ? {}
        : { capture: [capture.startMicros, capture.samples] as const }),
    };
    return { header: metadata, body, appMetadata: metadataBytes(told) };
  }

  /** A bound for what pushing takes from capture: bytes for each second, and no more in the queue. */
  #allow(bytes: number): boolean {
    const now = performance.now(), { pushBytes, pushBytesPerSecond } = CHANNEL_LIMITS;
    const earned = (now - this.#allowedAt) / 1000 * pushBytesPerSecond;
    this.#allowanceBytes = Math.min(pushBytes, this.#allowanceBytes + earned);
    this.#allowedAt = now;
    if (bytes > this.#allowanceBytes || this.#queuedBytes + bytes > pushBytes) return false;
    this.#allowanceBytes -= bytes;
    return true;
  }

  #enqueue(queued: Queued): void {
    this.#queue.push(queued);
    this.#queuedBytes += queued.bytes;
    const call = this.#call;
    if (this.#sending || call === undefined) return;
    this.#send(call).catch(() => this.#lose(call));
  }

  async #send(call: FlightWriter<Uint8Array>): Promise<void> {
    this.#sending = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        this.#queuedBytes -= next.bytes;
        for (const payload of next.payloads) await call.write(payload);
      }
    } finally {
      this.#sending = false;
    }
  }

  #look(): void {
    if (this.#call !== undefined || this.#connecting || this.#closed) return;
    if (!seemsToRun(this.#dataDir)) return;
    this.#connecting = true;
    // Without a daemon the files are all there is to do, and they are written anyway.
    this.#connect().catch(() => this.#lose(this.#call)).finally(() => this.#connecting = false);
  }

  async #connect(): Promise<void> {
    const client: FlightClient = await this.#connection.client();
    const call = this.#call = client.doPut(pathDescriptor(PUT_PATHS.channels));
    await call.write({ appMetadata: NOTHING });
    for await (const bytes of call.results) {
      const { watched } = JSON.parse(decoder.decode(bytes)) as WatchNote;
      const isMore = watched.some((channelId) => !this.#watched.has(channelId));
      this.#watched = new Set(watched);
      if (isMore) this.#onWatched();
    }
    this.#lose(call);
  }

  /** The daemon is gone: nobody watches. What was not sent is in the files, or will be. */
  #lose(call: FlightWriter<Uint8Array> | undefined): void {
    if (this.#call !== call) return;
    this.#call = undefined;
    this.#watched = new Set();
    this.#told.clear();
    this.#behind.clear();
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    // Never fails: it lets go of what there is.
    void this.#connection.reset();
  }

  /** Sends what is left and lets go of the daemon. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    const call = this.#call;
    this.#watched = new Set();
    try {
      await call?.close();
    } catch {
      // The daemon went first; the files have everything.
    }
    await this.#connection[Symbol.asyncDispose]();
  }
}

function originOf(
  { channelId, sessionId, dataType, writer }: ChannelBatch,
): Pick<BatchPush, "channel_id" | "session_id" | "data_type" | "writer"> {
  return { channel_id: channelId, session_id: sessionId, data_type: dataType, writer };
}

function schemaPayload(batch: ChannelBatch, schema: ArrowSchema): FlightPayload {
  return { header: encodeSchema(schema).metadata, appMetadata: metadataBytes(originOf(batch)) };
}

function metadataBytes(told: BatchPush | SegmentPush): Uint8Array {
  return encoder.encode(JSON.stringify(told));
}

function withoutConstants({ schema, rows, columns }: ArrowBatch): ArrowBatch {
  return {
    schema: { fields: schema.fields.filter(({ name }) => !LEFT_OUT.has(name)) },
    rows,
    columns: columns.filter(({ field }) => !LEFT_OUT.has(field.name)),
  };
}
