import { ACTIONS } from "../../lib/protocol/names.ts";
import { CommandError } from "../failure.ts";
import { describeObject } from "../format/describe_object.ts";
import { countText } from "../format/text_width.ts";
import type { Shell } from "./shell.ts";

/** Runs an action of the daemon; its answer is one JSON object. */
async function action(
  shell: Shell,
  name: keyof typeof ACTIONS,
  argument: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, unknown>> {
  return await shell.withDaemon(async (client) => {
    let answer: unknown = {};
    for await (const bytes of client.doAction(ACTIONS[name], JSON.stringify(argument))) {
      answer = JSON.parse(new TextDecoder().decode(bytes));
    }
    return answer as Record<string, unknown>;
  });
}

/** Shows, stops or restarts the daemon. */
export async function daemonAction(
  shell: Shell,
  what: "status" | "stop" | "restart",
): Promise<void> {
  if (what === "status") {
    const width = shell.io.isTerminal ? { width: shell.io.size().columns } : {};
    const status = await action(shell, "status");
    await shell.io.out(describeObject(status, { color: shell.io.color, ...width }));
    return;
  }
  const { pid } = await shell.connection.lease();
  await action(shell, "shutdown");
  await shell.changeDaemon();
  if (what === "stop") {
    shell.say(`Stopped the daemon, process ${pid}: the next statement starts another`);
    return;
  }
  const next = await shell.connection.lease();
  shell.say(`Restarted the daemon: process ${pid}, now ${next.pid}`);
}

/** Cancels queries of other clients by id or text. */
export async function cancelQuery(shell: Shell, query: string | undefined): Promise<void> {
  if (query === undefined) {
    const { queries_running } = await action(shell, "status");
    const count = typeof queries_running === "number" ? queries_running : 0;
    throw new CommandError(
      `${
        countText(count, "query").replace("querys", "queries")
      } at work: wanted an id or the text of a query`,
    );
  }
  const { cancelled } = await action(shell, "cancel", { query_id: query });
  if (cancelled === 0) throw new CommandError(`No query at work has this id or text: ${query}`);
  shell.say(`Cancelled ${String(cancelled)}`);
}
