/**
 * What every scenario starts from: a directory that the SDK recorded, with a daemon of its own.
 * @module
 */
import { join } from "@std/path";
import { acquire, type Lease } from "../../lib/protocol/lease.ts";
import { rowsOf, type TestDirectory, testDirectory } from "../harness.ts";
import { EventStore } from "../../lib/events/event_store.ts";
import { lastLines, type ProgramOptions, runProgram } from "./program.ts";
import { recordDirectory } from "./recorded_directory.ts";
import type { Expected } from "./tally.ts";
import type { Toolchain } from "./toolchain.ts";

/** Languages that can be asked for by `--only`. */
export const PARTS = ["python", "go", "rust", "java"] as const;

/** The language that a scenario needs. */
export type Part = typeof PARTS[number];

/** What one check came to. */
export interface Check {
  readonly name: string;
  /** Why it failed; undefined where it passed. */
  readonly failure?: string | undefined;
}

/** One client or reader. */
export interface Scenario {
  readonly name: string;
  readonly part: Part;
  run(recorded: RecordedDirectory, toolchain: Toolchain): Promise<readonly Check[]>;
}

/** A directory written by the SDK, not served by anybody; scenarios work on copies. */
export class RecordedDirectory implements AsyncDisposable {
  /** What readers have to find. */
  readonly expected: Expected;
  /** The same as a file for programs of other languages. */
  readonly expectedFile: string;
  readonly #folder: string;

  private constructor(folder: string, expected: Expected) {
    this.#folder = folder;
    this.expected = expected;
    this.expectedFile = join(folder, "expected.json");
  }

  /** Records it. */
  static async make(): Promise<RecordedDirectory> {
    await using directory = await testDirectory();
    const expected = await recordDirectory(directory.path);
    await allMaterialized(directory.path, expected);
    const folder = await Deno.makeTempDir({ prefix: "litmus-interop-" });
    const recorded = new RecordedDirectory(folder, expected);
    await copyData(directory.path, join(folder, "data"));
    await Deno.writeTextFile(recorded.expectedFile, JSON.stringify(expected));
    return recorded;
  }

  /** A copy below a folder, without runtime files and index. */
  async copyTo(folder: string): Promise<void> {
    await copyData(join(this.#folder, "data"), folder);
  }

  /** Runs something against a daemon on a copy; afterwards the daemon and the copy are gone. */
  async served<T>(fn: (lease: Lease, directory: TestDirectory) => Promise<T>): Promise<T> {
    await using directory = await testDirectory();
    await this.copyTo(directory.path);
    await using lease = await acquire(directory.path);
    return await fn(lease, directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** A client that prints a line beginning with OK or FAIL for each of its checks. */
export async function checksOf(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Check[]> {
  const { code, stdout, stderr } = await runProgram(command, args, options);
  const checks = stdout.split("\n").flatMap((line): Check[] => {
    const [, word, name = "", note] = /^(OK|FAIL) ([^:]+):? ?(.*)$/.exec(line) ?? [];
    if (word === undefined) return [];
    return [word === "OK" ? { name } : { name, failure: note || "no reason given" }];
  });
  if (code !== 0 && checks.every(({ failure }) => failure === undefined)) {
    checks.push({ name: "exit code", failure: `${code}\n${lastLines(stderr)}` });
  }
  if (checks.length === 0) checks.push({ name: "checks", failure: "none was printed" });
  return checks;
}

/** Runs one check of our own. */
export async function check(name: string, fn: () => Promise<void> | void): Promise<Check> {
  try {
    await fn();
    return { name };
  } catch (error) {
    return { name, failure: error instanceof Error ? error.message : String(error) };
  }
}

/** Waits until the daemon has written a file for each run. */
async function allMaterialized(dataDir: string, { runs }: Expected): Promise<void> {
  await using store = await EventStore.open({ dataDir });
  const deadline = Date.now() + 30_000;
  for (;;) {
    const missing = await rowsOf(
      store,
      `SELECT run_id, run_outcome FROM runs WHERE run_id NOT IN
        (SELECT run_id FROM events WHERE event_type = 'run.materialized')`,
    );
    const [row] = await rowsOf(store, "SELECT count(*) AS n FROM runs");
    if (missing.length === 0 && row?.n === runs.length) return;
    if (Date.now() > deadline) {
      throw new Error(
        `After 30 s: ${row?.n} of ${runs.length} runs, without a file: ${JSON.stringify(missing)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Copies a data directory without what belongs to a running daemon. */
async function copyData(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name === ".litmus" || name.startsWith("_index")) continue;
    if (isDirectory) await copyData(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}
