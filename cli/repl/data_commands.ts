import { RUN_COLUMNS } from "../show/run_columns.ts";
import type { DotCommand } from "./dot_command.ts";
import type { PlotRequest } from "./effects.ts";
import { act, fail, type SessionState, type Step } from "./session_state.ts";

const runs: DotCommand = {
  name: "runs",
  group: "Data",
  usage: ".runs [SERIAL|OUTCOME] [COUNT]",
  summary: "Lists runs, the latest first",
  details: "Examples: .runs 10\n          .runs failed\n          .runs SN1001",
  takes: ["run"],
  run(words, state): Step {
    const count = words.find((word) => /^\d{1,6}$/.test(word) && word === words.at(-1)) ?? "20";
    const text = words[0] === count && words.length === 1 ? undefined : words[0];
    const where = text === undefined
      ? ""
      : " WHERE dut_serial = $1 OR run_outcome = lower($1) OR starts_with(run_id, lower($1))";
    return act(state, {
      kind: "rows",
      sql: `SELECT ${RUN_COLUMNS} FROM runs${where}
        ORDER BY run_started_at DESC, run_id LIMIT ${Number(count)}`,
      ...(text === undefined ? {} : { parameters: [text] }),
      empty: text === undefined
        ? "There are no runs yet: litmus demo records some"
        : `No run has ${text} as serial, outcome or id`,
    });
  },
};

const show: DotCommand = {
  name: "show",
  group: "Data",
  usage: ".show RUN",
  summary: "Shows one run with its steps and measurements",
  details: "RUN is an id or its beginning, a serial, or latest.\nExample: .show latest",
  takes: ["run"],
  run: ([run], state): Step => act(state, { kind: "show", run: run ?? "latest" }),
};

const channels: DotCommand = {
  name: "channels",
  group: "Data",
  usage: ".channels [TEXT]",
  summary: "Lists channels with sessions, samples, units and time span",
  details: "TEXT is a part of the channel id.\nExample: .channels psu",
  takes: ["channel"],
  run: ([text], state): Step =>
    act(state, {
      kind: "rows",
      sql:
        `SELECT channel_id, session_id, data_type, units, samples, first_timestamp, last_timestamp
        FROM channels ${text === undefined ? "" : "WHERE contains(lower(channel_id), lower($1))"}
        ORDER BY channel_id, first_timestamp`,
      ...(text === undefined ? {} : { parameters: [text] }),
      empty: text === undefined ? "There are no channels yet" : `No channel id holds "${text}"`,
    }),
};

const lttb: DotCommand = {
  name: "lttb",
  group: "Data",
  usage: ".lttb CHANNEL [SESSION] [POINTS]",
  summary: "Draws a channel, downsampled by LTTB",
  details: "SESSION is an id or its beginning; the latest is taken without one.\n" +
    "Keys: + - zoom, arrows pan, 0 all, q ends.\nExample: .lttb scope.ch1 500",
  takes: ["channel", "session"],
  run([channel, ...more], state): Step {
    if (channel === undefined) {
      return fail(state, "Cannot draw: wanted a channel, .channels lists them");
    }
    const points = more.find((word) => /^\d{1,7}$/.test(word) && word === more.at(-1));
    const session = more[0] === points ? undefined : more[0];
    return plotStep(state, {
      channels: [channel],
      method: "lttb",
      ...(session === undefined ? {} : { session }),
      ...(points === undefined ? {} : { points: Number(points) }),
    });
  },
};

const plot: DotCommand = {
  name: "plot",
  group: "Data",
  usage: ".plot CHANNEL... [session=ID] [points=N] [start=T] [end=T] | QUERY",
  summary: "Draws channels over time, or the columns of a query",
  details: "Of a query the first column is x, the other numbers are drawn over it.\n" +
    "Keys: + - zoom, arrows pan, 0 all, q ends.\n" +
    "Examples: .plot psu.voltage psu.current\n" +
    "          .plot SELECT measurement_timestamp, measurement_value FROM measurements",
  takes: ["channel"],
  run(words, state, rest): Step {
    if (/^(select|from|with|values)$/i.test(words[0] ?? "")) {
      return act(state, { kind: "plotSql", sql: rest.trim().replace(/;\s*$/, "") });
    }
    const named = new Map<string, string>();
    const ids: string[] = [];
    for (const word of words) {
      const match = /^(session|points|start|end)=(.+)$/.exec(word);
      if (match === null) ids.push(word);
      else named.set(match[1]!, match[2]!);
    }
    if (ids.length === 0) {
      return fail(state, "Cannot draw: wanted a channel or a query, .channels lists channels");
    }
    const points = named.get("points");
    const [session, start, end] = ["session", "start", "end"].map((name) => named.get(name));
    return plotStep(state, {
      channels: ids,
      method: "display",
      ...(session === undefined ? {} : { session }),
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
      ...(points === undefined ? {} : { points: Number(points) }),
    });
  },
};

function plotStep(state: SessionState, request: PlotRequest): Step {
  const { points } = request;
  if (points !== undefined && !(Number.isSafeInteger(points) && points >= 3)) {
    return fail(state, "Cannot draw: points must be a whole number from 3 on");
  }
  return act(state, { kind: "plot", plot: request });
}

/** Commands that show runs and channels. */
export const DATA_COMMANDS: readonly DotCommand[] = [runs, show, channels, lttb, plot];
