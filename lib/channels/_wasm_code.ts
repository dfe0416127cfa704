/** The little of WebAssembly's binary format that `_simd.ts` needs to write its loops. */

export type Code = readonly number[];

export const I32 = 0x7f, F64 = 0x7c, V128 = 0x7b;
export const END = 0x0b, SET = 0x21;
export const F64_MIN = 0xa4, F64_MAX = 0xa5, F64_ADD = 0xa0;

const VOID = 0x40, LOOP = 0x03, BR_IF = 0x0d, GET = 0x20, TEE = 0x22;
const F64_STORE = 0x39, F64_CONST = 0x44, I32_CONST = 0x41, I32_LT_U = 0x49, I32_ADD = 0x6a;
const FUNCTION_TYPE = 0x60;

/** Vectors of two doubles handled by one turn of a loop: enough chains to hide the latency. */
export const VECTORS = 4;
const VECTOR_BYTES = 16;

function unsigned(value: number): Code {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  out.push(rest);
  return out;
}

/** A two-byte signed LEB128 constant, for values from 0 to 8191. */
function i32Const(value: number): Code {
  return [I32_CONST, (value & 0x7f) | 0x80, value >>> 7];
}

function simd(opcode: number): Code {
  return [0xfd, ...unsigned(opcode)];
}

const V_LOAD = simd(0x00), V_SPLAT = simd(0x14), V_LANE = simd(0x21);
export const V_ADD = simd(0xf0), V_SUB = simd(0xf1);
/** pmin and pmax keep their first operand when the second is NaN. */
export const V_PMIN = simd(0xf6), V_PMAX = simd(0xf7);

export function get(local: number): Code {
  return [GET, local];
}

export function f64Const(value: number): Code {
  return [F64_CONST, ...new Uint8Array(new Float64Array([value]).buffer)];
}

/** Loads vector `v` of the block at `address`; 3 is the alignment hint, 2^3 bytes. */
export function load(address: number, v: number): Code {
  return [GET, address, ...V_LOAD, 3, ...unsigned(v * VECTOR_BYTES)];
}

/** Puts the scalar that `code` leaves in both lanes of the vector local. */
export function splat(code: Code, local: number): Code {
  return [...code, ...V_SPLAT, SET, local];
}

/** The same for each of the accumulators that start at `local`. */
export function splatAll(code: Code, local: number): Code {
  return each((v) => splat(code, local + v));
}

export function each(code: (v: number) => Code): Code {
  return Array.from({ length: VECTORS }, (_, v) => code(v)).flat();
}

/** Leaves one scalar: all accumulators joined by `join`, then the two lanes by `fold`. */
export function reduce(local: number, join: Code, fold: number): Code {
  const joined = each((v) => v === 0 ? get(local) : [...get(local + v), ...join]);
  const lane = (index: number): Code => [...get(local), ...V_LANE, index];
  return [...joined, SET, local, ...lane(0), ...lane(1), fold];
}

/** Stores a scalar at an absolute byte address. */
export function store(address: number, scalar: Code): Code {
  return [...i32Const(address), ...scalar, F64_STORE, 3, 0];
}

/** Repeats `step`, moving the addresses on, until the last of them reaches `end`. */
export function loop(addresses: Code, end: number, step: Code): Code {
  const moves = addresses.flatMap((address, i) => [
    ...[GET, address, ...i32Const(VECTORS * VECTOR_BYTES), I32_ADD],
    ...[i === addresses.length - 1 ? TEE : SET, address],
  ]);
  return [LOOP, VOID, ...step, ...moves, ...get(end), I32_LT_U, BR_IF, 0, END];
}

export interface WasmFunction {
  readonly name: string;
  readonly parameters: Code;
  readonly results: Code;
  readonly vectorLocals: number;
  readonly code: Code;
}

function sized(code: Code): Code {
  return [...unsigned(code.length), ...code];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, items: readonly Code[]): Code {
  return [id, ...sized(list(items))];
}

/** Assembles a module that exports `memory` (of `pages` times 64 KiB) and the functions. */
export function assemble(
  pages: number,
  functions: readonly WasmFunction[],
): Uint8Array<ArrayBuffer> {
  const name = (text: string): Code => sized([...new TextEncoder().encode(text)]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      functions.map((f) => [FUNCTION_TYPE, ...sized(f.parameters), ...sized(f.results)]),
    ),
    ...section(3, functions.map((_, i) => unsigned(i))),
    ...section(5, [[0, ...unsigned(pages)]]),
    ...section(7, [
      [...name("memory"), 2, 0],
      ...functions.map((f, i) => [...name(f.name), 0, ...unsigned(i)]),
    ]),
    ...section(10, functions.map((f) => sized([1, f.vectorLocals, V128, ...f.code, END]))),
  ]);
}
