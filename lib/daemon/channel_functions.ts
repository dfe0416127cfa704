/**
 * Channels as table functions of SQL. Named arguments are the parameters of channel tickets.
 * @module
 */
import type {
  ArgumentType,
  ArgumentValue,
  TableFunctionSpec,
  TableSource,
} from "../engine/table_function.ts";
import {
  type ChannelQuery,
  type DecimationMethod,
  decimationMethod,
  gapPolicy,
} from "../protocol/channel_ticket.ts";

/** Opens a channel. */
type Open = (channelId: string, query: ChannelQuery) => TableSource;
type Named = Readonly<Record<string, ArgumentValue>>;

const STRETCH = {
  session: "text",
  start: "time",
  end: "time",
  last_n: "whole",
  captures: "flag",
  gaps: "text",
} as const satisfies Record<string, ArgumentType>;

/** `channel(id)`, `lttb(id, points)` and `min_max_lttb(id, points)`. */
export function channelFunctions(open: Open): TableFunctionSpec[] {
  return [
    {
      name: "channel",
      positional: ["text"],
      named: { ...STRETCH, max_points: "whole", width_pixels: "whole", method: "text" },
      open: ([id], named) => open(channelIdOf(id), { ...stretchOf(named), ...pointsOf(named) }),
    },
    decimatingFunction("lttb", "lttb", open),
    decimatingFunction("min_max_lttb", "minmaxlttb", open),
  ];
}

function decimatingFunction(
  name: string,
  method: DecimationMethod,
  open: Open,
): TableFunctionSpec {
  return {
    name,
    positional: ["text", "whole"],
    named: STRETCH,
    open: ([id, points], named) => {
      if (typeof points !== "number") throw new TypeError(`Points of ${name}() must be a number`);
      return open(channelIdOf(id), { ...stretchOf(named), maxPoints: points, method });
    },
  };
}

function channelIdOf(value: ArgumentValue | undefined): string {
  if (typeof value !== "string") throw new TypeError("Channel id must be text");
  return value;
}

function stretchOf({ session, start, end, last_n, captures, gaps }: Named): ChannelQuery {
  return {
    ...(typeof session === "string" ? { sessionId: session } : {}),
    ...(typeof start === "number" ? { startMicros: start } : {}),
    ...(typeof end === "number" ? { endMicros: end } : {}),
    ...(typeof last_n === "number" ? { lastN: last_n } : {}),
    ...(typeof captures === "boolean" ? { captures } : {}),
    ...(typeof gaps === "string" ? { gaps: gapPolicy(gaps) } : {}),
  };
}

function pointsOf({ max_points, width_pixels, method }: Named): ChannelQuery {
  return {
    ...(typeof max_points === "number" ? { maxPoints: max_points } : {}),
    ...(typeof width_pixels === "number" ? { widthPixels: width_pixels } : {}),
    ...(typeof method === "string" ? { method: decimationMethod(method) } : {}),
  };
}
