/**
 * A run as the tree of its steps.
 * @module
 */
import type { SqlSource } from "../analysis/sql_source.ts";
import type { QueryResult, Row } from "../arrow/query_result.ts";
import { escapeHtml, litmusHtml, outcomeHtml } from "../arrow/shown_table.ts";
import { durationText } from "../base/quantity_text.ts";
import { visibleText } from "../base/visible_text.ts";
import { secondsBetween, stepTree } from "../runs/step_tree.ts";
import { DISPLAY, type Displayable } from "./displayable.ts";
import { type StepLine, stepLines } from "./step_lines.ts";

/** What is needed of a run store. */
export interface RunSource extends SqlSource {
  /** One run, by its id or the start of it. */
  get(runId: string): Promise<Row>;
  /** Its steps. */
  steps(runId: string): Promise<Row[]>;
  /** Its measurements. */
  measurements(runId: string): Promise<Row[]>;
}

const FACTS: readonly (readonly [string, string])[] = [
  ["serial", "dut_serial"],
  ["part", "dut_part_number"],
  ["product", "product_id"],
  ["phase", "test_phase"],
  ["station", "station_id"],
  ["operator", "operator_id"],
  ["session", "session_id"],
];

const SESSION_CHANNELS =
  "SELECT channel_id, samples, units FROM channels WHERE session_id = $1 ORDER BY channel_id";

/**
 * Shows a run: what it was, and its steps as a tree with every measurement against its limits.
 *
 * @param runs a `RunStore`
 * @param runId its id, or the first characters of it
 *
 * @example
 * ```ts
 * import { RunStore, Session } from "@litmus/sdk";
 * import { DISPLAY, showRun } from "@litmus/sdk/notebook";
 * import { match } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * await using session = await Session.start({ dataDir });
 * await using run = await session.startRun({ dut_serial: "SN001" });
 * await run.step("rail", (step) => void step.measure("v", 3.3, { low: 3.2, high: 3.4, units: "V" }));
 * await run.end();
 * await using runs = await RunStore.open({ dataDir });
 * const bundle = await showRun(runs, run.runId)[DISPLAY]();
 * match(bundle["text/plain"] ?? "", /✓ rail.*✓ v +3\.3 V +3\.2 \.\. 3\.4/s);
 * ```
 */
export function showRun(runs: RunSource, runId: string): Displayable {
  return {
    [DISPLAY]: async () => {
      const run = await runs.get(runId);
      const id = String(run.run_id);
      const [steps, measurements, found] = await Promise.all([
        runs.steps(id),
        runs.measurements(id),
        runs.sql(SESSION_CHANNELS, [String(run.session_id)]),
      ]);
      const lines = stepLines(stepTree(steps, measurements));
      const facts = await factsOf(run, found);
      return {
        "text/html": runHtml(run, facts, lines),
        "text/plain": runText(run, facts, lines),
      };
    },
  };
}

type Facts = readonly (readonly [string, string])[];

async function factsOf(run: Row, channels: QueryResult): Promise<Facts> {
  const facts = FACTS.flatMap(([name, column]) => {
    const value = run[column];
    return typeof value === "string" && value !== "" ? [[name, value] as const] : [];
  });
  const seconds = secondsBetween(run.run_started_at, run.run_ended_at);
  const started = String(run.run_started_at ?? "").slice(0, 19).replace("T", " ");
  const names = (await Array.fromAsync(channels.rows())).map(({ channel_id, samples, units }) =>
    `${channel_id} (${Number(samples).toLocaleString("en-US")} samples${
      typeof units === "string" && units !== "" ? `, ${units}` : ""
    })`
  );
  return [
    ...facts,
    ["started", `${started} UTC${seconds === null ? "" : `, took ${durationText(seconds)}`}`],
    ...(names.length === 0 ? [] : [["channels of the session", names.join("; ")] as const]),
  ];
}

function runHtml(run: Row, facts: Facts, lines: readonly StepLine[]): string {
  const head = `<div><b>Run ${escapeHtml(String(run.run_id))}</b> ${
    outcomeHtml(String(run.run_outcome))
  }</div>`;
  const about = facts.map(([name, value]) =>
    `<small>${escapeHtml(name)}</small> ${escapeHtml(visibleText(value))}`
  ).join(" &nbsp; ");
  const rows = lines.map(({ depth, name, value, limit, outcome, note, isStep }) =>
    `<tr><td style="padding-left:${depth * 18}px">${
      isStep ? `<b>${escapeHtml(name)}</b>` : escapeHtml(name)
    }</td><td class="n">${escapeHtml(value)}</td><td>${escapeHtml(limit)}</td><td>${
      outcome === null ? "" : outcomeHtml(outcome)
    }</td><td><small>${escapeHtml(note)}</small></td></tr>`
  ).join("");
  return litmusHtml(
    `${head}<div style="padding:4px 0 8px">${about}</div><table><thead><tr><th>step</th>` +
      `<th class="n">value</th><th>limits</th><th>outcome</th><th></th></tr></thead>` +
      `<tbody>${rows}</tbody></table>`,
  );
}

const MARKS: Readonly<Record<string, string>> = {
  passed: "✓",
  failed: "✗",
  skipped: "-",
  done: "·",
};

function runText(run: Row, facts: Facts, lines: readonly StepLine[]): string {
  const names = lines.map(({ depth, name, outcome }) => {
    const mark = outcome === null ? "?" : Object.hasOwn(MARKS, outcome) ? MARKS[outcome] : "!";
    return `${"  ".repeat(depth)}${mark} ${name}`;
  });
  const width = (texts: readonly string[]): number => Math.max(0, ...texts.map((t) => t.length));
  const nameWidth = width(names), valueWidth = width(lines.map(({ value }) => value));
  const limitWidth = width(lines.map(({ limit }) => limit));
  const table = lines.map(({ value, limit, outcome, note }, i) => {
    const word = outcome === "passed" || outcome === "done" ? "" : outcome ?? "";
    return [
      names[i]?.padEnd(nameWidth),
      value.padStart(valueWidth),
      limit.padEnd(limitWidth),
      [word, note].filter((text) => text !== "").join(", "),
    ].join("  ").trimEnd();
  });
  return [
    `Run ${run.run_id}  ${run.run_outcome}`,
    ...facts.map(([name, value]) => `${name}: ${visibleText(value)}`),
    ...table,
  ].join("\n");
}
