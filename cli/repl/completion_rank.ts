import type { Candidate, Completion } from "./completion_types.ts";

const MOST_CANDIDATES = 500;

/**
 * Keeps the candidates that fit the word before the cursor: those that begin with it, in the order given;
 * where none does, those that hold it.
 *
 * @param exactCase for file names
 */
export function rankCandidates(
  candidates: readonly Candidate[],
  text: string,
  from: number,
  to: number,
  exactCase = false,
): Completion {
  const word = text.slice(from, to);
  const fold = (value: string): string => exactCase ? value : value.toLowerCase();
  const wanted = fold(word);
  const unique = new Map<string, Candidate>();
  const begin = candidates.filter((candidate) => fold(candidate.text).startsWith(wanted));
  const fitting = begin.length > 0 || word.length < 2
    ? begin
    : candidates.filter((candidate) => fold(candidate.text).includes(wanted));
  for (const candidate of fitting) {
    if (!unique.has(candidate.text)) unique.set(candidate.text, candidate);
    if (unique.size >= MOST_CANDIDATES) break;
  }
  return { from, to, candidates: [...unique.values()] };
}
