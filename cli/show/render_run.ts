/**
 * A run as text for people.
 * @module
 */
import type { Row } from "../../lib/arrow/query_result.ts";
import { durationText } from "../../lib/base/quantity_text.ts";
import { outcomeStyle, paint, type Style } from "../format/style.ts";
import { countText, cutText, padText, textWidth } from "../format/text_width.ts";
import { timeText, valueText } from "../format/value_text.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import type { RenderOptions } from "./render_options.ts";
import type { RunRecord } from "./run_record.ts";
import { renderSteps } from "./render_steps.ts";
import { secondsBetween, stepTree } from "../../lib/runs/step_tree.ts";

const FACTS: readonly (readonly [string, (run: Row) => unknown])[] = [
  ["serial", (r) => r.dut_serial],
  ["part", (r) => join(r.dut_part_number, r.dut_revision && `rev ${r.dut_revision}`)],
  ["lot", (r) => r.dut_lot_number],
  ["product", (r) => join(r.product_name ?? r.product_id, r.product_revision)],
  ["phase", (r) => r.test_phase],
  ["station", (r) => join(r.station_name ?? r.station_id, r.station_location)],
  ["fixture", (r) => r.fixture_id],
  ["operator", (r) => r.operator_name ?? r.operator_id],
  ["started", (r) => typeof r.run_started_at === "string" ? timeText(r.run_started_at) : null],
  ["took", (r) => tookText(r)],
  ["session", (r) => r.session_id],
];

/** Draws a run. */
export function renderRun(record: RunRecord, options: RenderOptions): string {
  const tree = stepTree(record.steps, record.measurements);
  return [
    headOf(record, options),
    section("Steps", renderSteps(tree, options), options),
    section("Diagnostics", diagnosticLines(record, options), options),
    section("Instruments", instrumentLines(record, options), options),
    section("Channels", channelLines(record, options), options),
    section("References", refLines(record, options), options),
  ].filter((part) => part !== "").join("\n");
}

function headOf({ run, file }: RunRecord, options: RenderOptions): string {
  const { color, width } = options;
  const outcome = String(run.run_outcome ?? "unknown");
  const title = `${paint("Run", "bold", color)} ${run.run_id}  ${
    paint(outcome, outcomeStyle("outcome", outcome), color)
  }\n`;
  const facts = [
    ...FACTS.map(([name, read]) => [name, read(run)] as const),
    ["file", file] as const,
  ]
    .filter(([, value]) => value !== null && value !== undefined && value !== "");
  const lines = facts.map(([name, value]) =>
    `  ${paint(padText(name, 9), "dim", color)} ${
      cutText(visibleText(String(value)), width - 12)
    }\n`
  );
  return title + lines.join("");
}

function section(title: string, lines: readonly string[], { color }: RenderOptions): string {
  if (lines.length === 0) return "";
  return `${paint(title, "bold", color)}\n${lines.map((line) => `${line}\n`).join("")}`;
}

function join(...parts: readonly unknown[]): string {
  return parts.filter((part) => typeof part === "string" && part !== "").join(", ");
}

function tookText(run: Row): string | null {
  const seconds = secondsBetween(run.run_started_at, run.run_ended_at);
  return seconds === null ? null : durationText(seconds);
}

function diagnosticLines({ diagnostics }: RunRecord, options: RenderOptions): string[] {
  return diagnostics.map(({ level, source, message }) => {
    const style: Style = level === "error" ? "red" : "yellow";
    const text = cutText(
      visibleText(`${source === "" ? "" : `${source}: `}${message}`),
      options.width - 11,
    );
    return `  ${paint(padText(String(level), 8), style, options.color)} ${text}`;
  });
}

function instrumentLines({ instruments }: RunRecord, options: RenderOptions): string[] {
  return columns(
    instruments.map((each) => [
      String(each.role),
      join(each.manufacturer, each.model, each.serial) || String(each.instrument_id ?? ""),
      String(each.resource ?? ""),
      each.cal_due === null ? "" : `cal due ${each.cal_due}`,
    ]),
    options,
  );
}

function channelLines({ channels }: RunRecord, options: RenderOptions): string[] {
  return columns(
    channels.map((each) => [
      String(each.channel_id),
      countText(Number(each.samples), "sample"),
      String(each.units ?? ""),
      durationText(secondsBetween(each.first_timestamp, each.last_timestamp) ?? 0),
      each.in_run === true ? "" : "of the session",
    ]),
    options,
  );
}

function refLines({ refs }: RunRecord, options: RenderOptions): string[] {
  return columns(refs.map(({ key, uri, file }) => [String(key), valueText(file ?? uri)]), options);
}

/** Aligned cells, cut to the width. */
function columns(rows: readonly (readonly string[])[], { width }: RenderOptions): string[] {
  const cells = rows.map((row) => row.map(visibleText));
  const widths = (cells[0] ?? []).map((_, i) =>
    Math.max(...cells.map((row) => textWidth(row[i] ?? "")))
  );
  return cells.map((row) => {
    const line = row.map((cell, i) => padText(cell, widths[i] ?? 0)).join("  ").trimEnd();
    return cutText(`  ${line}`, width);
  });
}
