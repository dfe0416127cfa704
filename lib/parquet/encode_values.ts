/**
 * Values of one column chunk as bytes: a dictionary with codes where values repeat, else one by one.
 * @module
 */
import { ByteSink } from "./byte_sink.ts";
import { bitWidth, type elementType, ENCODING } from "./format.ts";
import { writeHybrid, writeRun } from "./levels.ts";

type Leaf = ReturnType<typeof elementType>;

/** A dictionary beyond it is given up: it would be read whole for each value. */
const DICTIONARY_BYTES = 1024 * 1024;
/** Numbers are given a dictionary up to so many different ones. */
const DICTIONARY_NUMBERS = 1024;
/** Bounds of longer texts are left out: nobody searches by them. */
const BOUND_BYTES = 256;

/** Encoded values. */
export interface EncodedValues {
  readonly encoding: typeof ENCODING.plain | typeof ENCODING.rleDictionary;
  readonly body: Uint8Array;
  /** Plain values by code. */
  readonly dictionary?: { readonly count: number; readonly body: Uint8Array };
  /** Least and greatest value in plain form, where there are such. */
  readonly bounds?: { readonly least: Uint8Array; readonly greatest: Uint8Array };
}

/** Encodes values, none of them null. */
export function encodeValues(
  type: Leaf,
  values: readonly (string | number | boolean)[],
): EncodedValues {
  if (values.length === 0) return { encoding: ENCODING.plain, body: new Uint8Array(0) };
  if (type === "string") return encodeTexts(values as readonly string[]);
  if (type === "bool") return encodeBools(values as readonly boolean[]);
  return encodeNumbers(type, values as readonly number[]);
}

/**
 * Encodes one value that all of `count` rows share, to the same bytes as one by one.
 *
 * @param count at least {@linkcode RUN_LENGTH}
 */
export function encodeShared(
  type: Leaf,
  value: string | number | boolean,
  count: number,
): EncodedValues {
  const dictionary = new ByteSink();
  if (typeof value !== "boolean") writePlain(dictionary, type, value);
  const isCoded = typeof value !== "boolean" && !Object.is(value, -0) &&
    dictionary.length <= DICTIONARY_BYTES;
  if (!isCoded) return encodeValues(type, new Array<typeof value>(count).fill(value));
  const body = new ByteSink();
  body.byte(1); // bits of a code
  writeRun(body, 0, count, 1);
  return {
    encoding: ENCODING.rleDictionary,
    body: body.bytes(),
    dictionary: { count: 1, body: dictionary.bytes() },
    ...boundsOf(type, [value]),
  };
}

function boundsOf(
  type: Leaf,
  values: readonly (string | number)[],
): Pick<EncodedValues, "bounds"> {
  const { bounds } = encodeValues(type, values);
  return bounds === undefined ? {} : { bounds };
}

function encodeTexts(values: readonly string[]): EncodedValues {
  const codeOf = new Map<string, number>();
  const codes = new Uint32Array(values.length);
  const sink = new ByteSink();
  let last: string | undefined;
  let code = 0;
  for (let i = 0; i < values.length; i++) {
    const text = values[i] as string;
    if (text !== last) {
      const known = codeOf.get(text);
      if (known === undefined) {
        code = codeOf.size;
        codeOf.set(text, code);
        sink.sizedText(text);
      } else code = known;
      last = text;
    }
    codes[i] = code;
  }
  const bounds = textBounds(sink.bytes());
  if (sink.length > DICTIONARY_BYTES) return { ...plain("string", values), ...bounds };
  return { ...coded(codes, codeOf.size, sink), ...bounds };
}

/** Bounds by the bytes of the texts, which is how readers compare. */
function textBounds(sized: Uint8Array): Pick<EncodedValues, "bounds"> {
  const view = new DataView(sized.buffer, sized.byteOffset, sized.byteLength);
  let least: Uint8Array | undefined;
  let greatest: Uint8Array | undefined;
  for (let at = 0; at < sized.byteLength;) {
    const end = at + 4 + view.getUint32(at, true);
    const text = sized.subarray(at + 4, end);
    if (least === undefined || compareBytes(text, least) < 0) least = text;
    if (greatest === undefined || compareBytes(text, greatest) > 0) greatest = text;
    at = end;
  }
  if (least === undefined || greatest === undefined) return {};
  if (Math.max(least.byteLength, greatest.byteLength) > BOUND_BYTES) return {};
  return { bounds: { least: least.slice(), greatest: greatest.slice() } };
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.byteLength, b.byteLength);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.byteLength - b.byteLength;
}

function encodeNumbers(type: Leaf, values: readonly number[]): EncodedValues {
  const bounds = numberBounds(type, values);
  const codeOf = new Map<number, number>();
  const codes = new Uint32Array(values.length);
  const limit = Math.min(DICTIONARY_NUMBERS, values.length >> 1);
  const sink = new ByteSink();
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    let code = codeOf.get(value);
    if (code === undefined) {
      code = codeOf.size;
      // A map takes -0 for 0.
      if (code === limit || Object.is(value, -0)) return { ...plain(type, values), ...bounds };
      codeOf.set(value, code);
      writePlain(sink, type, value);
    }
    codes[i] = code;
  }
  if (values.some((value) => Object.is(value, -0))) return { ...plain(type, values), ...bounds };
  return { ...coded(codes, codeOf.size, sink), ...bounds };
}

/** NaN has no place in an order: bounds that leave it out would hide its row. */
function numberBounds(type: Leaf, values: readonly number[]): Pick<EncodedValues, "bounds"> {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    if (Number.isNaN(value)) return {};
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const bytes = (value: number): Uint8Array => {
    const sink = new ByteSink();
    writePlain(sink, type, value);
    return sink.bytes();
  };
  // Both zeros lie within, whichever it was.
  return {
    bounds: {
      least: bytes(least === 0 && type === "double" ? -0 : least),
      greatest: bytes(greatest === 0 ? 0 : greatest),
    },
  };
}

function encodeBools(values: readonly boolean[]): EncodedValues {
  const body = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, i) => {
    if (value) body[i >> 3] = (body[i >> 3] ?? 0) | 1 << (i & 7);
  });
  const least = Uint8Array.of(values.includes(false) ? 0 : 1);
  const greatest = Uint8Array.of(values.includes(true) ? 1 : 0);
  return { encoding: ENCODING.plain, body, bounds: { least, greatest } };
}

function coded(codes: Uint32Array, count: number, dictionary: ByteSink): EncodedValues {
  const width = Math.max(1, bitWidth(count - 1));
  const sink = new ByteSink();
  sink.byte(width);
  writeHybrid(sink, codes, codes.length, width);
  return {
    encoding: ENCODING.rleDictionary,
    body: sink.bytes(),
    dictionary: { count, body: dictionary.bytes() },
  };
}

function plain(type: Leaf, values: readonly (string | number)[]): EncodedValues {
  const sink = new ByteSink();
  for (const value of values) writePlain(sink, type, value);
  return { encoding: ENCODING.plain, body: sink.bytes() };
}

function writePlain(sink: ByteSink, type: Leaf, value: string | number): void {
  if (typeof value === "string") sink.sizedText(value);
  else if (type === "double") sink.double(value);
  else if (type === "int32") sink.int32(value);
  else sink.int64(value);
}
