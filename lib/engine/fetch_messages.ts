/**
 * What a fetching thread and the thread of the database say to each other: the one asks for the batches of
 * one result, one after the other; the other answers each time with one.
 * @module
 */
import type { ArrowColumn, ArrowSchema } from "../arrow/field.ts";

/** Addresses of what to fetch from; good until the last batch was answered. */
export interface FetchTarget {
  /** By what the library of DuckDB can be opened once more. */
  readonly library: string;
  readonly result: bigint;
  readonly connection: bigint;
  readonly schema: ArrowSchema;
  readonly batchRows: number;
  readonly batchBytes: number;
}

/** A new result, or the next batch of the present one. */
export type FetchRequest =
  | { readonly kind: "open"; readonly target: FetchTarget }
  | { readonly kind: "next" };

/** A batch without its schema, and whether it is the last. */
export interface FetchedBatch {
  readonly rows: number;
  readonly columns: readonly ArrowColumn[];
  readonly body: Uint8Array<ArrayBuffer>;
  readonly isLast: boolean;
}

/** The answer to a `next`. */
export type FetchReply =
  | { readonly kind: "ready" }
  | { readonly kind: "batch"; readonly batch: FetchedBatch }
  | { readonly kind: "failed"; readonly message: string };
