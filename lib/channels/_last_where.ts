/**
 * The last index at which something holds that holds up to some index and not behind it.
 *
 * @param count how many indices there are, at least one
 * @returns 0 where it holds nowhere
 */
export function lastWhere(count: number, holds: (index: number) => boolean): number {
  let low = 0, high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
