import type { ArrowField } from "../../lib/arrow/field.ts";
import type { QueryResult } from "../../lib/arrow/query_result.ts";
import type { ColumnKind, RowSource } from "../format/result.ts";

/** A query result as the formats take it. */
export function rowSourceOf(result: QueryResult): RowSource {
  return {
    columns: result.schema.fields.map((field) => {
      const unit = field.metadata?.get("units") ?? field.metadata?.get("unit");
      return { name: field.name, kind: kindOf(field), ...(unit === undefined ? {} : { unit }) };
    }),
    rows: () => result.rowArrays(),
  };
}

/** Counts the rows that pass. */
export function countedRows(source: RowSource, onRow: () => void): RowSource {
  return {
    columns: source.columns,
    async *rows(): AsyncGenerator<readonly unknown[]> {
      for await (const row of source.rows()) {
        onRow();
        yield row;
      }
    },
  };
}

/** What a column is to a reader, by its Arrow format. */
export function kindOf({ format }: ArrowField): ColumnKind {
  if (/^[uU]$/.test(format)) return "text";
  if (/^[cCsSiIlL]$/.test(format) || /^d:\d+,0(,|$)/.test(format)) return "integer";
  if (/^[efg]$/.test(format) || format.startsWith("d:")) return "number";
  if (format === "b") return "boolean";
  if (format.startsWith("ts") || format.startsWith("td") || format.startsWith("tt")) return "time";
  if (/^(z|Z|w:)/.test(format)) return "binary";
  if (/^\+(l|L|w:)/.test(format)) return "list";
  return format === "+s" || format === "+m" ? "struct" : "other";
}
