/**
 * Commands about runs: runs, show, export.
 * @module
 */
import type { Command } from "commander";
import type { CommandHost } from "../command_host.ts";
import { examples } from "./examples.ts";

/** Adds the commands. */
export function declareRunCommands(program: Command, host: CommandHost): void {
  withFilters(
    program.command("runs")
      .summary("list runs")
      .description("Lists runs, the latest first."),
  )
    .addHelpText(
      "after",
      examples(
        "litmus runs",
        "litmus runs --since 7d --outcome failed",
        "litmus runs --serial SN001 --format json",
      ),
    )
    .action(host.action(async () => (await import("../commands/runs.ts")).runsCommand));

  program.command("show")
    .summary("show a run with its steps and measurements")
    .description(
      "Shows a run: its steps as a tree, measurements against their limits, instruments, references and channels.",
    )
    .argument("<run>", "id, its first characters, a serial (its latest run), or latest")
    .addHelpText(
      "after",
      examples("litmus show latest", "litmus show SN001", "litmus show latest --format json"),
    )
    .action(host.action(async () => (await import("../commands/show.ts")).showCommand));

  withFilters(
    program.command("export")
      .summary("write runs to a file")
      .description(
        "Writes the rows of one run, or of all that pass the filters: its run, step and measurement rows with all columns. Parquet of one run is a copy of its own file.",
      )
      .argument("[run]", "id, its first characters, a serial (its latest run), or latest")
      .option("--all", "all runs")
      .option("--records <kinds>", "kinds of rows: run, step, measurement (default: all three)"),
  )
    .addHelpText(
      "after",
      examples(
        "litmus export latest --output run.csv",
        "litmus export SN001 --output run.parquet",
        "litmus export --all --records measurement --output measurements.jsonl",
      ),
    )
    .action(host.action(async () => (await import("../commands/export.ts")).exportCommand));
}

function withFilters(command: Command): Command {
  return command
    .option("--since <time>", "started from then on: a time, a date, or how long ago (12h, 7d)")
    .option("--until <time>", "started before then")
    .option("--serial <serial>", "of one unit")
    .option("--product <id>", "of one product")
    .option("--station <id>", "of one station")
    .option("--outcome <outcome>", "passed, failed, errored, aborted, terminated, running, ...")
    .option("--phase <phase>", "of one test phase")
    .option("--operator <id>", "of one operator")
    .option("-n, --limit <count>", "at most so many, the latest");
}
