/**
 * The beginning of an answer, read before anybody asks for it: a server that goes away until then has not
 * answered, and the call can be made again without anybody having seen a row.
 * @module
 */
import type { ArrowBatch } from "./field.ts";
import { QueryResult } from "./query_result.ts";

/** With the second batch, or the end, an answer of one batch is there to its end. */
const BATCHES_AHEAD = 2;

/** Batches that were read already, then the others. Not a generator, for the reason of MessageBatches. */
class ReadAhead implements AsyncIterableIterator<ArrowBatch> {
  readonly #ahead: IteratorResult<ArrowBatch, undefined>[] = [];
  readonly #source: AsyncIterator<ArrowBatch, undefined>;

  constructor(source: AsyncIterator<ArrowBatch, undefined>) {
    this.#source = source;
  }

  async begin(): Promise<void> {
    do this.#ahead.push(await this.#source.next()); while (
      this.#ahead.length < BATCHES_AHEAD && this.#ahead.at(-1)?.done !== true
    );
  }

  async next(): Promise<IteratorResult<ArrowBatch, undefined>> {
    return this.#ahead.shift() ?? await this.#source.next();
  }

  async return(): Promise<IteratorResult<ArrowBatch, undefined>> {
    this.#ahead.length = 0;
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/**
 * Waits for the beginning of an answer.
 *
 * @param result is consumed
 * @returns the same result; a short one is there in full, of a long one two batches are held
 * @throws whatever the source throws until then
 */
export async function readAhead(result: QueryResult): Promise<QueryResult> {
  const batches = new ReadAhead(result.columnBatches()[Symbol.asyncIterator]());
  await batches.begin();
  return new QueryResult(result.schema, batches);
}
