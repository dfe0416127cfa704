/**
 * Channels in SQL and on Flight: the channels table and what answers table functions and channel tickets.
 * @module
 */
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import { int64Column, utf8Column } from "../arrow/column_builder.ts";
import { field } from "../arrow/field.ts";
import { Turns } from "../base/turns.ts";
import type { ChannelAnswer } from "../channels/channel_query.ts";
import { readRegistry } from "../channels/channel_registry.ts";
import { type ChannelSummary, summarizeChannels } from "../channels/channel_summary.ts";
import { SegmentIndex } from "../channels/segment_index.ts";
import { STORE } from "../engine/catalog.ts";
import type { Database } from "../engine/database.ts";
import { TableAppender } from "../engine/table_appender.ts";
import { registerTableFunction, type TableSource } from "../engine/table_function.ts";
import type { ChannelQuery, ChannelTicket } from "../protocol/channel_ticket.ts";
import type { PutAcknowledgement } from "../protocol/names.ts";
import { openTicket } from "./channel_answer.ts";
import { ChannelFeeds } from "./channel_feeds.ts";
import { channelFunctions } from "./channel_functions.ts";
import { ChannelThreads } from "./channel_thread.ts";
import { ForeignSamples } from "./foreign_samples.ts";

const FIELDS = [
  field("channel_id", "u"),
  field("session_id", "u"),
  field("data_type", "u"),
  field("units", "u"),
  field("instrument_role", "u"),
  field("resource", "u"),
  field("samples", "l"),
  field("segments", "l"),
  field("first_timestamp", "tsu:UTC"),
  field("last_timestamp", "tsu:UTC"),
];
/** The channels of a data directory. */
export class ChannelCatalog {
  readonly #database: Database;
  readonly #dataDir: string;
  readonly #index: SegmentIndex;
  readonly #foreign: ForeignSamples;
  readonly #threads: ChannelThreads;
  /** The channels that are watched live. */
  readonly feeds: ChannelFeeds;
  #ids: string[] = [];
  /** Channels of damaged segments: who asks for them is told of the damage. */
  #lost: ReadonlySet<string | undefined> = new Set();
  #listed = "";

  /** @param options threads for answers that take long, in a process that serves others */
  constructor(
    database: Database,
    dataDir: string,
    options: { readonly log: (message: string) => void; readonly threads: number },
  ) {
    const { log, threads } = options;
    this.#database = database;
    this.#dataDir = dataDir;
    this.#threads = new ChannelThreads(threads);
    this.#index = new SegmentIndex(dataDir);
    this.feeds = new ChannelFeeds(this.#index, log);
    this.#foreign = new ForeignSamples(dataDir, this.feeds);
  }

  /** Makes `channel(..)`, `lttb(..)` and `min_max_lttb(..)` known to SQL. */
  register(): void {
    for (const spec of channelFunctions((id, query) => this.#source(id, query))) {
      registerTableFunction(this.#database, spec);
    }
  }

  #open(channelId: string, query: ChannelTicket): ChannelAnswer {
    return openTicket(this.#dataDir, channelId, query, this.#index);
  }

  /** The rows of a call in SQL; those that take long are read by a thread before the statement runs. */
  #source(channelId: string, query: ChannelQuery): TableSource {
    const answer = this.#open(channelId, query);
    if (!this.#threads.isOpen || !answer.isLong()) return answer;
    const question = { dataDir: this.#dataDir, channelId, query };
    let ready: readonly ArrowBatch[] | undefined;
    return {
      schema: answer.schema,
      batches: (columns) =>
        ready?.map((batch) => withColumns(batch, columns)) ?? answer.batches(columns),
      prepare: async (signal) => {
        ready = await Array.fromAsync(this.#threads.answer(question, signal));
      },
    };
  }

  /** Brings the channels table up to the files. */
  async refresh(): Promise<void> {
    const { segments, damage } = this.#index.refresh();
    this.#lost = new Set(damage.map(({ channelId }) => channelId));
    const summaries = summarizeChannels(segments, readRegistry(this.#dataDir).entries);
    const listed = JSON.stringify(summaries);
    if (listed === this.#listed) return;
    this.#listed = listed;
    this.#ids = [...new Set(summaries.map(({ channelId }) => channelId))];
    await this.#database.run(`DELETE FROM ${STORE}.channels`);
    const appender = await TableAppender.open(this.#database, {
      catalog: "memory",
      schema: "store",
      table: "channels",
    });
    appender.append(toBatch(summaries));
    appender.close();
  }

  /** True for the id of a channel that has segments, whole or not. */
  has(channelId: string): boolean {
    return this.#ids.includes(channelId) || this.#lost.has(channelId);
  }

  /** Ids of all channels. */
  ids(): readonly string[] {
    return this.#ids;
  }

  /** Answers a channel ticket. */
  query(
    channelId: string,
    query: ChannelTicket,
    signal: AbortSignal,
  ): { schema: ArrowSchema; batches: AsyncIterable<ArrowBatch> } {
    const { schema, batches, isLong } = this.#open(channelId, query);
    if (!this.#threads.isOpen || !isLong()) return { schema, batches: inTurns(batches(), signal) };
    const question = { dataDir: this.#dataDir, channelId, query };
    return { schema, batches: this.#threads.answer(question, signal) };
  }

  /** Columns of the answer to a channel ticket. */
  schemaOf(channelId: string, query: ChannelTicket): ArrowSchema {
    return this.#open(channelId, query).schema;
  }

  /** Takes samples of a client that has no file of its own. */
  async put(channelId: string, batch: ArrowBatch): Promise<PutAcknowledgement> {
    return await this.#foreign.append(channelId, batch);
  }

  /** Publishes what was put and closes. */
  async close(): Promise<void> {
    this.feeds.close();
    this.#threads.close();
    await this.#foreign.close();
  }
}

/** Reading is synchronous: others get their turn between batches. */
async function* inTurns(
  batches: Iterable<ArrowBatch>,
  signal: AbortSignal,
): AsyncGenerator<ArrowBatch> {
  const turns = new Turns();
  for (const batch of batches) {
    await turns.pass();
    signal.throwIfAborted();
    yield batch;
  }
}

function withColumns({ schema, rows, columns }: ArrowBatch, wanted: readonly number[]): ArrowBatch {
  return {
    schema: { fields: wanted.map((i) => schema.fields[i]!) },
    rows,
    columns: wanted.map((i) => columns[i]!),
  };
}

function toBatch(summaries: readonly ChannelSummary[]): ArrowBatch {
  const text = (i: number, read: (summary: ChannelSummary) => string | null | undefined) =>
    utf8Column(FIELDS[i]!, summaries.map((summary) => read(summary) ?? null));
  const whole = (i: number, read: (summary: ChannelSummary) => number) =>
    int64Column(FIELDS[i]!, summaries.map(read));
  return {
    schema: { fields: FIELDS },
    rows: summaries.length,
    columns: [
      text(0, ({ channelId }) => channelId),
      text(1, ({ sessionId }) => sessionId),
      text(2, ({ dataType }) => dataType),
      text(3, ({ units }) => units),
      text(4, ({ instrumentRole }) => instrumentRole),
      text(5, ({ resource }) => resource),
      whole(6, ({ samples }) => samples),
      whole(7, ({ segments }) => segments),
      whole(8, ({ firstMicros }) => firstMicros),
      whole(9, ({ lastMicros }) => lastMicros),
    ],
  };
}
