/**
 * What readers know of a segment before they read its samples.
 * @module
 */
import type { SegmentMetadata } from "./segment_metadata.ts";

/** Bytes of a segment that are not what was written. */
export interface SegmentDamage {
  /** Path of the file. */
  readonly path: string;
  /** First byte of the damage. */
  readonly start: number;
  /** Byte after the damage. */
  readonly end: number;
  /** What was found there. */
  readonly reason: string;
  /** The channel, where it is told by the look at all files. */
  readonly channelId?: string;
}

/** The samples of one channel and session in one file. */
export interface SegmentInfo extends SegmentMetadata {
  readonly path: string;
  readonly sizeBytes: number;
  /** False for files of other programs, and where damage made the numbers come from a walk. */
  readonly sealed: boolean;
  /** True where the columns are known from the registry alone. */
  readonly schemaLost?: boolean;
  /** True where the file holds rows of further sessions. */
  readonly shared: boolean;
}

/** What a folder walk found. */
export interface SegmentListing {
  readonly segments: readonly SegmentInfo[];
  readonly damage: readonly SegmentDamage[];
}

/** Told of damage as it is met. */
export type OnDamage = (damage: SegmentDamage) => void;
