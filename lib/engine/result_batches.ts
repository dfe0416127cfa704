/**
 * The batches of a result: the first by node-api in this thread, those of a large result by a thread of
 * their own where one is free, so that this one has its hands free for the sockets.
 * @module
 */
import type { DuckDBConnection, DuckDBResult } from "@duckdb/node-api";
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import { DAEMON_LIMITS } from "../base/limits.ts";
import { BatchCollector, checkResult, fetchTarget } from "./chunk_arrow.ts";
import type { Database } from "./database.ts";
import type { FetchThread } from "./fetch_threads.ts";
import type { QueryGuard } from "./query_guard.ts";

/** A result and what it hangs on. */
export interface RunningResult {
  readonly database: Database;
  readonly connection: DuckDBConnection;
  readonly result: DuckDBResult;
  readonly schema: ArrowSchema;
  readonly guard: QueryGuard;
  readonly batchRows: number;
}

/** A batch, and whether the result ends with it. */
interface Step {
  readonly batch: ArrowBatch;
  readonly isLast: boolean;
}

/** Streams the batches while DuckDB still works; closes the guard in the end. */
export async function* resultBatches(running: RunningResult): AsyncGenerator<ArrowBatch> {
  const { guard } = running;
  try {
    guard.check();
    for (;;) {
      const { batch, isLast } = await collectHere(running);
      if (batch.rows > 0) yield batch;
      if (isLast) return;
      guard.check();
      const thread = leaseThread(running);
      if (thread === undefined) continue;
      yield* fetchedThere(guard, thread);
      return;
    }
  } catch (error) {
    throw await guard.fail(error);
  } finally {
    await guard.close();
  }
}

async function collectHere(running: RunningResult): Promise<Step> {
  const { database, connection, result, schema, guard, batchRows } = running;
  const collector = new BatchCollector(database, connection, schema);
  try {
    let next = guard.track(result.fetchChunk());
    for (;;) {
      const chunk = await next;
      if (chunk === null || chunk.rowCount === 0) {
        checkResult(database, result);
        guard.done();
        return { batch: collector.finish(), isLast: true };
      }
      const isFull = collector.rows + chunk.rowCount >= batchRows ||
        collector.byteLength > DAEMON_LIMITS.batchBytes;
      // DuckDB works on the next chunk while this one is copied.
      if (!isFull) next = guard.track(result.fetchChunk());
      collector.append(chunk);
      if (isFull) return { batch: collector.finish(), isLast: false };
    }
  } finally {
    collector.discard();
  }
}

function leaseThread(running: RunningResult): FetchThread | undefined {
  const { database, connection, result, schema, guard, batchRows } = running;
  const target = fetchTarget(database, connection, result);
  if (target === undefined) return undefined;
  const thread = database.fetchThreads.lease();
  if (thread === undefined) return undefined;
  guard.onClose(() => {
    // The thread knows the result by address only: it lives for as long as the thread has it.
    void result;
    thread.release();
  });
  thread.open({ ...target, schema, batchRows, batchBytes: DAEMON_LIMITS.batchBytes });
  return thread;
}

async function* fetchedThere(guard: QueryGuard, thread: FetchThread): AsyncGenerator<ArrowBatch> {
  let next = guard.track(thread.next());
  for (;;) {
    const { batch, isLast } = await next;
    guard.check();
    // The thread works on the next batch while this one is on its way.
    if (!isLast) next = guard.track(thread.next());
    if (isLast) guard.done();
    if (batch.rows > 0) yield batch;
    if (isLast) return;
    guard.check();
  }
}
