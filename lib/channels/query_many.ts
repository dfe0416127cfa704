/**
 * Several channels in one answer: one below the other, or side by side on a common time axis.
 * @module
 */
import { constantUtf8Column, utf8Column } from "../arrow/column_builder.ts";
import { valueReader } from "../arrow/column_values.ts";
import { type ArrowBatch, type ArrowColumn, type ArrowField, field } from "../arrow/field.ts";
import { QueryResult } from "../arrow/query_result.ts";
import { Turns } from "../base/turns.ts";
import { type AlignedQuery, alignedTable } from "./aligned_table.ts";
import { type ChannelAnswer, type ChannelFileQuery, openChannelQuery } from "./channel_query.ts";
import { SegmentIndex } from "./segment_index.ts";
import { sharedUnits, unitsOf, withUnits } from "./_value_units.ts";

const CHANNEL_ID = field("channel_id", "u");

/** What of several channels is wanted. */
export interface ManyChannelsQuery extends ChannelFileQuery, AlignedQuery {}

/**
 * Prepares the answer to a query of several channels.
 *
 * @throws {NotFoundError} for an unknown channel or session, naming the nearest
 * @throws {RangeError} for a bad count, time, method, policy or alignment
 */
export function openManyChannels(
  dataDir: string,
  channelIds: readonly string[],
  query: ManyChannelsQuery = {},
): ChannelAnswer {
  const ids = [...new Set(channelIds)];
  if (ids.length === 0) throw new RangeError("Cannot query: name at least one channel");
  const { index = new SegmentIndex(dataDir), align } = query;
  if (align !== undefined) return alignedTable(index, ids, { ...query, align });
  const answers = ids.map((id) => openChannelQuery(dataDir, id, { ...query, index }));
  const [first] = answers;
  const fields: ArrowField[] = [CHANNEL_ID, ...first!.schema.fields];
  const value = fields.findIndex(({ name }) => name === "value");
  const values = answers.map(({ schema }) => schema.fields[value - 1]!);
  const formats = new Set(values.map(({ format }) => format));
  const format = formats.size > 1 ? "u" : fields[value]!.format;
  fields[value] = withUnits(field("value", format), sharedUnits(values.map(unitsOf)));
  return {
    schema: { fields },
    isLong: () => answers.some(({ isLong }) => isLong()),
    *batches(wanted = fields.map((_, i) => i)) {
      for (const [i, answer] of answers.entries()) {
        for (const batch of answer.batches()) yield labelled(ids[i]!, batch, fields, wanted);
      }
    },
  };
}

/**
 * Answers a query of several channels from the files of a data directory.
 *
 * @returns `channel_id` and the columns of a query, channel by channel; with `align` a table of `timestamp`,
 * `offset_seconds` and a column for each channel
 */
export function queryManyChannels(
  dataDir: string,
  channelIds: readonly string[],
  query: ManyChannelsQuery = {},
): QueryResult {
  const { schema, batches } = openManyChannels(dataDir, channelIds, query);
  return new QueryResult(schema, inTurns(batches()));
}

async function* inTurns(batches: Iterable<ArrowBatch>): AsyncGenerator<ArrowBatch> {
  const turns = new Turns();
  for (const batch of batches) {
    await turns.pass();
    yield batch;
  }
}

function labelled(
  channelId: string,
  { rows, columns }: ArrowBatch,
  fields: readonly ArrowField[],
  wanted: readonly number[],
): ArrowBatch {
  const all = [constantUtf8Column(CHANNEL_ID, channelId, rows), ...columns];
  return {
    schema: { fields: wanted.map((i) => fields[i]!) },
    rows,
    columns: wanted.map((i) => asFormat(all[i]!, fields[i]!)),
  };
}

/** Values as text, where channels of several kinds share a column. */
function asFormat(column: ArrowColumn, wanted: ArrowField): ArrowColumn {
  if (column.field.format === wanted.format) return column;
  const read = valueReader(column);
  return utf8Column(
    wanted,
    Array.from({ length: column.length }, (_, row) => {
      const value = read(row);
      return value === null ? null : String(value);
    }),
  );
}
