// deno-lint-ignore-file no-console
/**
 * Times decimation of 10M doubles, and tsdownsample on the same series where there is a Python that
 * has it.
 *
 *     deno run --allow-run bench/lttb.ts [--python python3] [--samples 10000000] [--points 1000]
 */
import { parseArgs } from "node:util";
import { chooseTriangles } from "../lib/channels/_triangles.ts";
import {
  decimate,
  displayDecimate,
  lttb,
  lttbRegular,
  minMaxLttb,
  minMaxPerPixel,
} from "../lttb.ts";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    samples: { type: "string", default: "10000000" },
    points: { type: "string", default: "1000" },
  },
});
const samples = Number(options.samples), points = Number(options.points);
const ROUNDS = 9;

/** A random walk on a microsecond axis. */
function series(length: number): { x: Float64Array; y: Float64Array } {
  const x = new Float64Array(length), y = new Float64Array(length);
  for (let i = 0, level = 0; i < length; i++) {
    x[i] = 1_767_225_600_000_000 + i * 1000;
    y[i] = level += Math.random() - 0.5;
  }
  return { x, y };
}

function time(name: string, size: number, run: () => unknown): void {
  const millis: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    run();
    millis.push(performance.now() - start);
  }
  print(name, size, millis);
}

function print(name: string, size: number, millis: number[]): void {
  const [least, median] = [Math.min(...millis), millis.sort((a, b) => a - b)[millis.length >> 1]!];
  const rate = (size / median / 1e3).toFixed(0);
  console.log(
    `${name.padEnd(44)} ${least.toFixed(2).padStart(8)} ${median.toFixed(2).padStart(8)} ` +
      rate.padStart(8),
  );
}

const PYTHON = `
import json, sys, time
import numpy as np
import tsdownsample as t
n, points, rounds = map(int, sys.argv[1:])
y = np.cumsum(np.random.default_rng(1).random(n) - 0.5)
x = 1_767_225_600_000_000 + np.arange(n) * 1000.0
for name in ("LTTB", "MinMaxLTTB", "MinMax"):
    d = getattr(t, name + "Downsampler")()
    for kind, args in (("x and y", (x, y)), ("y alone", (y,))):
        millis = []
        for _ in range(rounds):
            start = time.perf_counter()
            d.downsample(*args, n_out=points)
            millis.append((time.perf_counter() - start) * 1e3)
        print(json.dumps([f"tsdownsample {name}, {kind}", millis]))
`;

async function comparePython(): Promise<void> {
  const args = ["-c", PYTHON, String(samples), String(points), String(ROUNDS)];
  try {
    const python = new Deno.Command(options.python, { args, stderr: "null" });
    const { success, stdout } = await python.output();
    if (!success) return console.log(`tsdownsample skipped: ${options.python} does not have it`);
    for (const line of new TextDecoder().decode(stdout).trim().split("\n")) {
      const [name, millis] = JSON.parse(line) as [string, number[]];
      print(name, samples, millis);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`tsdownsample skipped: there is no ${options.python}`);
  }
}

console.log(`${samples} samples to ${points}`.padEnd(44), "  min ms   median  M/s");
const { x, y } = series(samples);
time("lttb, x and y", samples, () => lttb(x, y, points));
time("lttb, plain JavaScript", samples, () => chooseTriangles(x, y, points, false));
time("lttbRegular, y alone", samples, () => lttbRegular(y, points));
time("minMaxLttb", samples, () => minMaxLttb(x, y, points));
time("displayDecimate", samples, () => displayDecimate(x, y, points));
time("minMaxPerPixel", samples, () => minMaxPerPixel(x, y, points));
time("decimate (display, break)", samples, () => decimate(x, y, points));
await comparePython();
