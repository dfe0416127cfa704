import { EventSubscription } from "../../lib/events/event_subscription.ts";
import { NotFoundError } from "../../lib/base/errors.ts";
import { eventLine } from "../commands/event_lines.ts";
import { paint } from "../format/style.ts";
import { cutText } from "../format/text_width.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import type { TailRequest } from "./effects.ts";
import { askRows } from "./query_runner.ts";
import { untilKey } from "./until_key.ts";
import type { Shell } from "./shell.ts";

/** Shows events as they come, until a key is pressed. */
export async function followEvents(shell: Shell, request: TailRequest): Promise<void> {
  await untilKey(shell, async (signal) => {
    const { eventTypes, replay } = request;
    const sessionId = await wholeId(shell, "session", request.sessionId);
    const runId = await wholeId(shell, "run", request.runId);
    let isLive = false;
    const subscription = new EventSubscription(
      shell.connection,
      {
        ...(eventTypes.length === 0 ? {} : { eventType: eventTypes }),
        ...(sessionId === undefined ? {} : { sessionId }),
        ...(runId === undefined ? {} : { runId }),
      },
      {
        signal,
        ...(replay ? { fromCursor: "start" } : {}),
        onLive: () => {
          if (shell.io.isTerminal && !isLive) shell.say("Live from here, any key ends");
          isLive = true;
        },
        onMissed: (count) => shell.say(`Too slow: ${count} events are not shown`),
      },
    );
    for await (const event of subscription) {
      await shell.io.out(lineOf(shell, event as unknown as Record<string, unknown>));
    }
  });
}

/** The whole id for its beginning; a filter knows whole ids only. */
async function wholeId(
  shell: Shell,
  kind: "session" | "run",
  start: string | undefined,
): Promise<string | undefined> {
  if (start === undefined) return undefined;
  const sql = `SELECT ${kind}_id FROM ${kind}s WHERE starts_with(${kind}_id, lower($1)) LIMIT 2`;
  const [first, second] = await askRows(shell, sql, [start]);
  if (first === undefined) throw new NotFoundError(`No ${kind} starts with ${start}`);
  if (second !== undefined) {
    throw new NotFoundError(`Several ${kind}s start with ${start}: give more of the id`);
  }
  return String(first[0]);
}

function lineOf(shell: Shell, event: Readonly<Record<string, unknown>>): string {
  const [time, type, run, gist] = eventLine(event);
  const { isTerminal, color } = shell.io;
  const width = isTerminal ? shell.io.size().columns : Infinity;
  const head = `${isTerminal ? time.slice(-12) : time}  ${type.padEnd(20)}  ${run.padEnd(8)}  `;
  const style = /error|failed/.test(`${type} ${gist}`) ? "red" : undefined;
  const rest = cutText(visibleText(gist), Math.max(8, width - head.length - 1));
  return `${paint(head, "dim", color)}${paint(rest, style, color)}\n`;
}
