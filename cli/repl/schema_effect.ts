import { NotFoundError } from "../../lib/base/errors.ts";
import { paint } from "../format/style.ts";
import { padText, textWidth } from "../format/text_width.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import { TABLE_FUNCTIONS, VIEW_NOTES } from "./catalog_commands.ts";
import { didYouMean } from "./dot_command.ts";
import { askRows } from "./query_runner.ts";
import type { Shell } from "./shell.ts";

const COLUMNS_SQL = `SELECT table_name, column_name, data_type FROM duckdb_columns()
  WHERE NOT internal AND database_name = 'memory' AND schema_name = 'main'
    AND ($1 IS NULL OR table_name = lower($1))
  ORDER BY table_name, column_index`;

/** Shows the columns of one view, or of all. */
export async function showSchema(shell: Shell, table: string | undefined): Promise<void> {
  const rows = await askRows(shell, COLUMNS_SQL, [table ?? null]);
  if (rows.length === 0) {
    const hint = didYouMean(table ?? "", Object.keys(VIEW_NOTES));
    throw new NotFoundError(`No view ${table}: .tables lists them${hint}`);
  }
  const { color } = shell.io;
  const views = Map.groupBy(rows, ([view]) => String(view));
  const blocks = [...views].map(([view, columns]) => {
    const names = columns.map(([, name]) => visibleText(String(name)));
    const width = Math.max(...names.map(textWidth));
    const lines = columns.map(([, , type], i) =>
      `  ${padText(names[i] ?? "", width)}  ${paint(String(type), "dim", color)}`
    );
    const note = VIEW_NOTES[view] === undefined ? "" : paint(`  ${VIEW_NOTES[view]}`, "dim", color);
    return [paint(view, "bold", color) + note, ...lines].join("\n");
  });
  const functions = Object.entries(TABLE_FUNCTIONS)
    .map(([name, note]) => `${paint(`${name}(..)`, "bold", color)}  ${paint(note, "dim", color)}`);
  if (table === undefined) blocks.push(functions.join("\n"));
  await shell.io.out(`${blocks.join("\n\n")}\n`);
}
