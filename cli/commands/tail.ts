/**
 * `litmus tail`
 * @module
 */
import { formatMicros } from "../../lib/base/time.ts";
import { EventSubscription } from "../../lib/events/event_subscription.ts";
import type { EventFilter } from "../../lib/protocol/event_filter.ts";
import type { CommandContext } from "../command_context.ts";
import { jsonText } from "../format/json_text.ts";
import { paint } from "../format/style.ts";
import { cutText, padText } from "../format/text_width.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import { parseCount } from "../options/parse_count.ts";
import { usageError } from "../failure.ts";
import type { EventFields } from "./event_gist.ts";
import { eventLine } from "./event_lines.ts";
import { findRun } from "./find_run.ts";
import { findSession } from "./find_session.ts";

/** Options of the command. */
export interface TailOptions {
  readonly fromStart?: boolean;
  readonly session?: string;
  readonly run?: string;
  readonly type?: readonly string[];
  readonly limit?: string;
}

/** Widest type of an event in its column; the few longer ones push the rest. */
const TYPE_WIDTH = 18;

/** Follows events until Ctrl-C, which is how it is meant to end: exit code 0. */
export async function tailCommand(context: CommandContext, options: TailOptions): Promise<void> {
  const { output, signal } = context;
  if (output.format === "arrow" || output.format === "parquet") {
    throw usageError(
      `Live events do not go to ${output.format}`,
      "Give --format jsonl, or take them from the files: litmus events --format arrow",
    );
  }
  const filter = await filterOf(context, options);
  const write = writerOf(context);
  const startedAt = formatMicros(Date.now() * 1000);
  let announced = false;
  const subscription = new EventSubscription(context.connection, filter, {
    signal,
    ...(options.fromStart === true ? { fromCursor: "start" } : {}),
    onMissed: (count) => output.note(`${count} events were too fast for this output: left out`),
    onLive: () => {
      // A daemon that came in place of another says so once more.
      if (!announced) output.note(`Following ${context.dataDir}; Ctrl-C ends`);
      announced = true;
    },
  });
  for await (const event of subscription) {
    const fields = event as unknown as EventFields;
    // ... and does not know what this subscriber left out on purpose.
    if (options.fromStart !== true && isBefore(fields, startedAt)) continue;
    await write(fields);
  }
}

function isBefore({ received_at, occurred_at }: EventFields, time: string): boolean {
  const received = received_at ?? occurred_at;
  return typeof received === "string" && received < time;
}

async function filterOf(context: CommandContext, options: TailOptions): Promise<EventFilter> {
  const { session, run, type = [] } = options;
  const limit = options.limit === undefined ? {} : { limit: parseCount("--limit", options.limit) };
  context.requireDataDir();
  return {
    ...limit,
    ...(session === undefined ? {} : { sessionId: await findSession(context, session) }),
    ...(run === undefined ? {} : { runId: (await findRun(context, run)).run_id }),
    ...(type.length === 0 ? {} : { eventType: type }),
  };
}

/** How one event is written: as a line for people, or as it is stored. */
function writerOf({ output }: CommandContext): (event: EventFields) => Promise<void> {
  if (output.format === "json" || output.format === "jsonl") {
    // A list that never ends has no closing bracket: json is written line by line as well.
    return (event) => output.text(`${jsonText(event)}\n`);
  }
  if (output.format !== "table") {
    throw usageError(`Live events do not go to ${output.format}`, "Give --format table or jsonl");
  }
  const { color } = output;
  const width = output.screen?.width;
  return (event) => {
    const [time, type, run, gist] = eventLine(event).map(visibleText) as [
      string,
      string,
      string,
      string,
    ];
    const head = `${time.slice(6)}  ${padText(type, TYPE_WIDTH)}  ${padText(run, 8)}  `;
    const room = width === undefined ? Infinity : Math.max(10, width - head.length);
    return output.text(`${paint(head, "dim", color)}${cutText(gist, room)}\n`);
  };
}
