/**
 * Pushes written batches to the daemon. Capture never waits for it: what does not fit the window is left to
 * the daemon, which reads it from the file.
 * @module
 */
import { relative } from "@std/path";
import type { FlightClient } from "../flight/client.ts";
import type { FlightWriter } from "../flight/flight_writer.ts";
import { pathDescriptor } from "../flight/messages.ts";
import { EVENT_LIMITS } from "../base/limits.ts";
import type { DaemonConnection } from "../protocol/daemon_connection.ts";
import { ACTIONS, type PushMetadata, type PutAcknowledgement } from "../protocol/names.ts";
import { eventSchemaMetadata } from "./event_batch_builder.ts";
import type { WrittenBatch } from "./event_file.ts";
import type { BatchSink, PushState } from "./file_event_log.ts";

const RETRY_MILLIS = 1000;
const CLOSE_MILLIS = 2000;
/** An open call keeps the process alive, also one whose program forgot to close its store. */
const REST_MILLIS = 5000;
const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Larger batches are announced by their place: the daemon reads them from the file, for half of what their
 * way through the network stack costs on both sides.
 */
const ANNOUNCED_BYTES = 256 * 1024;

interface Queued {
  /** The framed message; empty for a batch that is only announced. */
  readonly bytes: Uint8Array;
  readonly metadata: PushMetadata;
}

/** Pushes the batches of one session. */
export class EventPush implements BatchSink {
  readonly #connection: DaemonConnection;
  readonly #sessionId: string;
  readonly #queue: Queued[] = [];
  #queuedBytes = 0;
  #writer: FlightWriter<Uint8Array> | undefined;
  #client: FlightClient | undefined;
  #running: Promise<void> | undefined;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  /** True after a while without batches: the call has ended, the next batch opens another. */
  #resting = false;
  #acknowledged = 0;
  #offered = 0;
  #behind = false;
  #error: string | undefined;
  #retryAt = 0;
  #closed = false;
  #onAcknowledged: (() => void) | undefined;
  #eager = false;

  constructor(connection: DaemonConnection, sessionId: string) {
    this.#connection = connection;
    this.#sessionId = sessionId;
  }

  /** True while somebody subscribes live, here or elsewhere, as the daemon tells. */
  get eager(): boolean {
    return this.#eager;
  }

  get state(): PushState {
    const isUp = this.#writer !== undefined || this.#resting;
    const push = this.#behind ? "behind" : isUp ? "live" : "connecting";
    return {
      push,
      acknowledged: this.#acknowledged,
      ...(this.#error === undefined ? {} : { pushError: this.#error }),
    };
  }

  offer(batch: WrittenBatch, writer: string): void {
    this.#offered = batch.sequence;
    const bytes = batch.bytes.byteLength < ANNOUNCED_BYTES ? batch.bytes : NOTHING;
    if (this.#queuedBytes + bytes.byteLength > EVENT_LIMITS.pushBytes) {
      // The next batch that gets through makes the daemon read the gap from the file.
      this.#behind = true;
      return;
    }
    const file = relative(this.#connection.dataDir, batch.path).replaceAll("\\", "/");
    const metadata: PushMetadata = {
      session_id: this.#sessionId,
      writer,
      sequence: batch.sequence,
      rows: batch.rows,
      file,
      end: batch.end,
    };
    this.#queue.push({ bytes, metadata });
    this.#queuedBytes += bytes.byteLength;
    this.#run();
  }

  #run(): void {
    if (this.#running !== undefined || this.#closed && this.#queue.length === 0) return;
    clearTimeout(this.#restTimer);
    this.#running = this.#drain().catch((error: unknown) => this.#fail(error)).finally(() => {
      this.#running = undefined;
      if (this.#queue.length > 0 && this.#error === undefined) this.#run();
      else this.#restLater();
    });
  }

  #restLater(): void {
    if (this.#writer === undefined || this.#closed) return;
    this.#restTimer = setTimeout(() => this.#rest(), REST_MILLIS);
  }

  /** Ends the call; whether somebody watches is taken to stay as it was until the next acknowledgement. */
  #rest(): void {
    if (this.#acknowledged < this.#offered && !this.#behind) return this.#restLater();
    this.#writer?.end();
    this.#resting = this.#writer !== undefined;
    this.#writer = undefined;
  }

  async #drain(): Promise<void> {
    if (Date.now() < this.#retryAt) {
      this.#drop();
      return;
    }
    const writer = this.#writer ??= await this.#open();
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const appMetadata = encoder.encode(JSON.stringify(next.metadata));
      if (next.bytes.byteLength === 0) await writer.write({ appMetadata });
      else {
        const { metadata, body } = split(next.bytes);
        await writer.write({ header: metadata, body: [body], appMetadata });
      }
      // A failure meanwhile has emptied the queue.
      if (this.#queue[0] !== next) continue;
      this.#queue.shift();
      this.#queuedBytes -= next.bytes.byteLength;
    }
  }

  async #open(): Promise<FlightWriter<Uint8Array>> {
    // While the push rested nobody noticed whether the daemon went away.
    const client: FlightClient = this.#resting
      ? await this.#connection.call(checked)
      : await this.#connection.client();
    this.#resting = false;
    const writer = client.doPut(pathDescriptor("events"));
    await writer.write({ header: eventSchemaMetadata() });
    this.#client = client;
    this.#listen(writer).catch((error: unknown) => {
      // What becomes of a call that was ended or has failed already is of no interest.
      if (this.#writer === writer) this.#fail(error);
    });
    this.#error = undefined;
    return writer;
  }

  async #listen(writer: FlightWriter<Uint8Array>): Promise<void> {
    for await (const bytes of writer.results) {
      const { sequence, eager } = JSON.parse(decoder.decode(bytes)) as PutAcknowledgement;
      this.#acknowledged = sequence;
      this.#eager = eager === true;
      if (sequence === this.#offered) this.#behind = false;
      this.#onAcknowledged?.();
    }
    // The daemon ended the call, as it does when it leaves.
    if (this.#writer === writer) this.#fail(new Error("The daemon ended the push"));
  }

  /** The daemon went away or refused: what was queued is in the file, where the next one finds it. */
  #fail(error: unknown): void {
    if (this.#closed) return this.#drop();
    this.#writer = undefined;
    this.#resting = false;
    this.#eager = false;
    this.#error = error instanceof Error ? error.message : String(error);
    this.#retryAt = Date.now() + RETRY_MILLIS;
    this.#drop();
    this.#onAcknowledged?.();
    this.#connection.reset(this.#client).catch((reason: unknown) => this.#error = String(reason));
  }

  #drop(): void {
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#behind = true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#settle();
    this.#closed = true;
    clearTimeout(this.#restTimer);
    try {
      await this.#writer?.close();
    } catch {
      // The daemon went first; the file has everything.
    }
  }

  /** Waits a short while for the acknowledgement of everything offered. */
  async #settle(): Promise<void> {
    const deadline = Date.now() + CLOSE_MILLIS;
    while (this.#acknowledged < this.#offered && !this.#behind && Date.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now());
        this.#onAcknowledged = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#onAcknowledged = undefined;
  }
}

/** A client whose daemon has just answered. */
async function checked(client: FlightClient): Promise<FlightClient> {
  await Array.fromAsync(client.doAction(ACTIONS.identify));
  return client;
}

/** Metadata and body of a framed message. */
function split(frame: Uint8Array): { metadata: Uint8Array; body: Uint8Array } {
  const length = new DataView(frame.buffer, frame.byteOffset, 8).getUint32(4, true);
  return { metadata: frame.subarray(8, 8 + length), body: frame.subarray(8 + length) };
}
