/**
 * Channels in SQL. (Filled in from the channel files.)
 * @module
 */
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import { NotFoundError } from "../base/errors.ts";
import type { Database } from "../engine/database.ts";
import type { ChannelQuery } from "../protocol/channel_ticket.ts";
import type { PutAcknowledgement } from "../protocol/names.ts";

/** The channels of a data directory. */
export class ChannelCatalog {
  constructor(_database: Database, _dataDir: string) {}
  /** Registers the table functions. */
  register(): void {}
  /** Brings the channels table up to the files. */
  refresh(): Promise<void> {
    return Promise.resolve();
  }
  has(_id: string): boolean {
    return false;
  }
  ids(): string[] {
    return [];
  }
  query(
    id: string,
    _query: ChannelQuery,
    _signal: AbortSignal,
  ): Promise<{ schema: ArrowSchema; batches: AsyncIterable<ArrowBatch> }> {
    throw new NotFoundError(id);
  }
  schemaOf(id: string): Promise<ArrowSchema> {
    throw new NotFoundError(id);
  }
  put(id: string, _batch: ArrowBatch): Promise<PutAcknowledgement> {
    throw new NotFoundError(id);
  }
}
