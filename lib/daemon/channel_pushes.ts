/**
 * What writers with files of their own push of watched channels:
 *
 *     writer -> descriptor path ["channels"]
 *     daemon -> {"watched": ["dmm.voltage"]}, again whenever that changes
 *     writer -> schema of a writer key, then batches of it, as app_metadata says
 *     writer -> {"file": .., "size_bytes": .., "metadata": {..}} without a batch: a segment is in its place
 *
 * @module
 */
import { join } from "@std/path";
import { StreamAssembler } from "../arrow/stream_assembler.ts";
import { InvalidDataError } from "../base/errors.ts";
import type { ChannelDataType } from "../channels/channel_types.ts";
import { decodeSegmentMetadata, isDataType, jsonOf } from "../channels/segment_metadata.ts";
import type { FlightDataMessage } from "../flight/service.ts";
import type { BatchPush, SegmentPush, WatchNote } from "../protocol/channel_live.ts";
import type { ChannelFeeds } from "./channel_feeds.ts";
import { PutTurns } from "./put_turns.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const SEGMENT_FILE = /^channels\/[^/\\]+\/[^./\\][^/\\]*\.arrow$/;

/** Takes pushes. */
export class ChannelPushes {
  readonly #feeds: ChannelFeeds;
  readonly #dataDir: string;

  constructor(feeds: ChannelFeeds, dataDir: string) {
    this.#feeds = feeds;
    this.#dataDir = dataDir;
  }

  /** Takes the messages of one writer and tells it what is watched. */
  async *take(messages: AsyncIterable<FlightDataMessage>): AsyncGenerator<Uint8Array> {
    const turns = new PutTurns(messages), streams = new Map<string, StreamAssembler>();
    const unobserve = this.#feeds.observe(() => turns.notice());
    try {
      yield this.#note();
      for (;;) {
        const turn = await turns.next();
        if (turn === undefined) return;
        if (turn === "notice") yield this.#note();
        else this.#takeMessage(turn.message, streams);
      }
    } finally {
      unobserve();
      await turns.close();
    }
  }

  #note(): Uint8Array {
    const note: WatchNote = { watched: this.#feeds.watched };
    return encoder.encode(JSON.stringify(note));
  }

  #takeMessage(
    { header, body, appMetadata }: FlightDataMessage,
    streams: Map<string, StreamAssembler>,
  ): void {
    if (appMetadata.byteLength === 0) return; // a descriptor by itself
    const told = jsonOf(decoder.decode(appMetadata));
    if (header.byteLength === 0) return this.#takeSegment(told);
    const push = batchPush(told);
    const stream = streams.getOrInsertComputed(push.writer, () => new StreamAssembler());
    const batch = stream.acceptBytes(header, body);
    const { sequence, capture } = push;
    if (batch === undefined || sequence === undefined) return;
    this.#feeds.offer({
      channelId: push.channel_id,
      sessionId: push.session_id,
      dataType: push.data_type,
      writer: push.writer,
      sequence,
      batch,
      ...(capture === undefined
        ? {}
        : { capture: { startMicros: capture[0], samples: capture[1] } }),
    });
  }

  #takeSegment(told: unknown): void {
    const { file, size_bytes: sizeBytes, metadata } = (told ?? {}) as Partial<SegmentPush>;
    const known = typeof metadata === "object"
      ? decodeSegmentMetadata(new Map(Object.entries(metadata)))
      : undefined;
    if (known === undefined || typeof file !== "string" || typeof sizeBytes !== "number") {
      throw new InvalidDataError("A push without a batch needs file, size_bytes and metadata");
    }
    if (!SEGMENT_FILE.test(file)) {
      throw new InvalidDataError(`Pushed segment ${JSON.stringify(file)} is no channel file`);
    }
    const path = join(this.#dataDir, file);
    this.#feeds.takeSegment({ ...known, path, sizeBytes, sealed: true, shared: false });
  }
}

function batchPush(told: unknown): BatchPush & { readonly data_type: ChannelDataType } {
  const push = (told ?? {}) as Partial<BatchPush>;
  const { channel_id, session_id, data_type, writer } = push;
  if (
    typeof channel_id === "string" && typeof session_id === "string" &&
    typeof writer === "string" && isDataType(data_type)
  ) return { ...push, channel_id, session_id, data_type, writer };
  throw new InvalidDataError(
    "A pushed batch needs channel_id, session_id, data_type and writer in its metadata",
  );
}
