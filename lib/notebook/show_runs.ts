/**
 * Runs as a table.
 * @module
 */
import type { SqlSource } from "../analysis/sql_source.ts";
import { rowsNote } from "../arrow/display.ts";
import type { Row } from "../arrow/query_result.ts";
import { type ShownColumn, tableHtml, tableText } from "../arrow/shown_table.ts";
import { runCondition, type RunFilter } from "../runs/run_store.ts";
import { secondsBetween } from "../runs/step_tree.ts";
import { DISPLAY, type Displayable } from "./displayable.ts";

const SHOWN_RUNS = 50;

const COLUMNS: readonly ShownColumn[] = [
  { name: "run" },
  { name: "started", unit: "UTC" },
  { name: "serial" },
  { name: "product" },
  { name: "station" },
  { name: "outcome", isOutcome: true },
  { name: "took", unit: "s", isNumeric: true },
  { name: "steps", isNumeric: true },
  { name: "measured", isNumeric: true },
  { name: "failed" },
];

/**
 * Shows runs that pass a filter, the latest first, outcomes in color, with what failed in them.
 *
 * @param source a `RunStore` or anything else that runs SQL
 * @param filter which runs; 50 of all by default
 *
 * @example
 * ```ts
 * import { RunStore, Session } from "@litmus/sdk";
 * import { DISPLAY, showRuns } from "@litmus/sdk/notebook";
 * import { match } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * {
 *   await using session = await Session.start({ dataDir });
 *   await session.run({ dut_serial: "SN001" }, (run) =>
 *     run.step("rail", (step) => void step.measure("v", 9, { high: 5 })));
 * }
 * await using runs = await RunStore.open({ dataDir });
 * const bundle = await showRuns(runs)[DISPLAY]();
 * match(bundle["text/html"] ?? "", /SN001.*>failed<\/span>.*<td>v<\/td>/s);
 * ```
 */
export function showRuns(source: SqlSource, filter: RunFilter = {}): Displayable {
  return {
    [DISPLAY]: async () => {
      const rows = await readRuns(source, filter);
      const total = Number(rows[0]?.total ?? 0);
      const table = {
        columns: COLUMNS,
        rows: rows.map(cellsOf),
        note: rowsNote(rows.length, total).replace(/row(s?)$/, "run$1"),
      };
      return { "text/html": tableHtml(table), "text/plain": tableText(table) };
    },
  };
}

async function readRuns(source: SqlSource, filter: RunFilter): Promise<Row[]> {
  const { condition, values } = runCondition(filter);
  const limit = Math.max(0, Math.trunc(filter.limit ?? SHOWN_RUNS));
  const result = await source.sql(
    `WITH shown AS (SELECT *, count(*) OVER () AS total FROM runs WHERE ${condition}
  ORDER BY run_started_at DESC, run_id LIMIT ${limit}),
counted AS (SELECT run_id, count(*) AS measured,
    string_agg(DISTINCT measurement_name, ', ' ORDER BY measurement_name)
      FILTER (measurement_outcome = 'failed') AS failed
  FROM measurements WHERE run_id IN (SELECT run_id FROM shown) GROUP BY run_id),
stepped AS (SELECT run_id, count(DISTINCT step_path) AS steps
  FROM steps WHERE run_id IN (SELECT run_id FROM shown) GROUP BY run_id)
SELECT shown.run_id, run_started_at, run_ended_at, dut_serial, product_id, station_id, run_outcome,
  coalesce(steps, 0) AS steps, coalesce(measured, 0) AS measured, failed, total
FROM shown LEFT JOIN counted USING (run_id) LEFT JOIN stepped USING (run_id)
ORDER BY run_started_at DESC, shown.run_id`,
    values,
  );
  return await Array.fromAsync(result.rows());
}

function cellsOf(row: Row): unknown[] {
  const seconds = secondsBetween(row.run_started_at, row.run_ended_at);
  return [
    String(row.run_id).slice(0, 8),
    String(row.run_started_at ?? "").slice(0, 19).replace("T", " "),
    row.dut_serial ?? "",
    row.product_id ?? "",
    row.station_id ?? "",
    row.run_outcome,
    seconds === null ? "" : seconds.toFixed(3),
    row.steps,
    row.measured,
    row.failed ?? "",
  ];
}
