/**
 * The C functions of DuckDB that are called here, by the path of a library. Threads of their own need no
 * more of DuckDB than this file.
 * @module
 */

const SYMBOLS = {
  duckdb_library_version: { parameters: [], result: "pointer" },
  duckdb_connection_get_arrow_options: { parameters: ["pointer", "buffer"], result: "void" },
  duckdb_destroy_arrow_options: { parameters: ["buffer"], result: "void" },
  duckdb_to_arrow_schema: {
    parameters: ["pointer", "buffer", "buffer", "u64", "buffer"],
    result: "pointer",
  },
  duckdb_prepare: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  duckdb_execute_prepared: { parameters: ["pointer", "buffer"], result: "i32" },
  duckdb_destroy_prepare: { parameters: ["buffer"], result: "void" },
  duckdb_destroy_result: { parameters: ["buffer"], result: "void" },
  duckdb_fetch_chunk: {
    // duckdb_result by value: three counts, then columns, error message and internal data.
    parameters: [{ struct: ["u64", "u64", "u64", "pointer", "pointer", "pointer"] }],
    result: "pointer",
  },
  duckdb_column_count: { parameters: ["pointer"], result: "u64" },
  duckdb_column_name: { parameters: ["pointer", "u64"], result: "pointer" },
  duckdb_column_logical_type: { parameters: ["pointer", "u64"], result: "pointer" },
  duckdb_destroy_logical_type: { parameters: ["buffer"], result: "void" },
  duckdb_result_error: { parameters: ["pointer"], result: "pointer" },
  duckdb_data_chunk_to_arrow: { parameters: ["pointer", "pointer", "buffer"], result: "pointer" },
  duckdb_schema_from_arrow: { parameters: ["pointer", "buffer", "buffer"], result: "pointer" },
  duckdb_data_chunk_from_arrow: {
    parameters: ["pointer", "buffer", "pointer", "buffer"],
    result: "pointer",
  },
  duckdb_destroy_arrow_converted_schema: { parameters: ["buffer"], result: "void" },
  duckdb_append_data_chunk: { parameters: ["pointer", "pointer"], result: "i32" },
  /** In a thread of its own; the appender belongs to it until then. */
  flush_aside: {
    name: "duckdb_appender_flush",
    parameters: ["pointer"],
    result: "i32",
    nonblocking: true,
  },
  duckdb_appender_error_data: { parameters: ["pointer"], result: "pointer" },
  duckdb_destroy_data_chunk: { parameters: ["buffer"], result: "void" },
  duckdb_error_data_has_error: { parameters: ["pointer"], result: "bool" },
  duckdb_error_data_message: { parameters: ["pointer"], result: "pointer" },
  duckdb_destroy_error_data: { parameters: ["buffer"], result: "void" },
} as const;

/** Size of a `duckdb_result`. */
export const RESULT_BYTES = 48;

/** A non-null native pointer. */
export type Pointer = Deno.PointerObject;

/** An open library. */
export type DuckDBLibrary = Deno.DynamicLibrary<typeof SYMBOLS>;

/** The functions. */
export type DuckDBSymbols = DuckDBLibrary["symbols"];

/** Opens a library by path, or by the name under which it is loaded already. */
export function openSymbols(path: string): DuckDBLibrary {
  return Deno.dlopen(path, SYMBOLS);
}

/** Throws where a DuckDB error object holds an error; frees it in any case. */
export function raise(symbols: DuckDBSymbols, error: Deno.PointerValue, what: string): void {
  if (error === null) return;
  const failed = symbols.duckdb_error_data_has_error(error);
  const text = failed ? symbols.duckdb_error_data_message(error) : null;
  const message = text === null ? "" : Deno.UnsafePointerView.getCString(text);
  symbols.duckdb_destroy_error_data(
    new BigUint64Array([BigInt(Deno.UnsafePointer.value(error))]),
  );
  if (failed) throw new Error(`${what}: ${message}`);
}

/** Throws where a result has failed: to whoever fetches from it, failing looks like its end. */
export function raiseResultError(symbols: DuckDBSymbols, result: Pointer): void {
  const error = symbols.duckdb_result_error(result);
  if (error !== null) throw new Error(Deno.UnsafePointerView.getCString(error));
}
