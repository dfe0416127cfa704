import type { DotCommand } from "./dot_command.ts";
import { act, fail, type Step } from "./session_state.ts";

/** What the views hold, for `.tables` and completion. */
export const VIEW_NOTES: Readonly<Record<string, string>> = {
  events: "one row per event",
  sessions: "one row per session",
  runs: "one row per run",
  steps: "one row per step and vector",
  measurements: "one row per measurement and retry",
  channels: "one row per channel and session",
};

/** Table functions beside the views. */
export const TABLE_FUNCTIONS: Readonly<Record<string, string>> = {
  channel: "samples: channel('id', session := '..')",
  lttb: "samples, downsampled: lttb('id', points)",
  min_max_lttb: "as lttb, faster and keeping extremes",
};

function tablesSql(): string {
  const notes = Object.entries(VIEW_NOTES)
    .map(([name, note]) => `WHEN '${name}' THEN '${note}'`).join(" ");
  return `SELECT table_name AS name, count(*) AS columns, CASE table_name ${notes} END AS holds
    FROM duckdb_columns()
    WHERE NOT internal AND database_name = 'memory' AND schema_name = 'main'
    GROUP BY table_name ORDER BY table_name`;
}

const tables: DotCommand = {
  name: "tables",
  group: "Data",
  usage: ".tables",
  summary: "Lists the views",
  details: `Beside them there are table functions: ${Object.keys(TABLE_FUNCTIONS).join(", ")}.`,
  takes: [],
  run: (_words, state): Step =>
    act(state, { kind: "rows", sql: tablesSql(), empty: "There are no views" }),
};

const schema: DotCommand = {
  name: "schema",
  group: "Data",
  usage: ".schema [TABLE]",
  summary: "Shows the columns of all views, or of one, with their types",
  details: "Example: .schema runs",
  takes: ["table"],
  run: ([table], state): Step => act(state, { kind: "schema", table }),
};

const describe: DotCommand = {
  name: "describe",
  group: "Data",
  usage: ".describe TABLE|QUERY",
  summary: "Shows the columns of a view or query as a table; also \\d",
  details: "Examples: .describe measurements\n          .describe SELECT dut_serial FROM runs",
  takes: ["table", "sql"],
  run([first], state, rest): Step {
    if (first === undefined) {
      return fail(state, "Cannot describe: wanted a view or a query, such as .describe runs");
    }
    const target = rest.trim().replace(/;\s*$/, "");
    // The rest of what DESCRIBE tells is the same for all columns of a view.
    const sql = `SELECT column_name AS name, column_type AS type FROM (DESCRIBE ${target})`;
    return act(state, { kind: "rows", sql, empty: "It has no columns" });
  },
};

/** Commands that tell what there is to query. */
export const CATALOG_COMMANDS: readonly DotCommand[] = [tables, schema, describe];
