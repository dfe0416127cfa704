import type { ChunkWriter } from "./chunk_writer.ts";
import type { FormatOptions } from "./format_options.ts";
import type { RowSource } from "./result.ts";
import { sampleRows, takeRows } from "./sampled_rows.ts";
import { paint } from "./style.ts";
import { TableFrame } from "./table_frame.ts";
import { countText, textWidth } from "./text_width.ts";

const SAMPLE_ROWS = 1000;
const READ_AT_MOST = 1_000_000;

/**
 * Writes rows as a table with aligned columns and a footer with the number of rows.
 *
 * Without `maxRows` the rows stream: the first 1,000 decide the widths. With `maxRows` the start
 * and the end are shown and the footer says what is missing.
 *
 * @returns the number of rows read
 */
export function writeTable(
  source: RowSource,
  out: ChunkWriter,
  options: FormatOptions = {},
): Promise<number> {
  return options.maxRows === undefined
    ? streamTable(source, out, options)
    : cutTable(source, out, options, options.maxRows);
}

async function streamTable(
  source: RowSource,
  out: ChunkWriter,
  options: FormatOptions,
): Promise<number> {
  const rows = source.rows()[Symbol.asyncIterator]();
  let count = 0;
  try {
    const sample = await takeRows(rows, options.eager ? 1 : SAMPLE_ROWS);
    const frame = new TableFrame(source.columns, sample, options);
    await out.write(frame.head());
    for (const row of sample) await out.write(frame.row(row));
    count = sample.length;
    for (let next = await rows.next(); !next.done; next = await rows.next()) {
      const full = out.write(frame.row(next.value));
      if (full) await full;
      count++;
    }
    const facts = [countText(count, "row"), ...cutFacts(frame, source)];
    await out.write(frame.foot() + footer(facts, options));
  } finally {
    await rows.return?.();
  }
  return count;
}

async function cutTable(
  source: RowSource,
  out: ChunkWriter,
  options: FormatOptions,
  maxRows: number,
): Promise<number> {
  const { readAtMost = READ_AT_MOST, signal } = options;
  const { head, tail, count, complete } = await sampleRows(source, maxRows, readAtMost, signal);
  const frame = new TableFrame(source.columns, [...head, ...tail], options);
  await out.write(frame.head());
  for (const row of head) await out.write(frame.row(row));
  const shown = head.length + tail.length;
  if (shown < count || !complete) await out.write(frame.skipped());
  for (const row of tail) await out.write(frame.row(row));
  const facts = [complete ? countText(count, "row") : `more than ${countText(count, "row")}`];
  if (shown < count || !complete) facts.push(`${shown} shown`);
  facts.push(...cutFacts(frame, source));
  await out.write(frame.foot() + footer(facts, options));
  return count;
}

function cutFacts(frame: TableFrame, source: RowSource): string[] {
  const facts: string[] = [];
  if (frame.shownColumns < source.columns.length) {
    facts.push(`${frame.shownColumns} of ${countText(source.columns.length, "column")} shown`);
  }
  if (frame.cutCells > 0) facts.push(`${countText(frame.cutCells, "value")} cut`);
  return facts;
}

function footer(facts: readonly string[], options: FormatOptions): string {
  const { color = false, ascii = false, hint, width } = options;
  const all = facts.length > 1 && hint !== undefined ? [...facts, hint] : facts;
  return wrapFacts(all, ascii ? ", " : " · ", width ?? Infinity)
    .map((line) => `${paint(line, "dim", color)}\n`)
    .join("");
}

/** Joins facts to lines that fit: what was cut must not be cut itself. */
function wrapFacts(facts: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = [];
  for (const fact of facts) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(last + separator + fact) <= width) {
      lines[lines.length - 1] = last + separator + fact;
    } else lines.push(fact);
  }
  return lines;
}
