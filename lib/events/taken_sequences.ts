/**
 * Which batches of which writer were taken in, so that each counts once wherever it is met: pushed, in its
 * file, or in a second file after a failed sync.
 * @module
 */

interface Gap {
  from: number;
  to: number;
}

interface Taken {
  last: number;
  /** Batches before the last that are still missing, in order. */
  gaps: Gap[];
}

/** Remembers sequences by writer. */
export class TakenSequences {
  readonly #writers = new Map<string, Taken>();

  /** Highest sequence taken of a writer; 0 before its first batch. */
  last(writer: string): number {
    return this.#writers.get(writer)?.last ?? 0;
  }

  /** Whether a batch was taken. */
  has(writer: string, sequence: number): boolean {
    const taken = this.#writers.get(writer);
    if (taken === undefined || sequence > taken.last) return false;
    return !taken.gaps.some(({ from, to }) => from <= sequence && sequence <= to);
  }

  /**
   * Takes a batch.
   *
   * @returns false where it was taken before
   */
  add(writer: string, sequence: number): boolean {
    let taken = this.#writers.get(writer);
    if (taken === undefined) this.#writers.set(writer, taken = { last: 0, gaps: [] });
    if (sequence > taken.last) {
      if (sequence > taken.last + 1) taken.gaps.push({ from: taken.last + 1, to: sequence - 1 });
      taken.last = sequence;
      return true;
    }
    return fill(taken.gaps, sequence);
  }
}

function fill(gaps: Gap[], sequence: number): boolean {
  const at = gaps.findIndex(({ from, to }) => from <= sequence && sequence <= to);
  const gap = gaps[at];
  if (gap === undefined) return false;
  const rest = [{ from: gap.from, to: sequence - 1 }, { from: sequence + 1, to: gap.to }];
  gaps.splice(at, 1, ...rest.filter(({ from, to }) => from <= to));
  return true;
}
