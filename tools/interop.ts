/**
 * Meets clients and readers of other languages: `deno task test:interop [--only PART] [--cache DIR]`.
 * What they need is installed into a cache of its own; a scenario is skipped only where its toolchain is
 * absent, and the end says which and why.
 * @module
 */
import { join, resolve } from "@std/path";
import { processSurroundings, userCacheFolder } from "../lib/config/data_directory.ts";
import { lastLines, MissingTool } from "../tests/interop/program.ts";
import {
  type Check,
  type Part,
  PARTS,
  RecordedDirectory,
  type Scenario,
} from "../tests/interop/scenario.ts";
import { SCENARIOS } from "../tests/interop/scenarios.ts";
import { Toolchain } from "../tests/interop/toolchain.ts";

/** Daemons that a broken scenario leaves behind end by themselves after so many seconds. */
const IDLE_SECONDS = "20";

interface Options {
  readonly only: Part | undefined;
  readonly cache: string;
}

interface Summary {
  passed: number;
  failed: number;
  readonly skipped: string[];
}

function print(line: string): void {
  const bytes = new TextEncoder().encode(`${line}\n`);
  for (let written = 0; written < bytes.length;) {
    written += Deno.stdout.writeSync(bytes.subarray(written));
  }
}

function readOptions(args: readonly string[]): Options {
  let only: Part | undefined;
  let cache = join(userCacheFolder(processSurroundings()), "litmus-interop");
  for (let i = 0; i < args.length; i += 2) {
    const [name, value] = [args[i], args[i + 1]];
    const part = PARTS.find((each) => each === value);
    if (name === "--only" && part !== undefined) only = part;
    else if (name === "--cache" && value !== undefined) cache = resolve(value);
    else throw new TypeError(`Usage: interop [--only ${PARTS.join("|")}] [--cache DIR]`);
  }
  return { only, cache };
}

async function runScenario(
  scenario: Scenario,
  recorded: RecordedDirectory,
  toolchain: Toolchain,
  summary: Summary,
): Promise<void> {
  print(`${scenario.name}`);
  const start = performance.now();
  let checks: readonly Check[];
  try {
    checks = await scenario.run(recorded, toolchain);
  } catch (error) {
    if (error instanceof MissingTool) {
      summary.skipped.push(`${scenario.name}: ${error.message.trim()}`);
      print(`  skipped: ${error.message.trim()}`);
      return;
    }
    const failure = error instanceof Error ? error.stack ?? error.message : String(error);
    checks = [{ name: "scenario", failure: lastLines(failure, 20) }];
  }
  for (const { name, failure } of checks) {
    if (failure === undefined) summary.passed++;
    else summary.failed++;
    print(failure === undefined ? `  ok ${name}` : `  FAILED ${name}: ${failure}`);
  }
  print(`  ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

async function main(): Promise<number> {
  const options = readOptions(Deno.args);
  Deno.env.set("LITMUS_DAEMON_IDLE_TIMEOUT", IDLE_SECONDS);
  await Deno.mkdir(options.cache, { recursive: true });
  const toolchain = new Toolchain(options.cache, (line) => print(`  ${line}`));
  const summary: Summary = { passed: 0, failed: 0, skipped: [] };
  await using recorded = await RecordedDirectory.make();
  for (const scenario of SCENARIOS) {
    if (options.only !== undefined && scenario.part !== options.only) continue;
    await runScenario(scenario, recorded, toolchain, summary);
  }
  for (const line of summary.skipped) print(`Skipped ${line}`);
  print(
    `${summary.passed} passed, ${summary.failed} failed, ${summary.skipped.length} skipped`,
  );
  return summary.failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
