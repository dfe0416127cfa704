/**
 * Samples of clients that have no file of their own: written to segments of the daemon before they are
 * acknowledged.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import { newId } from "../base/ids.ts";
import { FileChannelStore } from "../channels/file_channel_store.ts";
import { writeBatch } from "../channels/write_batch.ts";
import type { PutAcknowledgement } from "../protocol/names.ts";
import type { ChannelFeeds } from "./channel_feeds.ts";

/** Appends samples of foreign clients. */
export class ForeignSamples {
  readonly #store: FileChannelStore;
  #sequence = 0;

  /** Makes no file yet; live subscribers are told through the feeds. */
  constructor(dataDir: string, feeds: ChannelFeeds) {
    this.#store = new FileChannelStore({
      dataDir,
      sessionId: newId(),
      batchSink: feeds,
      segmentSink: feeds.segmentSink,
    });
  }

  /**
   * Writes a batch; resolves once its segments are published.
   *
   * @throws {InvalidDataError} for a bad channel id, a missing column or a value of another type
   */
  async append(channelId: string, batch: ArrowBatch): Promise<PutAcknowledgement> {
    const store = this.#store;
    writeBatch(store, channelId, batch);
    await store.flush();
    return { sequence: ++this.#sequence, rows: batch.rows, level: "flushed" };
  }

  /** Publishes what is left and closes. */
  async close(): Promise<void> {
    await this.#store.close();
  }
}
