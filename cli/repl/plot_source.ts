import { readAhead } from "../../lib/arrow/read_ahead.ts";
import { InvalidDataError, NotFoundError } from "../../lib/base/errors.ts";
import { parseMicros } from "../../lib/base/time.ts";
import { formatChannelTicket } from "../../lib/protocol/channel_ticket.ts";
import { withCaptureGaps } from "../plot/capture_gaps.ts";
import type { PlotSeries } from "../plot/plot_options.ts";
import { didYouMean } from "./dot_command.ts";
import type { PlotRequest } from "./effects.ts";
import { ask, askRows } from "./query_runner.ts";
import type { Shell } from "./shell.ts";

/** What a plot draws from. */
export interface PlotSource {
  readonly title: string;
  readonly unit: string | undefined;
  /** x is microseconds since the epoch. */
  readonly timeAxis: boolean;
  readonly xUnit?: string;
  /** Reads the series again within a part of x, finer the smaller it is. */
  load(range: readonly [number, number] | undefined, signal: AbortSignal): Promise<PlotSeries[]>;
}

interface FoundChannel {
  readonly id: string;
  readonly session: string;
  readonly unit: string | undefined;
}

const CHANNEL_SQL = `SELECT session_id, units, data_type FROM channels
  WHERE channel_id = $1 AND starts_with(session_id, lower($2))
  ORDER BY last_timestamp DESC LIMIT 1`;

/** Channels over time. */
export async function channelSource(shell: Shell, request: PlotRequest): Promise<PlotSource> {
  const channels: FoundChannel[] = [];
  for (const id of request.channels) {
    channels.push(await findChannel(shell, id, request.session ?? ""));
  }
  const units = new Set(channels.map(({ unit }) => unit));
  const sessions = new Set(channels.map(({ session }) => session.slice(0, 8)));
  const [unit] = units;
  const start = request.start === undefined ? undefined : parseMicros(request.start);
  const end = request.end === undefined ? undefined : parseMicros(request.end);
  return {
    title: `${channels.map(({ id }) => id).join(", ")} · session ${[...sessions].join(", ")}`,
    unit: units.size === 1 ? unit : undefined,
    timeAxis: true,
    load: async (range, signal) => {
      const part = range === undefined
        ? {
          ...(start === undefined ? {} : { startMicros: start }),
          ...(end === undefined ? {} : { endMicros: end }),
        }
        : { startMicros: Math.floor(range[0]), endMicros: Math.ceil(range[1]) };
      const maxPoints = request.points ?? 4 * shell.io.size().columns;
      return await Promise.all(
        channels.map(async ({ id, session, unit }) => {
          const query = { sessionId: session, maxPoints, method: request.method, ...part };
          return { ...await loadChannel(shell, id, query, signal), unit };
        }),
      );
    },
  };
}

async function findChannel(shell: Shell, id: string, session: string): Promise<FoundChannel> {
  const [row] = await askRows(shell, CHANNEL_SQL, [id, session]);
  if (row !== undefined) {
    const [found, unit, type] = row;
    if (type === "scalar_str" || type === "struct") {
      throw new InvalidDataError(
        `Cannot draw ${id}: its values are ${type === "struct" ? "structures" : "text"}`,
      );
    }
    return { id, session: String(found), unit: typeof unit === "string" ? unit : undefined };
  }
  const known = (await askRows(shell, "SELECT DISTINCT channel_id FROM channels ORDER BY 1"))
    .map(([name]) => String(name));
  if (known.includes(id)) {
    throw new NotFoundError(`Channel ${id} has no session ${session}: .channels ${id} lists them`);
  }
  throw new NotFoundError(`No channel ${id}: .channels lists them${didYouMean(id, known)}`);
}

async function loadChannel(
  shell: Shell,
  id: string,
  query: Parameters<typeof formatChannelTicket>[1],
  signal: AbortSignal,
): Promise<PlotSeries> {
  const result = await shell.withDaemon(async (client) =>
    await readAhead(await client.doGet(formatChannelTicket(id, query), { signal }))
  );
  const { timestamp, offset_seconds, value } = await result.toColumns();
  const series = {
    name: id,
    x: Float64Array.from(timestamp ?? [], (time) => Number(time)),
    y: Float64Array.from(value ?? [], (each) => each === null ? NaN : Number(each)),
  };
  return withCaptureGaps(series, Float64Array.from(offset_seconds ?? [], Number));
}

/** The columns of a query: the first is x, the other numbers are drawn over it. */
export async function querySource(shell: Shell, sql: string): Promise<PlotSource> {
  const result = await ask(shell, sql, undefined, new AbortController().signal);
  const [first, ...others] = result.schema.fields;
  const isNumber = ({ format }: { format: string }): boolean =>
    /^([bcCsSiIlLefg]|d:.*)$/.test(format);
  const drawn = others.map((each, i) => ({ name: each.name, index: i + 1, each }))
    .filter(({ each }) => isNumber(each));
  const isTime = first?.format.startsWith("ts") === true;
  if (first === undefined || !isTime && !isNumber(first) || drawn.length === 0) {
    throw new InvalidDataError(
      "Cannot draw this query: wanted a time or number as first column and a number as second",
    );
  }
  const rows = (await Array.fromAsync(result.rowArrays())).filter(([x]) => x !== null);
  const x = Float64Array.from(
    rows,
    ([value]) => isTime ? parseMicros(String(value)) : Number(value),
  );
  const series = drawn.map(({ name, index }) => ({
    name,
    x,
    y: Float64Array.from(rows, (row) => row[index] === null ? NaN : Number(row[index])),
  }));
  return {
    title: drawn.map(({ name }) => name).join(", "),
    unit: undefined,
    timeAxis: isTime,
    load: () => Promise.resolve(series),
  };
}
