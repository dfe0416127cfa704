import { Utf8Builder } from "../arrow/column_builder.ts";
import type { ArrowColumn, ArrowField } from "../arrow/field.ts";

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

interface Template {
  readonly rows: number;
  readonly offsets: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * Columns in which long runs of rows hold the same text: session ids, sources. The buffers of a text that
 * fills a whole batch are made once and shared by all batches; nobody may write to them.
 */
export class TextTemplates {
  readonly #templates = new Map<string, Template>();

  /** A column of one text. */
  column(field: ArrowField, text: string, rows: number): ArrowColumn {
    let template = this.#templates.get(text);
    if (template === undefined || template.rows < rows) {
      template = makeTemplate(text, rows);
      if (this.#templates.size > 64) this.#templates.clear();
      this.#templates.set(text, template);
    }
    const width = template.data.byteLength / template.rows;
    return {
      field,
      length: rows,
      nullCount: 0,
      buffers: [
        NOTHING,
        template.offsets.subarray(0, (rows + 1) * 4),
        template.data.subarray(0, rows * width),
      ],
      children: [],
    };
  }
}

function makeTemplate(text: string, rows: number): Template {
  const one = encoder.encode(text);
  const data = new Uint8Array(one.byteLength * rows);
  if (one.byteLength > 0) {
    data.set(one);
    for (let filled = one.byteLength; filled < data.byteLength; filled *= 2) {
      data.copyWithin(filled, 0, Math.min(filled, data.byteLength - filled));
    }
  }
  const offsets = new Int32Array(rows + 1);
  for (let i = 1; i <= rows; i++) offsets[i] = i * one.byteLength;
  return { rows, offsets: new Uint8Array(offsets.buffer), data };
}

/** Collects the text of rows that mostly repeats. */
export class TextRuns {
  #runs: { readonly text: string; rows: number }[] = [];

  /** Adds rows of one text. */
  append(text: string, rows = 1): void {
    const last = this.#runs.at(-1);
    if (last !== undefined && last.text === text) last.rows += rows;
    else this.#runs.push({ text, rows });
  }

  /** The column of all rows so far; starts anew. */
  take(field: ArrowField, rows: number, templates: TextTemplates): ArrowColumn {
    const runs = this.#runs;
    this.#runs = [];
    const [first] = runs;
    if (runs.length === 1 && first !== undefined) return templates.column(field, first.text, rows);
    const builder = new Utf8Builder();
    for (const run of runs) for (let i = 0; i < run.rows; i++) builder.append(run.text);
    return builder.finish(field);
  }
}
