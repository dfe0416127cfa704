/**
 * The shape of a column as this package handles it everywhere: the format strings of the Arrow C data
 * interface name the types, so that IPC messages, DuckDB's C structures and JavaScript agree on one
 * vocabulary without a conversion table for each pair.
 *
 *     u utf8   z binary   b bool   c C s S i I l L  (u)int8..64   e f g  float16..64
 *     tsu:UTC timestamp   tdD date   ttu time   tDu duration   tiM tiD tin interval   d:18,3 decimal
 *     +l list   +w:N fixed-size list   +s struct   +m map   +ud:0,1 dense union   +us:.. sparse   w:N fixed binary
 *
 * @module
 */

/** One field of an Arrow schema. */
export interface ArrowField {
  /** Name of the column or member. */
  readonly name: string;
  /** Format string of the Arrow C data interface; for a dictionary, that of its values. */
  readonly format: string;
  /** Whether values may be null. */
  readonly nullable: boolean;
  /** Fields of lists, structs, maps and unions. */
  readonly children: readonly ArrowField[];
  /** Free key/value pairs. */
  readonly metadata?: ReadonlyMap<string, string>;
  /** Present where values are stored as indices into a dictionary. */
  readonly dictionary?: DictionaryInfo;
}

/** How a dictionary-encoded field refers to its values. */
export interface DictionaryInfo {
  /** Number by which dictionary messages refer to the field. */
  readonly id: number;
  /** Format of the indices, a whole-number format. */
  readonly indexFormat: string;
  /** Whether the order of the values has a meaning. */
  readonly ordered: boolean;
}

/** An Arrow schema: fields and free key/value pairs. */
export interface ArrowSchema {
  /** Fields in column order. */
  readonly fields: readonly ArrowField[];
  /** Free key/value pairs. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** The buffers of one column, laid out as Arrow prescribes for its format. */
export interface ArrowColumn {
  /** What the column holds. */
  readonly field: ArrowField;
  /** Number of slots. */
  readonly length: number;
  /** Number of null slots. */
  readonly nullCount: number;
  /** Buffers in Arrow order; an empty validity buffer means that nothing is null. */
  readonly buffers: readonly Uint8Array[];
  /** Columns of lists, structs, maps and unions. */
  readonly children: readonly ArrowColumn[];
  /** Values of a dictionary-encoded column. */
  readonly dictionary?: ArrowColumn;
}

/** A record batch: columns of one length. */
export interface ArrowBatch {
  /** The schema of the columns. */
  readonly schema: ArrowSchema;
  /** Number of rows. */
  readonly rows: number;
  /** The columns in schema order. */
  readonly columns: readonly ArrowColumn[];
  /**
   * All buffers of the columns in one run, in the order and with the padding of a message body, where
   * whoever made the batch has laid them out so.
   */
  readonly body?: Uint8Array;
}

/** Builds a nullable field, the common case. */
export function field(
  name: string,
  format: string,
  children: readonly ArrowField[] = [],
): ArrowField {
  return { name, format, nullable: true, children };
}

/** How buffers follow each other in the Arrow layout of a format. */
export type Layout =
  | { readonly kind: "null" }
  | { readonly kind: "bits" }
  | { readonly kind: "fixed"; readonly width: number }
  | { readonly kind: "variable"; readonly offsetWidth: 4 | 8 }
  | { readonly kind: "list"; readonly offsetWidth: 4 | 8 }
  | { readonly kind: "struct" }
  | { readonly kind: "fixedList"; readonly size: number }
  | { readonly kind: "union"; readonly dense: boolean };

const FIXED_WIDTH: Readonly<Record<string, number>> = {
  c: 1,
  C: 1,
  s: 2,
  S: 2,
  i: 4,
  I: 4,
  l: 8,
  L: 8,
  e: 2,
  f: 4,
  g: 8,
  tdD: 4,
  tdm: 8,
  tts: 4,
  ttm: 4,
  ttu: 8,
  ttn: 8,
  tiM: 4,
  tiD: 8,
  tin: 16,
};

/**
 * Layout of a format string.
 *
 * @throws {TypeError} for formats this package does not read (views, run-end encoding)
 */
export function layoutOf(format: string): Layout {
  const width = FIXED_WIDTH[format];
  if (width !== undefined) return { kind: "fixed", width };
  switch (format) {
    case "n":
      return { kind: "null" };
    case "b":
      return { kind: "bits" };
    case "u":
    case "z":
      return { kind: "variable", offsetWidth: 4 };
    case "U":
    case "Z":
      return { kind: "variable", offsetWidth: 8 };
    case "+l":
    case "+m":
      return { kind: "list", offsetWidth: 4 };
    case "+L":
      return { kind: "list", offsetWidth: 8 };
    case "+s":
      return { kind: "struct" };
  }
  return parametrizedLayout(format);
}

function parametrizedLayout(format: string): Layout {
  if (/^(ts[smun]:|tD[smun]$)/.test(format)) return { kind: "fixed", width: 8 };
  if (format.startsWith("w:")) return { kind: "fixed", width: wholeAfter(format, 2) };
  if (format.startsWith("+w:")) return { kind: "fixedList", size: wholeAfter(format, 3) };
  if (format.startsWith("+ud:")) return { kind: "union", dense: true };
  if (format.startsWith("+us:")) return { kind: "union", dense: false };
  if (format.startsWith("d:")) {
    const bits = format.split(",")[2];
    return { kind: "fixed", width: bits === undefined ? 16 : Number(bits) / 8 };
  }
  throw new TypeError(`Unsupported Arrow format: "${format}"`);
}

function wholeAfter(format: string, at: number): number {
  const value = Number(format.slice(at));
  if (!Number.isInteger(value) || value < 0) {
    throw new TypeError(`Unsupported Arrow format: "${format}"`);
  }
  return value;
}
