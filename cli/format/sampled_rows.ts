import type { RowSource } from "./result.ts";

/** The rows to be shown, and how many there were. */
export interface SampledRows {
  /** Rows from the start. */
  readonly head: readonly (readonly unknown[])[];
  /** Rows from the end, behind the ones left out; empty where nothing was left out between. */
  readonly tail: readonly (readonly unknown[])[];
  /** Rows read. */
  readonly count: number;
  /** False where reading stopped before the end. */
  readonly complete: boolean;
}

/**
 * Reads a source to its end but keeps only `maxRows`, from the start and from the end.
 *
 * @param readAtMost rows after which it stops and shows the start alone
 */
export async function sampleRows(
  source: RowSource,
  maxRows: number,
  readAtMost: number,
  signal?: AbortSignal,
): Promise<SampledRows> {
  const head: (readonly unknown[])[] = [];
  const tail: (readonly unknown[])[] = [];
  const tailSize = maxRows >> 1;
  let count = 0;
  for await (const row of source.rows()) {
    signal?.throwIfAborted();
    if (count >= maxRows && count >= readAtMost) {
      return { head, tail: [], count, complete: false };
    }
    if (count < maxRows) head.push(row);
    if (tailSize > 0) tail[count % tailSize] = row;
    count++;
  }
  if (count <= maxRows) return { head, tail: [], count, complete: true };
  const turn = tailSize > 0 ? count % tailSize : 0;
  return {
    head: head.slice(0, maxRows - tailSize),
    tail: [...tail.slice(turn), ...tail.slice(0, turn)],
    count,
    complete: true,
  };
}

/** Takes the first rows of an iterator, at most `count`, and leaves the rest in it. */
export async function takeRows(
  rows: AsyncIterator<readonly unknown[]>,
  count: number,
): Promise<(readonly unknown[])[]> {
  const taken: (readonly unknown[])[] = [];
  while (taken.length < count) {
    const next = await rows.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}
