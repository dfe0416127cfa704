/**
 * Every limit and default in one place, with its reason.
 * @module
 */

/** What a reader accepts of Arrow metadata. */
export const ARROW_LIMITS = {
  /** Deeper nesting does not occur in test data and would let a crafted schema exhaust the stack. */
  nestingDepth: 32,
  /**
   * Fields of one schema, nested ones included: a run file has some hundred columns. Without it a few
   * bytes whose offsets point at each other describe billions of fields.
   */
  schemaFields: 16_384,
  /**
   * What reading one metadata block may touch, as a multiple of its size: writers share little, so that
   * honest metadata is read about once. More means offsets that lead to the same bytes again and again.
   */
  metadataPasses: 8,
  /** ... and this many bytes on top, for small blocks in which a writer shared much. */
  metadataGraceBytes: 256 * 1024,
  /**
   * Rows of a column that takes no bytes (all null, empty structs) beyond one for each bit of the body:
   * else a message of 200 bytes could announce two billion rows.
   */
  unbackedRows: 1024 * 1024,
  /** Longest message metadata, bytes. A thousand columns need less than 300 KiB. */
  metadataBytes: 16 * 1024 * 1024,
  /** Longest message body, bytes: what one typed array can hold comfortably. */
  bodyBytes: 2 ** 31 - 1,
  /** A compressed body when it is plain: what a message may have by network. It shrinks a thousandfold. */
  decompressedBytes: 256 * 1024 * 1024,
  /**
   * What the search for the next whole message behind damage may read in vain, as a multiple of the
   * file's size; a file made of false starts would otherwise take forever.
   */
  searchPasses: 64,
} as const;

/** How the event log groups, writes and pushes. */
export const EVENT_LIMITS = {
  /** A batch is written when it holds this many events: 3 MB, large enough to amortise its header. */
  batchEvents: 4096,
  /** ... or this many bytes. */
  batchBytes: 4 * 1024 * 1024,
  /** ... or is this old. Shorter costs header bytes per event, longer costs visibility. */
  lingerMillis: 50,
  /** Events held in memory while the disk refuses them; emit waits beyond it. */
  queuedEvents: 200_000,
  /** ... and bytes. */
  queuedBytes: 256 * 1024 * 1024,
  /** A caller that does not wait is refused here, so that it runs out of patience and not of memory. */
  heldBytes: 2 * 1024 * 1024 * 1024,
  /**
   * A sync starts early at this many unsynced bytes: they are kept in memory until it returns, because
   * after a failed one they have to be written again. Half as many make a disk measurably slower, twice as
   * many keep memory longer than it takes to fill it anew.
   */
  unsyncedBytes: 64 * 1024 * 1024,
  /** ... and emit waits at this many, for a device that syncs slower than the program emits. */
  unsyncedHeldBytes: 512 * 1024 * 1024,
  /** At most this long until flushed bytes are synced to the device. */
  syncMillis: 1000,
  /** A session file is closed and the next begun at this size, so that a reader can skip by file. */
  segmentBytes: 512 * 1024 * 1024,
  /** Bytes pushed but not acknowledged; beyond it the daemon catches up from the file. */
  pushBytes: 32 * 1024 * 1024,
  /**
   * A subscription that a fresh daemon takes over is replayed from this long before its cursor: events may
   * wait that long between being recorded and being in their file, and clocks of writers differ.
   */
  replayMillis: 10_000,
  /** Ids that a subscriber keeps to know what is replayed, 32 bytes each: more events than that come twice. */
  replayedEvents: 2_000_000,
  /** One event as JSON, bytes. Larger data belongs into a channel or a reference file. */
  eventBytes: 16 * 1024 * 1024,
} as const;

/** Channel segments. */
export const CHANNEL_LIMITS = {
  /** A segment is sealed after this long. */
  sealMillis: 1000,
  /** ... or at this many scalar samples. */
  sealSamples: 1_000_000,
  /** ... or at this many bytes. */
  sealBytes: 64 * 1024 * 1024,
  /** Readers meet at most about this many small segments before they are merged. */
  mergeSegments: 32,
  /**
   * Bytes of watched samples that a writer pushes each second: what its capture can spare. Faster channels
   * reach their subscribers by their segments.
   */
  pushBytesPerSecond: 16 * 1024 * 1024,
  /** ... and at once. */
  pushBytes: 4 * 1024 * 1024,
  /** Samples that wait for one live subscriber, bytes; beyond it the oldest are dropped and counted. */
  liveBytes: 64 * 1024 * 1024,
} as const;

/** The daemon's own bounds. */
export const DAEMON_LIMITS = {
  /** Seconds without a reference or a request until the daemon leaves. */
  idleSeconds: 300,
  /** How often references and idleness are looked at. */
  sweepMillis: 1000,
  /** DuckDB memory, bytes, unless the machine is smaller: enough for a million measurements. */
  memoryBytes: 4 * 1024 * 1024 * 1024,
  /** Queries at work at once; more wait. */
  concurrentQueries: 16,
  /** Queries that wait; more are refused. */
  waitingQueries: 256,
  /** A query is interrupted after this many seconds. */
  querySeconds: 600,
  /** A query that goes on for so long after it was interrupted hangs, and the daemon with it. */
  deafMillis: 60_000,
  /** Largest request message, bytes. */
  messageBytes: 256 * 1024 * 1024,
  /** Longest SQL text, characters. */
  sqlCharacters: 1024 * 1024,
  /** Rows per record batch sent to a client; DuckDB's own 2,048 cost a header each. */
  batchRows: 32_768,
  /** Bytes per record batch; long texts make batches of few rows. */
  batchBytes: 8 * 1024 * 1024,
  /** Threads that fetch large results: more only take turns with those of DuckDB. */
  fetchThreads: 2,
  /** Threads that answer channel queries which take long: each holds a column of samples meanwhile. */
  channelThreads: 2,
  /** How long a caller waits for a daemon to come up. */
  startMillis: 20_000,
  /** How long where it still reads its files: a large directory without an index takes minutes. */
  readMillis: 600_000,
  /** Log files are rotated at this size, one older file is kept. */
  logBytes: 8 * 1024 * 1024,
} as const;
