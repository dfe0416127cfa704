const LEVELS = "▁▂▃▄▅▆▇█";
const ASCII_LEVELS = "_.-=+*#@";

/**
 * A curve in one line of text.
 *
 * @param values NaN is a gap, shown as a blank
 * @param width cells; of the values that share a cell the one furthest from the mean is shown
 * @returns at most `width` cells, empty without values
 */
export function sparkline(
  values: ArrayLike<number>,
  width: number,
  options: { readonly ascii?: boolean } = {},
): string {
  const levels = options.ascii ? ASCII_LEVELS : LEVELS;
  const cells = Math.max(0, Math.min(Math.floor(width), values.length));
  const { low, high, mean } = extent(values);
  let text = "";
  for (let cell = 0; cell < cells; cell++) {
    const from = Math.floor((cell * values.length) / cells);
    const to = Math.floor(((cell + 1) * values.length) / cells);
    const value = furthest(values, from, to, mean);
    if (value === undefined) text += " ";
    else if (high === low) text += levels[3];
    else text += levels[Math.round(((value - low) / (high - low)) * (levels.length - 1))];
  }
  return text;
}

function extent(values: ArrayLike<number>): { low: number; high: number; mean: number } {
  let [low, high, sum, count] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
    count++;
  }
  return { low, high, mean: sum / count };
}

function furthest(
  values: ArrayLike<number>,
  from: number,
  to: number,
  mean: number,
): number | undefined {
  let best: number | undefined;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (best === undefined || Math.abs(value - mean) > Math.abs(best - mean)) best = value;
  }
  return best;
}
