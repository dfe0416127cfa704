/** Bounds of the channel room that nobody but its own files needs to know. */
export const CHANNEL_BOUNDS = {
  /** Scalar rows of one record batch: a header each costs nothing then, and a template of ids stays small. */
  batchRows: 65_536,
  /** Waveform rows shorter than this share a record batch, so that a header does not outweigh its samples. */
  ownBatchSamples: 8_192,
  /** Longest waveform of one row: what a reader has to hold at once. Longer blocks are cut. */
  blockSamples: 4 * 1024 * 1024,
  /** Pause between two cuts for live subscribers, milliseconds: a batch of each sample would cost more than it. */
  cutMillis: 1,
  /** Data in memory that the disk has not taken; writes are refused beyond it. */
  queuedBytes: 1024 * 1024 * 1024,
  /** Published files that wait for the device; publishing waits beyond it, descriptors are few. */
  unsyncedFiles: 32,
  /** Channels published at once. */
  concurrentSeals: 8,
  /** Segments larger than this are not merged: opening them costs little beside reading them. */
  mergeSourceBytes: 8 * 1024 * 1024,
  /** A merged segment becomes no larger: what is worked on in one go while samples come in. */
  mergedBytes: 16 * 1024 * 1024,
  /** Rows of a merged segment share a record batch up to this many bytes. */
  mergedBatchBytes: 4 * 1024 * 1024,
  /** Of a session that nobody writes any more fewer small segments are worth a merge. */
  mergeQuietSegments: 4,
  /** A session counts as no longer written when its files are this old, milliseconds. */
  mergeQuietMillis: 5_000,
  /** Segments of fewer samples get no pyramid: to read them takes less than a millisecond. */
  pyramidSamples: 65_536,
  /** Runs of NaN that a pyramid names; a channel with more is read whole where gaps are to be shown. */
  pyramidGaps: 1024,
  /** Bytes of pyramids that a reader keeps in memory. */
  pyramidCacheBytes: 64 * 1024 * 1024,
  /** From this many samples on a view goes by pyramid: fewer are read and chosen from in some milliseconds. */
  viewSamples: 1024 * 1024,
  /** An answer that chooses from as many takes longer than others should wait for, some tens of milliseconds. */
  longSamples: 2 * 1024 * 1024,
  /** Samples without pyramid that a view takes into memory. */
  viewPlainSamples: 4 * 1024 * 1024,
  /** A look at all segments is followed by a rest of this many times its length. */
  mergeRest: 20,
  /** Listings tried while merges remove files under them. */
  listingAttempts: 100,
  /** Longest wait for another process that writes the registry, milliseconds. */
  registryLockMillis: 5_000,
  /** Rows of a record batch that a query answers with. */
  resultRows: 65_536,
  /** Blocks sampled faster than the clock of the file ticks meet within one tick. */
  captureToleranceMicros: 1,
  /** A block without start goes on where the last one ended if that is no longer ago than this. */
  continueMicros: 1_000_000,
  /** A clock that steps back by no more than this stands still instead. */
  clockStepMicros: 100_000,
} as const;
