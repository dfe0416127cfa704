/** Series for the tests of decimation, the same at every run. */

/** x and y of one kind of series. */
export interface TestSeries {
  readonly name: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** A generator of numbers in [0, 1) that a seed determines. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const MICROS_2026 = 1_767_225_600_000_000;

/** Every kind of series without NaN. */
export function numberSeries(samples: number, seed = 1): TestSeries[] {
  const random = randomFrom(seed);
  const series = (name: string, x: (i: number) => number, y: (i: number) => number): TestSeries => {
    const xs = new Float64Array(samples), ys = new Float64Array(samples);
    for (let i = 0; i < samples; i++) xs[i] = x(i), ys[i] = y(i);
    return { name, x: xs, y: ys };
  };
  let level = 0, micros = MICROS_2026;
  const walk = (): number => level += random() - 0.5;
  const jitter = (): number => micros += 1 + Math.floor(random() ** 8 * 1e6);
  return [
    series("random", (i) => i, random),
    series("walk", (i) => i * 0.001, walk),
    series("sine", (i) => i, (i) => Math.sin(i * 0.0123) + random() * 1e-3),
    series("constant", (i) => i, () => 0.1),
    series("spiky", (i) => i, () => random() < 0.01 ? (random() - 0.5) * 1e6 : random()),
    series("irregular", (i) => i * i + random(), walk),
    series("huge x", (i) => MICROS_2026 + i, walk),
    series("huge irregular x", jitter, random),
    series("huge y", (i) => i, () => 1e30 * (random() - 0.5)),
  ];
}

/** Every kind with single NaN, long runs of NaN, at both ends as well. */
export function seriesWithNaN(samples: number, seed = 2): TestSeries[] {
  const random = randomFrom(seed);
  return numberSeries(samples, seed).map(({ name, x, y }) => {
    const holes = y.slice();
    for (let i = 0; i < samples; i++) if (random() < 0.1) holes[i] = NaN;
    holes.fill(NaN, Math.floor(samples * 0.4), Math.floor(samples * 0.6));
    holes.fill(NaN, Math.floor(samples * 0.97));
    holes.fill(NaN, 0, Math.ceil(samples * 0.05));
    return { name: `${name} with NaN`, x, y: holes };
  });
}
