/**
 * The daemon and its commands.
 * @module
 */
import type { Command } from "commander";
import type { CommandHost } from "../command_host.ts";
import { examples } from "./examples.ts";

/** Adds the commands. */
export function declareDaemonCommands(program: Command, host: CommandHost): void {
  const daemon = program.command("daemon")
    .summary("start, stop and watch the daemon of the data directory")
    .description(
      "The daemon answers the queries of a data directory. Each command starts it where it is needed; it leaves when nobody has used it for a while.",
    )
    .addHelpText(
      "after",
      examples("litmus daemon status", "litmus daemon start --idle-timeout 3600"),
    );
  withStartOptions(daemon.command("start").description("Starts the daemon unless it runs."))
    .addHelpText(
      "after",
      examples("litmus daemon start", "litmus daemon start --memory-limit 8GB"),
    )
    .action(host.action(async () => (await import("../commands/daemon.ts")).startCommand));
  daemon.command("stop").description("Stops the daemon.")
    .addHelpText("after", examples("litmus daemon stop"))
    .action(host.action(async () => (await import("../commands/daemon.ts")).stopCommand));
  withStartOptions(daemon.command("restart").description("Stops the daemon and starts it anew."))
    .addHelpText("after", examples("litmus daemon restart"))
    .action(host.action(async () => (await import("../commands/daemon.ts")).restartCommand));
  daemon.command("status").description("Tells whether the daemon runs, where and how it is.")
    .addHelpText("after", examples("litmus daemon status --format json"))
    .action(host.action(async () => (await import("../commands/daemon.ts")).statusCommand));
  daemon.command("logs").description("Shows the log of the daemon.")
    .option("-n, --lines <count>", "the last so many lines", "50")
    .option("-f, --follow", "go on as it grows, until Ctrl-C")
    .addHelpText("after", examples("litmus daemon logs --lines 20"))
    .action(host.action(async () => (await import("../commands/daemon_logs.ts")).logsCommand));
  daemon.command("token").description("Prints the token of the running daemon.")
    .addHelpText("after", examples("litmus daemon token"))
    .action(host.action(async () => (await import("../commands/daemon.ts")).tokenCommand));
}

function withStartOptions(command: Command): Command {
  return command
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option("--port <number>", "port to listen on (default: a free one)")
    .option("--tls-cert <file>", "certificate chain in PEM; with --tls-key")
    .option("--tls-key <file>", "its private key in PEM")
    .option("--insecure", "ask for no token, and allow plain text beyond this machine")
    .option("--memory-limit <size>", "memory of the engine, such as 512MB or 4GB")
    .option("--idle-timeout <seconds>", "leave when unused for so long (default: 300)")
    .option("--query-timeout <seconds>", "interrupt a query after so long (default: 600)")
    .option("--max-queries <count>", "queries at work at once; more wait (default: 16)")
    .option("--max-message <size>", "largest message of a client (default: 256MB)")
    .option("--max-rows <count>", "rows of one result (default: no limit)");
}
