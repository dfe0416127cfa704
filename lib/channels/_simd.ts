/**
 * The two inner loops that bound decimation, as WebAssembly SIMD, assembled at first use so that
 * this source is the only form checked in. V8 does not vectorise JavaScript; two lanes at a time
 * pay for the copy into the module's memory.
 *
 *     summary(y, end, y0)    sum of y - y0, min and max into results
 *     extremes(y, end)       min and max into results
 *
 * Extremes leave NaN out and start from +inf and -inf. y and end are byte addresses; blocks are padded
 * to LANE_SAMPLES.
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
  V_ADD,
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
/** Doubles at the start of the memory: the results, then padding to a cache line. */
export const RESULT_DOUBLES = 8;
/** Samples that are copied at once, 64 KiB: larger blocks fall out of the first cache. */
export const COPY_SAMPLES = 8192;
/** The results and one copy. */
const PAGES = 2;

/** The module's memory and loops. */
export interface SimdKernels {
  readonly memory: Float64Array;
  summary(y: number, end: number, y0: number): void;
  extremes(y: number, end: number): void;
}

function summary(): WasmFunction {
  const y = 0, end = 1, y0 = 2, origin = 3, value = 4, sum = 5;
  const low = sum + VECTORS, high = low + VECTORS;
  const code = [
    ...splat(get(y0), origin),
    ...splatAll(f64Const(Infinity), low),
    ...splatAll(f64Const(-Infinity), high),
    ...loop(
      [y],
      end,
      each((v) => [
        ...[...load(y, v), SET, value],
        ...[...get(sum + v), ...get(value), ...get(origin), ...V_SUB, ...V_ADD, SET, sum + v],
        ...[...get(low + v), ...get(value), ...V_PMIN, SET, low + v],
        ...[...get(high + v), ...get(value), ...V_PMAX, SET, high + v],
      ]),
    ),
    ...store(0, reduce(sum, V_ADD, F64_ADD)),
    ...store(8, reduce(low, V_PMIN, F64_MIN)),
    ...store(16, reduce(high, V_PMAX, F64_MAX)),
  ];
  const parameters = [I32, I32, F64];
  return { name: "summary", parameters, results: [], vectorLocals: 2 + 3 * VECTORS, code };
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
  const bytes = assemble(PAGES, [summary(), extremes()]);
  if (!WebAssembly.validate(bytes)) return null;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return {
    memory: new Float64Array((exports.memory as WebAssembly.Memory).buffer),
    summary: exports.summary as SimdKernels["summary"],
    extremes: exports.extremes as SimdKernels["extremes"],
  };
}
