/**
 * Channel queries answered from the files.
 * @module
 */
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import { QueryResult } from "../arrow/query_result.ts";
import { Turns } from "../base/turns.ts";
import type { ChannelQuery } from "../protocol/channel_ticket.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { decimatedParts } from "./_decimated_parts.ts";
import { isLongRead } from "./long_read.ts";
import { checkQuery } from "./_query_checks.ts";
import { sharedUnits } from "./_value_units.ts";
import {
  CaptureNumbers,
  resultBatch,
  resultFields,
  type ResultPart,
  type SessionPart,
  sharedKind,
  withoutGaps,
} from "./result_part.ts";
import { channelBlocks } from "./read_channel.ts";
import { type NumberedBlock, sliceBlock } from "./sample_block.ts";
import { SegmentIndex } from "./segment_index.ts";
import type { OnDamage } from "./segment_info.ts";
import { type ChannelSession, damageOf, findChannel } from "./segment_selection.ts";

/** What of a channel is wanted, and how it is read. */
export interface ChannelFileQuery extends ChannelQuery {
  /** Told of damaged bytes; what is whole is served all the same. */
  readonly onDamage?: OnDamage;
  /** What is known of the segments; shared between queries, it saves looking at each file again. */
  readonly index?: SegmentIndex;
}

/** An answer that is read in steps: nothing is read before its batches are. */
export interface ChannelAnswer {
  readonly schema: ArrowSchema;
  /** How many rows there will be, where that is known before they are read. */
  readonly expectedRows?: number | undefined;
  /** True where the first batch takes longer than others in the same thread should wait. */
  readonly isLong: () => boolean;
  /**
   * The batches; each call reads anew.
   *
   * @param columns numbers of the columns that are wanted, in the order wanted; all of them by default
   */
  readonly batches: (columns?: readonly number[]) => Iterable<ArrowBatch>;
}

/**
 * Prepares the answer to a channel query, for whoever reads without waiting.
 *
 * @throws {NotFoundError} for an unknown channel or session, naming the nearest
 * @throws {DamagedDataError} where nothing of it is whole
 * @throws {RangeError} for a bad count, time, method or policy
 */
export function openChannelQuery(
  dataDir: string,
  channelId: string,
  query: ChannelFileQuery = {},
): ChannelAnswer {
  checkQuery(query);
  const { index = new SegmentIndex(dataDir), sessionId } = query;
  const listing = index.refresh(), sessions = findChannel(listing, channelId, sessionId);
  const segments = sessions.flatMap((session) => session.segments);
  const kind = sharedKind(segments.map(({ dataType }) => dataType));
  const units = sharedUnits(segments.map((segment) => segment.units));
  const fields = resultFields(kind, query.captures === true, units);
  const all = fields.map((_, i) => i);
  return {
    schema: { fields },
    expectedRows: expectedRows(sessions, query),
    isLong: () => isDecimated(query) && isLongRead(sessions, query, index.pyramids),
    *batches(columns = all) {
      const onDamage = onceEach(query.onDamage);
      // Reading alone does not meet what is missing at the end of a file, nor files of which nothing is left.
      damageOf(listing.damage, channelId, sessionId).forEach(onDamage);
      const parts = isDecimated(query)
        ? decimatedParts(sessions, { ...query, onDamage, pyramids: index.pyramids })
        : wholeParts(sessions, { ...query, onDamage });
      for (const part of parts) yield resultBatch(fields, columns, part);
    },
  };
}

/**
 * Answers a channel query from the files of a data directory.
 *
 * The columns are `session_id, sample_index, timestamp, offset_seconds, value`, in order of session and
 * time. `maxPoints` is shared out over the sessions by their samples. Units that all values share are in the
 * metadata of the column, as `units`.
 *
 * @param dataDir the data directory
 * @param channelId the channel
 * @returns a result that reads on while it is read, where nothing is decimated
 * @throws {NotFoundError} for an unknown channel or session, naming the nearest
 * @throws {DamagedDataError} where nothing of it is whole
 * @throws {RangeError} for a bad count, time, method or policy, and where text or structures were to be
 * decimated
 * @throws {StorageError} where a file cannot be read
 */
export function queryChannelFiles(
  dataDir: string,
  channelId: string,
  query: ChannelFileQuery = {},
): QueryResult {
  const { schema, batches, expectedRows } = openChannelQuery(dataDir, channelId, query);
  const read = isDecimated(query) ? [...batches()] : inTurns(batches());
  return new QueryResult(schema, read, { expectedRows });
}

/** All samples are rows, unless some are chosen. */
function expectedRows(
  sessions: readonly ChannelSession[],
  query: ChannelQuery,
): number | undefined {
  const { startMicros, endMicros, gaps, lastN = Infinity } = query;
  const isChosen = startMicros !== undefined || endMicros !== undefined || gaps === "omit";
  if (isChosen || isDecimated(query)) return undefined;
  return Math.min(lastN, sessions.reduce((sum, { samples }) => sum + samples, 0));
}

/** Tells of each damage once, however often it is met. */
function onceEach(onDamage: OnDamage = () => {}): OnDamage {
  const told = new Set<string>();
  return (damage) => {
    const key = `${damage.start} ${damage.end} ${damage.path}`;
    if (told.has(key)) return;
    told.add(key);
    onDamage(damage);
  };
}

function isDecimated({ maxPoints, widthPixels }: ChannelQuery): boolean {
  return maxPoints !== undefined || widthPixels !== undefined;
}

/** Reading is synchronous: others get their turn between batches. */
async function* inTurns(batches: Iterable<ArrowBatch>): AsyncGenerator<ArrowBatch> {
  const turns = new Turns();
  for (const batch of batches) {
    await turns.pass();
    yield batch;
  }
}

/** All samples, no more of them at once than a batch should have. */
function* wholeParts(
  sessions: readonly ChannelSession[],
  query: ChannelFileQuery,
): Generator<ResultPart> {
  const numbers = new CaptureNumbers();
  for (const block of channelBlocks(sessions, query)) {
    for (let from = 0; from < block.axis.length; from += CHANNEL_BOUNDS.resultRows) {
      const to = Math.min(block.axis.length, from + CHANNEL_BOUNDS.resultRows);
      const part = query.captures === true
        ? numbers.add(partOf(block, from, to))
        : partOf(block, from, to);
      yield query.gaps === "omit" ? withoutGaps(part) : part;
    }
  }
}

function partOf(block: NumberedBlock, from: number, to: number): SessionPart {
  const sampleIndex = new Float64Array(to - from);
  for (let i = 0; i < sampleIndex.length; i++) sampleIndex[i] = block.firstIndex + from + i;
  return { ...sliceBlock(block, from, to), sessionId: block.sessionId, sampleIndex };
}
