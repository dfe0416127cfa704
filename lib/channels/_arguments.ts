/** A typed array of numbers, any width but 64-bit integers. */
export type NumericArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray;

/** The array itself if it holds doubles, else a copy: one kind of array keeps the loops fast. */
export function toFloat64(values: NumericArray, name: string): Float64Array {
  if (values instanceof Float64Array) return values;
  const other: unknown = values;
  const numeric = ArrayBuffer.isView(other) && !(other instanceof DataView) &&
    !(other instanceof BigInt64Array) && !(other instanceof BigUint64Array);
  if (!numeric) {
    throw new TypeError(
      `Cannot decimate ${name}: it is ${kindOf(other)}, a Float64Array is wanted`,
    );
  }
  return new Float64Array(values);
}

function kindOf(value: unknown): string {
  if (value === null || typeof value !== "object") return String(value);
  return value.constructor?.name ?? "an object";
}

/** Refuses x and y of different lengths. */
export function checkLengths(x: { readonly length: number }, y: { readonly length: number }): void {
  if (x.length === y.length) return;
  throw new RangeError(
    `Cannot decimate: x has ${x.length} samples and y has ${y.length}, the same number is wanted`,
  );
}

/** Refuses a budget that is no integer of at least `least`. */
export function checkPoints(points: number, name: string, least = 2): void {
  if (Number.isSafeInteger(points) && points >= least) return;
  throw new RangeError(
    `Cannot decimate: ${name} is ${points}, an integer of at least ${least} is wanted`,
  );
}

/** The indices 0 to length - 1. */
export function allIndices(length: number): Uint32Array {
  const out = new Uint32Array(length);
  for (let i = 0; i < length; i++) out[i] = i;
  return out;
}

/** The values at those indices. */
export function gather(values: Float64Array, indices: Uint32Array): Float64Array {
  const out = new Float64Array(indices.length);
  for (let i = 0; i < out.length; i++) out[i] = values[indices[i]!]!;
  return out;
}
