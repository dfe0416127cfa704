/**
 * Which vector index an execution of a step gets, so that the keys of the run file stay unique:
 * step (step_path, vector_index), measurement also (measurement_name, vector_retry).
 * @module
 */

/** The last `retry` of each measurement name of one step and vector. */
export type RetryNumbers = Map<string, number>;

/** Gives out vector indexes. */
export interface VectorClaims {
  /** 0 for the first attempt, n for its nth repetition. */
  readonly attempt: number;
  /**
   * Gives the next free vector index of a step path.
   *
   * @param path Step path
   * @param offer An index that its holder can spare, preferred to a new one
   */
  claim(path: string, offer: () => number | undefined): number;
  /** Gives the retry numbers of a step and vector. */
  retryNumbers(path: string, vectorIndex: number): RetryNumbers;
}

/** The indexes of a whole run: each execution of a path gets the next one. */
export class RunClaims implements VectorClaims {
  readonly attempt = 0;
  readonly #next = new Map<string, number>();

  claim(path: string, offer: () => number | undefined): number {
    const offered = offer();
    if (offered !== undefined) return offered;
    const index = this.#next.get(path) ?? 0;
    this.#next.set(path, index + 1);
    return index;
  }

  retryNumbers(): RetryNumbers {
    return new Map();
  }
}

/**
 * The indexes below a `retry`: every attempt gets those of the attempt before it, in order, because a
 * repeated step is the same step and vector, and its last attempt counts.
 */
export class RetryClaims implements VectorClaims {
  readonly #outer: VectorClaims;
  readonly #claimed = new Map<string, number[]>();
  readonly #used = new Map<string, number>();
  readonly #numbers = new Map<string, RetryNumbers>();
  #attempt = 0;

  constructor(outer: VectorClaims) {
    this.#outer = outer;
  }

  get attempt(): number {
    return Math.max(this.#attempt, this.#outer.attempt);
  }

  /** Starts an attempt. */
  begin(attempt: number): void {
    this.#attempt = attempt;
    this.#used.clear();
  }

  claim(path: string, offer: () => number | undefined): number {
    let claimed = this.#claimed.get(path);
    if (claimed === undefined) this.#claimed.set(path, claimed = []);
    const position = this.#used.get(path) ?? 0;
    this.#used.set(path, position + 1);
    return claimed[position] ??= this.#outer.claim(path, offer);
  }

  retryNumbers(path: string, vectorIndex: number): RetryNumbers {
    const key = `${vectorIndex} ${path}`;
    let numbers = this.#numbers.get(key);
    if (numbers === undefined) {
      this.#numbers.set(key, numbers = this.#outer.retryNumbers(path, vectorIndex));
    }
    return numbers;
  }
}
