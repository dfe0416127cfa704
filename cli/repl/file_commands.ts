import { formatOfPath } from "../options/global_options.ts";
import { isBinary } from "../output/binary_output.ts";
import type { DotCommand } from "./dot_command.ts";
import { act, fail, type Step } from "./session_state.ts";

const FORMATS = "The extension decides the format: .csv, .json, .jsonl, .md, .txt, .arrow, " +
  ".parquet; others get the format of .mode.";

const output: DotCommand = {
  name: "output",
  group: "Output",
  usage: ".output [FILE]",
  summary: "Sends results to a file; without FILE to the terminal again",
  details: `${FORMATS}\nAn .arrow or .parquet file takes one result, as by .once.\n` +
    "Example: .output yield.csv",
  takes: ["file"],
  run([path], state): Step {
    const once = path !== undefined && isBinary(formatOfPath(path));
    return act(state, { kind: "output", path, once });
  },
};

const once: DotCommand = {
  name: "once",
  group: "Output",
  usage: ".once FILE",
  summary: "Sends the next result to a file",
  details: `${FORMATS}\nExample: .once runs.parquet`,
  takes: ["file"],
  run([path], state): Step {
    if (path === undefined) {
      return fail(state, "Cannot redirect: wanted a file, such as .once a.csv");
    }
    return act(state, { kind: "output", path, once: true });
  },
};

const read: DotCommand = {
  name: "read",
  group: "Shell",
  usage: ".read FILE",
  summary: "Runs the statements and dot commands of a file",
  details: "It stops at the first error.\nExample: .read report.sql",
  takes: ["file"],
  run([path], state): Step {
    if (path === undefined) return fail(state, "Cannot read: wanted a file, such as .read a.sql");
    return act(state, { kind: "read", path });
  },
};

const open: DotCommand = {
  name: "open",
  group: "Shell",
  usage: ".open DIR",
  summary: "Goes on with another data directory",
  details: "Its daemon is started where none runs.\nExample: .open ./data",
  takes: ["file"],
  run([path], state): Step {
    if (path === undefined) return fail(state, "Cannot open: wanted a data directory");
    return act(state, { kind: "open", dataDir: path });
  },
};

/** Commands that read and write files. */
export const FILE_COMMANDS: readonly DotCommand[] = [output, once, read, open];
