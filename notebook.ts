/**
 * Tables for the Deno Jupyter kernel. Every query result of this package shows itself; this entry adds what
 * other objects need.
 *
 * @example
 * ```ts
 * import { show } from "@litmus/sdk/notebook";
 * import { tableFromArrays } from "apache-arrow";
 * import { match } from "node:assert/strict";
 *
 * const shown = show(tableFromArrays({ volts: Float64Array.of(3.3, 5) }));
 * const bundle = await shown[Symbol.for("Jupyter.display")]?.();
 * match(bundle?.["text/plain"] ?? "", /volts/);
 * ```
 *
 * @module
 */
export { type ApacheTable, type Displayable, show } from "./lib/notebook/show.ts";
export { QueryResult } from "./lib/arrow/query_result.ts";
