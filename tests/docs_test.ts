/**
 * Every block of code on these pages runs, on the data of `litmus demo`: SQL has to give rows, programs
 * and commands have to end well. The tour has a test of its own, Python runs with the foreign clients.
 */
import { ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { EmbeddedEngine } from "../embedded.ts";
import { litmus } from "./cli_harness.ts";
import { ROOT, stopDaemon } from "./harness.ts";

const PAGES = [
  "README.md",
  "docs/permissions.md",
  "docs/recipes.md",
  "docs/sql.md",
  "docs/troubleshooting.md",
];
const LANGUAGES = ["ts", "sql", "sh", "python"];

interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  const text = Deno.readTextFileSync(join(ROOT, page));
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = "", code = ""]) => ({
    page,
    language,
    text: code,
  }));
}

const blocks = PAGES.flatMap(blocksOf);

async function run(
  command: string,
  args: readonly string[],
  home: string,
  cwd: string,
): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { LITMUS_HOME: home, LITMUS_DAEMON_IDLE_TIMEOUT: "5", NO_COLOR: "1", INIT_CWD: "" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  equal(code, 0, `${args.at(-1)}\n${decoder.decode(stdout)}${decoder.decode(stderr)}`);
}

/** Commands as a reader types them, with this Deno and without the one that tests everything. */
function shellOf({ text }: Block): string {
  const commands = text.replaceAll("npx -y deno@2.9.6", "deno").split("\n")
    .filter((line) => !/task test\b|^alias /.test(line)).join("\n");
  return `PATH="$(dirname '${Deno.execPath()}'):$PATH"
litmus() { deno task --quiet litmus "$@"; }
${commands}`;
}

/** What SQL gives; each statement of a page is a question with an answer. */
async function requireRows(engine: EmbeddedEngine, { text, page }: Block): Promise<void> {
  const result = await engine.sql(text);
  let rows = 0;
  for await (const batch of result.columnBatches()) rows += batch.rows;
  ok(rows > 0, `${page}: no rows\n${text}`);
}

Deno.test("Every block of code on the pages runs", async () => {
  const odd = blocks.filter(({ language }) => !LANGUAGES.includes(language));
  equal(odd.map(({ page, text }) => `${page}: ${text}`).join("\n"), "");
  const folder = await Deno.makeTempDir({ prefix: "litmus-docs-" });
  const home = join(folder, "data");
  await Deno.mkdir(home);
  try {
    const demo = await litmus(["--data-dir", home, "demo"]);
    equal(demo.code, 0, demo.err);

    const programs = blocks.filter(({ language }) => language === "ts").map(({ text }, i) => {
      const file = join(folder, `block_${i}.ts`);
      Deno.writeTextFileSync(file, text);
      return file;
    });
    const config = ["--quiet", "--config", join(ROOT, "deno.json")];
    await run(Deno.execPath(), ["check", ...config, ...programs], home, folder);
    for (const file of programs) {
      await run(Deno.execPath(), ["run", "--allow-all", ...config, file], home, folder);
    }
    for (const block of blocks.filter(({ language }) => language === "sh")) {
      await run("sh", ["-e", "-c", shellOf(block)], home, ROOT);
    }
    await using engine = await EmbeddedEngine.open({ dataDir: home });
    for (const block of blocks.filter(({ language }) => language === "sql")) {
      await requireRows(engine, block);
    }
  } finally {
    await stopDaemon(join(home, "small")).catch(() => {}); // made by one of the commands, if at all
    await stopDaemon(home);
    await Deno.remove(folder, { recursive: true });
    for (const file of ["measurements.csv", "latest.parquet"]) {
      await removeIfThere(join(ROOT, file));
    }
  }
});

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
