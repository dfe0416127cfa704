/** Every example in the help is a command that works. */
import { ok, strictEqual as equal } from "node:assert/strict";
import { dirname, join } from "@std/path";
import { litmus, recordFixed } from "./cli_harness.ts";
import { copyFolder, ROOT, stopDaemon } from "./harness.ts";

const COMMANDS = [
  "",
  ...["sql", "events", "tail", "sessions", "channels", "lttb", "runs", "show", "export", "import"],
  ...["rebuild", "reindex", "doctor", "demo", "repl", "completions"],
  ...["", " start", " stop", " restart", " status", " logs", " token"].map((name) =>
    `daemon${name}`
  ),
];

async function examplesOf(command: string): Promise<string[]> {
  const args = command === "" ? [] : command.split(" ");
  const { code, out } = await litmus([...args, "--help"]);
  equal(code, 0);
  const lines = out.slice(out.indexOf("Examples:")).split("\n");
  return lines.filter((line) => line.startsWith("  $ "))
    // The overview explains its examples in a second column.
    .map((line) => line.slice(4).split(/ {3,}/)[0] ?? "");
}

/** A home with a data directory, a `litmus` in the PATH, and the files that the examples name. */
async function makeHome(): Promise<string> {
  const home = await Deno.makeTempDir({ prefix: "litmus-help-" });
  const data = join(home, "data");
  await recordFixed(data);
  // So that no file grows between this copy of it and its import.
  await stopDaemon(data);
  await copyFolder(join(data, "events"), join(home, "station-2", "data", "events"));
  for (
    const folder of [
      "bin",
      "work",
      ".local/share/bash-completion/completions",
      ".config/fish/completions",
    ]
  ) {
    await Deno.mkdir(join(home, folder), { recursive: true });
  }
  await Deno.writeTextFile(
    join(home, "bin", "litmus"),
    `#!/bin/sh\nexec "${Deno.execPath()}" run --quiet -A "${join(ROOT, "cli", "main.ts")}" "$@"\n`,
    { mode: 0o755 },
  );
  await Deno.writeTextFile(join(home, "work", "script.sql"), "SELECT count(*) FROM runs;\n");
  return home;
}

Deno.test("Every example in the help runs", async (t) => {
  const home = await makeHome();
  const run = async (example: string): Promise<Deno.CommandOutput> =>
    await new Deno.Command("sh", {
      args: ["-c", example],
      cwd: join(home, "work"),
      stdin: "null",
      env: {
        HOME: home,
        PATH: `${join(home, "bin")}:${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`,
        // The packages that were fetched already.
        DENO_DIR: Deno.env.get("DENO_DIR") ?? join(Deno.env.get("HOME") ?? "", ".cache", "deno"),
        LITMUS_HOME: home,
        LITMUS_DAEMON_IDLE_TIMEOUT: "5",
        INIT_CWD: "",
      },
    }).output();
  try {
    const made = await run("litmus export SN001 --output run.parquet");
    ok(made.success, new TextDecoder().decode(made.stderr));
    for (const command of COMMANDS) {
      for (const example of await examplesOf(command)) {
        await t.step(example, async () => {
          const { code, stderr } = await run(example);
          equal(code, 0, new TextDecoder().decode(stderr));
        });
      }
    }
  } finally {
    await stopDaemon(join(home, "data"));
    await Deno.remove(home, { recursive: true });
  }
});
