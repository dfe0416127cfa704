import type { DotCommand } from "./dot_command.ts";
import { act, fail, type Step } from "./session_state.ts";

const tail: DotCommand = {
  name: "tail",
  group: "Live",
  usage: ".tail [TYPE...] [session=ID] [run=ID] [all]",
  summary: "Follows events as they come; a key ends it",
  details: "TYPE is an event type; with all it begins with what was recorded already.\n" +
    "Example: .tail test.measurement run.ended",
  takes: ["eventType"],
  run(words, state): Step {
    const session = words.find((word) => word.startsWith("session="))?.slice(8);
    const run = words.find((word) => word.startsWith("run="))?.slice(4);
    const types = words.filter((word) => !word.includes("=") && word !== "all");
    const odd = types.find((type) => !/^[\w-]+\.[\w.-]+$/.test(type));
    if (odd !== undefined) {
      return fail(state, `Cannot follow "${odd}": wanted an event type such as test.measurement`);
    }
    return act(state, {
      kind: "tail",
      tail: {
        eventTypes: types,
        replay: words.includes("all"),
        ...(session === undefined ? {} : { sessionId: session }),
        ...(run === undefined ? {} : { runId: run }),
      },
    });
  },
};

const watch: DotCommand = {
  name: "watch",
  group: "Live",
  usage: ".watch [SECONDS] QUERY",
  summary: "Runs a query again and again; a key ends it",
  details: "Example: .watch 2 SELECT run_outcome, count(*) FROM runs GROUP BY ALL",
  takes: ["sql"],
  run(_words, state, rest): Step {
    const match = /^\s*(?:(\d+(?:\.\d+)?)\s*s?\s+)?([^]*?)[\s;]*$/.exec(rest);
    const sql = match?.[2] ?? "";
    const seconds = Number(match?.[1] ?? 2);
    if (sql === "") return fail(state, "Cannot watch: wanted a query, such as .watch 2 FROM runs");
    if (seconds < 0.1 || seconds > 86_400) {
      return fail(state, `Cannot watch every ${seconds} s: wanted 0.1 to 86400 seconds`);
    }
    return act(state, { kind: "watch", seconds, sql });
  },
};

const cancel: DotCommand = {
  name: "cancel",
  group: "Live",
  usage: ".cancel QUERY_ID|SQL",
  summary: "Cancels a query of another client in the engine",
  details:
    "A query of this shell is cancelled by Ctrl-C.\nExample: .cancel SELECT count(*) FROM events",
  takes: ["sql"],
  run: (_words, state, rest): Step =>
    act(state, { kind: "cancel", query: rest.trim() === "" ? undefined : rest.trim() }),
};

const daemon: DotCommand = {
  name: "daemon",
  group: "Live",
  usage: ".daemon [status|restart|stop]",
  summary: "Shows the daemon of the data directory, restarts or stops it",
  details: "The next statement starts a daemon again.",
  takes: ["daemonAction"],
  run([action = "status"], state): Step {
    if (action === "status" || action === "stop" || action === "restart") {
      return act(state, { kind: "daemon", action });
    }
    return fail(state, `Unknown action "${action}": wanted status, restart or stop`);
  },
};

/** Commands that follow what goes on. */
export const LIVE_COMMANDS: readonly DotCommand[] = [tail, watch, cancel, daemon];
