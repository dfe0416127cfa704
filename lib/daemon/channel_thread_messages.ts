/**
 * What the main thread and one that answers channel queries say to each other: the one asks for the batches
 * of one answer, one after the other; the other gives each time one.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import type { ChannelTicket } from "../protocol/channel_ticket.ts";

/** What is asked. */
export interface ChannelQuestion {
  readonly dataDir: string;
  readonly channelId: string;
  readonly query: ChannelTicket;
}

/** A new question, or the next batch of the present answer. */
export type ThreadRequest =
  | { readonly kind: "open"; readonly question: ChannelQuestion }
  | { readonly kind: "next" };

/** The answer to a `next`: a batch, undefined after the last, or why there is none. */
export type ThreadReply =
  | { readonly kind: "batch"; readonly batch: ArrowBatch | undefined }
  | {
    readonly kind: "failed";
    readonly message: string;
    readonly isRange: boolean;
    readonly file: string;
  };
