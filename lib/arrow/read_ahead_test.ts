import { deepStrictEqual as deepEqual, rejects, strictEqual as equal } from "node:assert/strict";
import type { ArrowBatch } from "./field.ts";
import { QueryResult } from "./query_result.ts";
import { readAhead } from "./read_ahead.ts";
import { EVENT_SCHEMA, eventBatch } from "./sample_batches_test.ts";

/** Batches of a row each, counted as they are read; the end may be an error. */
class Batches implements AsyncIterableIterator<ArrowBatch> {
  read = 0;
  closed = false;
  readonly #count: number;
  readonly #end: Error | undefined;

  constructor(count: number, end?: Error) {
    this.#count = count;
    this.#end = end;
  }

  next(): Promise<IteratorResult<ArrowBatch, undefined>> {
    if (this.read < this.#count) {
      return Promise.resolve({ done: false, value: eventBatch(1, this.read++) });
    }
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return Promise.resolve({ done: true, value: undefined });
  }

  return(): Promise<IteratorResult<ArrowBatch, undefined>> {
    this.closed = true;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

Deno.test("readAhead() gives all rows, in order, and holds two batches at most", async () => {
  for (const count of [0, 1, 2, 5]) {
    const batches = new Batches(count);
    const result = await readAhead(new QueryResult(EVENT_SCHEMA, batches));
    equal(batches.read, Math.min(count, 2));
    const expected = new QueryResult(EVENT_SCHEMA, new Batches(count));
    deepEqual(await Array.fromAsync(result.rows()), await Array.fromAsync(expected.rows()));
  }
});

Deno.test("readAhead() throws what breaks before the end of one batch, and leaves later faults to the reader", async () => {
  const gone = new Error("gone");
  for (const count of [0, 1]) {
    await rejects(readAhead(new QueryResult(EVENT_SCHEMA, new Batches(count, gone))), gone);
  }
  const result = await readAhead(new QueryResult(EVENT_SCHEMA, new Batches(2, gone)));
  await rejects(Array.fromAsync(result.rows()), gone);
});

Deno.test("readAhead() closes a result that nobody reads on", async () => {
  const batches = new Batches(5);
  {
    await using _result = await readAhead(new QueryResult(EVENT_SCHEMA, batches));
  }
  equal(batches.closed, true);
  const begun = new Batches(5);
  for await (const _row of (await readAhead(new QueryResult(EVENT_SCHEMA, begun))).rows()) break;
  equal(begun.closed, true);
  equal(begun.read, 2);
});
