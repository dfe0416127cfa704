/**
 * Commands that ask: sql, events, tail, sessions, channels, lttb.
 * @module
 */
import type { Command } from "commander";
import type { CommandHost } from "../command_host.ts";
import { collect } from "./collect.ts";
import { examples } from "./examples.ts";

const TIMES = "a time, a date, or how long ago (30m, 12h, 7d)";

/** Adds the commands. */
export function declareQueryCommands(program: Command, host: CommandHost): void {
  declareSql(program, host);
  declareEvents(program, host);
  declareTail(program, host);
  declareSessions(program, host);
  declareChannels(program, host);
  declareLttb(program, host);
}

function declareSql(program: Command, host: CommandHost): void {
  program.command("sql")
    .summary("run one SQL statement over all stores")
    .description(
      "Runs one reading SQL statement over the views events, sessions, runs, steps, measurements and channels. `-` reads it from standard input, @FILE from a file.",
    )
    .argument("<query>", "the statement, `-`, or @FILE")
    .option("-p, --param <name=value>", "value for $name, or bare for ?; may be repeated", collect)
    .addHelpText(
      "after",
      examples(
        'litmus sql "SELECT run_outcome, count(*) AS runs FROM runs GROUP BY ALL"',
        "litmus sql 'FROM runs WHERE dut_serial = $serial' --param serial=SN001",
        'echo "SELECT count(*) FROM events" | litmus sql - --format json',
        'litmus sql "FROM measurements" --output measurements.parquet',
      ),
    )
    .action(host.action(async () => (await import("../commands/sql.ts")).sqlCommand));
}

function declareEvents(program: Command, host: CommandHost): void {
  program.command("events")
    .summary("list events")
    .description("Lists events in the order of their time.")
    .option("--session <id>", "of one session (id or its first characters)")
    .option("--run <run>", "of one run (id, its first characters, serial, or latest)")
    .option("--type <type>", "of one type, such as test.measurement; may be repeated", collect)
    .option("--since <time>", `from then on: ${TIMES}`)
    .option("--until <time>", "before then")
    .option("-n, --limit <count>", "at most so many, the latest")
    .addHelpText(
      "after",
      examples(
        "litmus events --limit 20",
        "litmus events --run latest --type test.measurement",
        "litmus events --type diagnostic.error --since 7d --format jsonl",
      ),
    )
    .action(host.action(async () => (await import("../commands/events.ts")).eventsCommand));
}

function declareTail(program: Command, host: CommandHost): void {
  program.command("tail")
    .summary("follow events live")
    .description(
      "Shows events as they are recorded, across restarts of the daemon, until Ctrl-C or --limit.",
    )
    .option("--from-start", "show everything recorded so far first")
    .option("--session <id>", "of one session")
    .option("--run <id>", "of one run")
    .option("--type <type>", "of one type; may be repeated", collect)
    .option("-n, --limit <count>", "leave after so many")
    .addHelpText(
      "after",
      examples(
        "litmus tail --from-start --limit 5",
        "litmus tail --type test.measurement --from-start --limit 3 --format jsonl",
      ),
    )
    .action(host.action(async () => (await import("../commands/tail.ts")).tailCommand));
}

function declareSessions(program: Command, host: CommandHost): void {
  program.command("sessions")
    .summary("list sessions")
    .description("Lists sessions, the latest first, as their events tell them.")
    .option("--since <time>", `started from then on: ${TIMES}`)
    .option("--until <time>", "started before then")
    .option("--station <id>", "of one station")
    .option("--operator <id>", "of one operator")
    .option("-n, --limit <count>", "at most so many, the latest")
    .addHelpText("after", examples("litmus sessions", "litmus sessions --since 7d --format json"))
    .action(host.action(async () => (await import("../commands/sessions.ts")).sessionsCommand));
}

function declareChannels(program: Command, host: CommandHost): void {
  program.command("channels")
    .summary("list channels with sessions, samples, units and time span")
    .description("Lists channels: one line per channel and session.")
    .argument("[channel]", "only this channel; * stands for any characters")
    .option("--session <id>", "of one session (id or its first characters)")
    .option("-n, --limit <count>", "at most so many")
    .addHelpText("after", examples("litmus channels", "litmus channels 'dmm.*' --format json"))
    .action(host.action(async () => (await import("../commands/channels.ts")).channelsCommand));
}

function declareLttb(program: Command, host: CommandHost): void {
  program.command("lttb")
    .summary("downsample a channel, or plot it")
    .description("Downsamples a channel to some points that keep its shape, or draws them.")
    .argument("<channel>", "the channel")
    .option("--session <id>", "of one session (id or its first characters), or latest")
    .option("-n, --points <count>", "points to keep (default: 1000; for --plot by its width)")
    .option("--start <time>", `from then on: ${TIMES}`)
    .option("--end <time>", "up to then")
    .option("--method <method>", "lttb, minmaxlttb, minmax or display (keeps every spike)")
    .option("--plot", "draw in the terminal")
    .option("--height <lines>", "lines of the drawing (default: 20)")
    .addHelpText(
      "after",
      examples(
        "litmus lttb psu.voltage --points 200 --format csv",
        "litmus lttb psu.voltage --session latest --plot",
      ),
    )
    .action(host.action(async () => (await import("../commands/lttb.ts")).lttbCommand));
}
