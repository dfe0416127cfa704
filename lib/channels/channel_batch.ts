/**
 * What the writing side hands on: batches as they are cut, segments as they are published. The room below
 * defines the interfaces, whoever pushes to a daemon or merges implements them.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import type { CapturePosition, SegmentMetadata } from "./segment_metadata.ts";
import type { ChannelDataType } from "./channel_types.ts";

/** A record batch of one channel and session, numbered by its writer. */
export interface ChannelBatch {
  readonly channelId: string;
  readonly sessionId: string;
  readonly dataType: ChannelDataType;
  /** Key of the writer: one for each channel, session and store. */
  readonly writer: string;
  /** Counts the batches of the writer from 1, without gap. */
  readonly sequence: number;
  /** Samples in the batch; those inside of waveforms counted. */
  readonly samples: number;
  readonly firstMicros: number;
  readonly lastMicros: number;
  /** True where no sample is earlier than one before it. */
  readonly ordered: boolean;
  /** Where the first waveform lies in its capture. */
  readonly capture?: CapturePosition;
  readonly batch: ArrowBatch;
}

/** Takes batches before they are on disk, for live subscribers; must never throw or wait. */
export interface BatchSink {
  /** True while somebody watches any channel. */
  readonly eager: boolean;
  /** True while somebody watches a channel: its batches are then cut within about a millisecond. */
  watches(channelId: string): boolean;
  /** Takes a batch; its buffers must not be changed. */
  offer(batch: ChannelBatch): void;
}

/** A segment that is in its place. */
export interface PublishedSegment {
  readonly path: string;
  readonly sizeBytes: number;
  readonly metadata: SegmentMetadata;
  /** The batches of the file, in order. */
  readonly batches: readonly ChannelBatch[];
}

/** Takes segments once readers can see them; must never throw or wait. */
export interface SegmentSink {
  offer(segment: PublishedSegment): void;
}
