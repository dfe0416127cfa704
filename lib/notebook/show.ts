/**
 * Results as notebooks show them.
 * @module
 */
import { displayBundle } from "../arrow/display.ts";
import { QueryResult } from "../arrow/query_result.ts";
import { fromApacheTable } from "../arrow/to_apache.ts";

/** Something that a Jupyter kernel shows. */
export interface Displayable {
  /** Content by MIME type. */
  [key: symbol]: () => Promise<Record<string, string>>;
}

/** Key by which the Deno kernel asks an object for what it shows. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as typeof DISPLAY;

/**
 * Makes a table of a result, or of an apache-arrow table, as a notebook shows it.
 *
 * @param data a query result, or an apache-arrow `Table`
 */
export function show(data: QueryResult | ApacheTable): Displayable {
  if (data instanceof QueryResult) {
    return { [DISPLAY]: () => Reflect.apply(Reflect.get(data, DISPLAY), data, []) };
  }
  return {
    [DISPLAY]: async () => {
      const { schema, batches } = await fromApacheTable(data);
      return displayBundle(schema, batches);
    },
  };
}

/** What is needed of an apache-arrow `Table`. */
export interface ApacheTable {
  /** The schema. */
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  /** Number of rows. */
  readonly numRows: number;
}
