/**
 * Finds the name that needs the fewest insertions, deletions, replacements and swaps of neighbours
 * (optimal string alignment) to become `wrong`.
 *
 * @param wrong The name that somebody wrote.
 * @param names The names that exist, at least one.
 * @returns The first of the nearest names.
 */
export function nearestName(wrong: string, names: readonly string[]): string {
  let nearest = "";
  let least = Infinity;
  for (const name of names) {
    const distance = alignmentDistance(wrong, name);
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/**
 * The name that was probably meant: near enough that asking for it does not puzzle.
 *
 * @param wrong The name that somebody wrote, in any case.
 * @param names The names that exist; may be none.
 * @returns The nearest name that holds `wrong` or needs an edit for every third letter at most;
 *   undefined where there is none.
 */
export function similarName(wrong: string, names: readonly string[]): string | undefined {
  const written = wrong.toLowerCase();
  // Of a letter or two no name is nearer than another.
  if (written.length < 3) return undefined;
  const near = written.length / 3;
  let nearest: string | undefined;
  let least = Infinity;
  for (const name of names) {
    const whole = name.toLowerCase();
    const isPart = whole.includes(written);
    const distance = alignmentDistance(written, whole) - (isPart ? 0.5 : 0);
    if (distance < least && (isPart || distance <= near)) [nearest, least] = [name, distance];
  }
  return nearest;
}

function alignmentDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replace, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      }
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}
