/**
 * Commands about the data directory: demo, import, rebuild, reindex, doctor.
 * @module
 */
import type { Command } from "commander";
import type { CommandHost } from "../command_host.ts";
import { examples } from "./examples.ts";

/** Adds the commands. */
export function declareDataCommands(program: Command, host: CommandHost): void {
  program.command("demo")
    .summary("record a realistic production session and look at it")
    .description(
      "Records a production session of several units into the data directory, leaves it there, and asks some questions of it.",
    )
    .option("--units <count>", "units to test (default: 8)")
    .addHelpText("after", examples("litmus demo", "litmus demo --units 3"))
    .action(host.action(async () => (await import("../commands/demo.ts")).demoCommand));

  program.command("import")
    .summary("copy runs, events and channels of other directories in")
    .description(
      "Copies run, event and channel files into the data directory: one file, a folder of them, or a whole data directory of this family. Nothing is overwritten.",
    )
    .argument("<path>", "file or folder")
    .option("--dry-run", "only say what would be copied")
    .addHelpText("after", examples("litmus import ../station-2/data", "litmus import run.parquet"))
    .action(host.action(async () => (await import("../commands/import.ts")).importCommand));

  program.command("rebuild")
    .summary("write the Parquet files of runs anew from their events")
    .description(
      "Writes Parquet files anew from the events: missing ones, and those of this SDK. Files of other programs stay, unless --force; runs without events are never touched. --check compares the files with the events cell by cell, writes nothing, and leaves with 4 where a file is missing or differs.",
    )
    .option("--run <run>", "only this run (id, its first characters, serial, or latest)")
    .option("--check", "compare without writing")
    .option("--force", "files of other programs as well")
    .addHelpText("after", examples("litmus rebuild --check", "litmus rebuild --run latest"))
    .action(host.action(async () => (await import("../commands/rebuild.ts")).rebuildCommand));

  program.command("reindex")
    .summary("read all Parquet files into the index anew")
    .description("Reads all Parquet files into the index anew.")
    .addHelpText("after", examples("litmus reindex"))
    .action(host.action(async () => (await import("../commands/rebuild.ts")).reindexCommand));

  program.command("doctor")
    .summary("check every file of the data directory")
    .description(
      "Checks every file and tells what is damaged, by file and byte range. Leaves with 4 where something is. --repair cuts torn ends off event files of this SDK whose writer is gone, after a copy was put aside, and removes leftovers; nothing else is ever changed.",
    )
    .option("--repair", "repair what can be repaired safely")
    .addHelpText("after", examples("litmus doctor", "litmus doctor --repair --format json"))
    .action(host.action(async () => (await import("../commands/doctor.ts")).doctorCommand));
}
