/**
 * DuckDB's C functions for Arrow, called in the very library that @duckdb/node-api has loaded. Its
 * JavaScript API hands over values one by one; these functions hand over whole columns (measured: 1M rows
 * of nine columns in 0.2 s instead of 2.9 s).
 *
 * A handle of node-api is an N-API external. Deno keeps it as { hasTag, tagLow, tagHigh, data }, and
 * node-api tags each kind with a constant. A pointer is taken only where the tag is the expected one; where
 * a later Deno lays it out otherwise, {@linkcode openNative} returns undefined and the slower way is used.
 *
 * @module
 */
import { createRequire } from "node:module";
import { version } from "@duckdb/node-api";
import {
  type DuckDBLibrary,
  type DuckDBSymbols,
  openSymbols,
  type Pointer,
} from "./native_symbols.ts";

const LIBRARY_NAMES: Readonly<Record<string, string>> = {
  darwin: "libduckdb.dylib",
  windows: "duckdb.dll",
};

/** Tags that node-api gives its externals. */
const TAGS = {
  connection: [0x922b9bf54ab04dfcn, 0x8a258578d371db71n],
  chunk: [0x2c7537ab063a4296n, 0xb1e70f08b0bbd1a3n],
  appender: [0x32e0ab3b83f74a89n, 0xb785905d92d54996n],
  result: [0x08f7fe3ae12345e5n, 0x8733310dc29372d9n],
} as const;

/** The library and the way from a node-api handle to its pointer. */
export interface Native {
  readonly symbols: DuckDBSymbols;
  /** By what the library can be opened once more. */
  readonly path: string;
  /** The `duckdb_connection` of a connection. */
  connection(handle: object): Pointer | undefined;
  /** The `duckdb_data_chunk` of a chunk. */
  chunk(handle: object): Pointer | undefined;
  /** The `duckdb_appender` of an appender. */
  appender(handle: object): Pointer | undefined;
  /** The `duckdb_result` of a result. */
  result(handle: object): Pointer | undefined;
  /** Any tagged handle, whatever its kind. */
  tagged(handle: object): Pointer | undefined;
}

let cached: Native | null | undefined;

/** The native functions, or undefined where they cannot be reached. */
export function openNative(): Native | undefined {
  cached ??= load() ?? null;
  return cached ?? undefined;
}

function load(): Native | undefined {
  const opened = openLibrary();
  if (opened === undefined) return undefined;
  return {
    symbols: opened.library.symbols,
    path: opened.path,
    connection: (handle) => {
      const holder = unwrap(handle, TAGS.connection);
      return holder === undefined ? undefined : pointerAt(holder);
    },
    chunk: (handle) => unwrap(handle, TAGS.chunk),
    appender: (handle) => unwrap(handle, TAGS.appender),
    result: (handle) => unwrap(handle, TAGS.result),
    tagged: (handle) => unwrap(handle, undefined),
  };
}

function openLibrary(): { readonly path: string; readonly library: DuckDBLibrary } | undefined {
  for (const path of candidates()) {
    try {
      const library = openSymbols(path);
      if (isSameVersion(library)) return { path, library };
      library.close(); // another DuckDB of this machine: its structures are not those of ours
    } catch (error) {
      // The next candidate may be the right one; without any the slower way is taken.
      if (error instanceof Deno.errors.NotCapable) throw error;
    }
  }
  return undefined;
}

function isSameVersion({ symbols }: DuckDBLibrary): boolean {
  const text = symbols.duckdb_library_version();
  return text !== null && Deno.UnsafePointerView.getCString(text) === version();
}

function* candidates(): Generator<string> {
  const name = LIBRARY_NAMES[Deno.build.os] ?? "libduckdb.so";
  yield name; // resolved to the copy that is loaded already
  const arch = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  const system = Deno.build.os === "windows" ? "win32" : Deno.build.os;
  const require = createRequire(import.meta.url);
  try {
    yield require.resolve(`@duckdb/node-bindings-${system}-${arch}/${name}`);
  } catch {
    return; // not a layout in which packages can be resolved by path
  }
}

function words(pointer: Pointer, count: number): BigUint64Array {
  const target = new BigUint64Array(count);
  new Deno.UnsafePointerView(pointer).copyInto(target);
  return target;
}

/** The words of a handle, none where it is no pointer at all. */
function handleWords(handle: object): BigUint64Array {
  try {
    return words(handle as Pointer, 4);
  } catch (error) {
    if (error instanceof TypeError) return new BigUint64Array(0);
    throw error;
  }
}

function unwrap(handle: object, tag: readonly [bigint, bigint] | undefined): Pointer | undefined {
  const [hasTag, low, high, data] = handleWords(handle);
  if (hasTag !== 1n || data === undefined || data === 0n) return undefined;
  if (tag !== undefined && (low !== tag[0] || high !== tag[1])) return undefined;
  return Deno.UnsafePointer.create(data) ?? undefined;
}

function pointerAt(pointer: Pointer): Pointer | undefined {
  return Deno.UnsafePointer.create(words(pointer, 1)[0] ?? 0n) ?? undefined;
}
