/** The ids that take the fewest single-character changes to become `wrong`, nearest first. */
export function nearestIds(wrong: string, ids: Iterable<string>, most = 3): string[] {
  const lower = wrong.toLowerCase();
  return Array.from(ids, (id) => ({ id, changes: changesBetween(lower, id.toLowerCase()) }))
    .sort((a, b) => a.changes - b.changes || (a.id < b.id ? -1 : 1))
    .slice(0, most)
    .map(({ id }) => id);
}

/** Levenshtein distance. */
function changesBetween(a: string, b: string): number {
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, last[j]! + 1, row[j - 1]! + 1));
    }
    last = row;
  }
  return last[b.length]!;
}
