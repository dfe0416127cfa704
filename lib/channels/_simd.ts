/**
 * The three inner loops that bound decimation, as WebAssembly SIMD, assembled at first use so that
 * this source is the only form checked in. V8 does not vectorise JavaScript; two lanes at a time
 * pay for the copy into the module's memory (10M doubles: min and max in 5 ms instead of 30).
 *
 *     sums(x, y, end, x0, y0)          sum of x - x0 and of y - y0 into results
 *     area(x, y, end, ax, ay, dx, dy)  max |dx (y - ay) - dy (x - ax)|, NaN left out, at least -1
 *     extremes(y, end)                 min and max into results, NaN left out, from +inf and -inf
 *
 * x, y and end (of the y block) are byte addresses; blocks are padded to LANE_SAMPLES.
 */
import {
  assemble,
  each,
  F64,
  F64_ADD,
  F64_MAX,
  F64_MIN,
  f64Const,
  get,
  I32,
  load,
  loop,
  reduce,
  SET,
  splat,
  splatAll,
  store,
  V_ABS,
  V_ADD,
  V_MUL,
  V_PMAX,
  V_PMIN,
  V_SUB,
  VECTORS,
  type WasmFunction,
} from "./_wasm_code.ts";

/** Samples handled by one turn of a kernel. */
export const LANE_SAMPLES = 2 * VECTORS;
/** Samples in one call of a kernel whose winner is then looked up in the caller's array. */
export const STEP_SAMPLES = 512;
/** Doubles at the start of the memory: the two results, then padding to a cache line. */
export const RESULT_DOUBLES = 8;
/** 1.5 MiB: two buckets of x and y and a ramp, inside the L2 cache of common processors. */
const PAGES = 24;

/** The module's memory and loops. */
export interface SimdKernels {
  readonly memory: Float64Array;
  sums(x: number, y: number, end: number, x0: number, y0: number): void;
  area(
    x: number,
    y: number,
    end: number,
    ax: number,
    ay: number,
    dx: number,
    dy: number,
  ): number;
  extremes(y: number, end: number): void;
}

function sums(): WasmFunction {
  const x = 0, y = 1, end = 2, x0 = 3, y0 = 4, vx0 = 5, vy0 = 6, sumX = 7, sumY = sumX + VECTORS;
  const add = (from: number, origin: number, sum: number) =>
    each((v) => [
      ...[...get(sum + v), ...load(from, v), ...get(origin), ...V_SUB, ...V_ADD],
      ...[SET, sum + v],
    ]);
  const code = [
    ...splat(get(x0), vx0),
    ...splat(get(y0), vy0),
    ...loop([x, y], end, [...add(x, vx0, sumX), ...add(y, vy0, sumY)]),
    ...store(0, reduce(sumX, V_ADD, F64_ADD)),
    ...store(8, reduce(sumY, V_ADD, F64_ADD)),
  ];
  const parameters = [I32, I32, I32, F64, F64];
  return { name: "sums", parameters, results: [], vectorLocals: 2 + 2 * VECTORS, code };
}

function area(): WasmFunction {
  const x = 0, y = 1, end = 2, ax = 3, ay = 4, dx = 5, dy = 6;
  const vax = 7, vay = 8, vdx = 9, vdy = 10, best = 11;
  const side = (from: number, origin: number, factor: number, v: number) => [
    ...[...load(from, v), ...get(origin), ...V_SUB, ...get(factor), ...V_MUL],
  ];
  const code = [
    ...splat(get(ax), vax),
    ...splat(get(ay), vay),
    ...splat(get(dx), vdx),
    ...splat(get(dy), vdy),
    ...splatAll(f64Const(-1), best),
    ...loop(
      [x, y],
      end,
      each((v) => [
        ...[...get(best + v), ...side(y, vay, vdx, v), ...side(x, vax, vdy, v), ...V_SUB],
        ...[...V_ABS, ...V_PMAX, SET, best + v],
      ]),
    ),
    ...reduce(best, V_PMAX, F64_MAX),
  ];
  const parameters = [I32, I32, I32, F64, F64, F64, F64];
  return { name: "area", parameters, results: [F64], vectorLocals: 4 + VECTORS, code };
}

function extremes(): WasmFunction {
  const y = 0, end = 1, low = 2, high = low + VECTORS;
  const keep = (local: number, v: number, join: readonly number[]) => [
    ...[...get(local + v), ...load(y, v), ...join, SET, local + v],
  ];
  const code = [
    ...splatAll(f64Const(Infinity), low),
    ...splatAll(f64Const(-Infinity), high),
    ...loop([y], end, each((v) => [...keep(low, v, V_PMIN), ...keep(high, v, V_PMAX)])),
    ...store(0, reduce(low, V_PMIN, F64_MIN)),
    ...store(8, reduce(high, V_PMAX, F64_MAX)),
  ];
  return { name: "extremes", parameters: [I32, I32], results: [], vectorLocals: 2 * VECTORS, code };
}

let kernels: SimdKernels | null | undefined;

/** The kernels, or null where the runtime has no WebAssembly SIMD. */
export function simdKernels(): SimdKernels | null {
  return kernels === undefined ? kernels = instantiate() : kernels;
}

function instantiate(): SimdKernels | null {
  if (typeof WebAssembly === "undefined") return null;
  const bytes = assemble(PAGES, [sums(), area(), extremes()]);
  if (!WebAssembly.validate(bytes)) return null;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return {
    memory: new Float64Array((exports.memory as WebAssembly.Memory).buffer),
    sums: exports.sums as SimdKernels["sums"],
    area: exports.area as SimdKernels["area"],
    extremes: exports.extremes as SimdKernels["extremes"],
  };
}
