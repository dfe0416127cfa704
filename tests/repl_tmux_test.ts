/**
 * The shell in a real terminal: what a person would see who types, completes, cancels, pastes and resizes.
 * Each wait looks at the screen until it shows what is expected, at most some seconds.
 */
import { match, ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { recordSampleRun } from "../cli/repl/_sample_run_test.ts";
import { daemonPid, ROOT, stopDaemon, testDirectory, until } from "./harness.ts";
import { hasTmux, TmuxTerminal } from "./tmux_terminal.ts";

const SAMPLES = join(ROOT, "tests", "testdata", "litmus-0.1.3");
const ENDLESS = "SELECT count(*) FROM range(100000000000) t(i), range(10);";

if (!hasTmux) {
  const reason = "tests/repl_tmux_test.ts is skipped: tmux is not installed\n";
  Deno.stderr.writeSync(new TextEncoder().encode(reason));
}

/** Opens the shell in a terminal of 80 by 24. */
async function openShell(
  dataDir: string,
  options: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<TmuxTerminal> {
  const env = {
    LC_ALL: "C.UTF-8",
    LITMUS_DAEMON_IDLE_TIMEOUT: "5",
    PAGER: "",
    XDG_STATE_HOME: join(dataDir, "state"),
    ...options.env,
  };
  const command = [
    "env",
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Deno.execPath(),
    ...["run", "--allow-all", "--quiet", "--config", join(ROOT, "deno.json")],
    join(ROOT, "cli", "main.ts"),
    ...["--data-dir", dataDir],
  ].map((word) => `'${word}'`).join(" ");
  // The environment of the test run says nothing about what a user sees.
  const terminal = await TmuxTerminal.start(`unset NO_COLOR; ${command}`);
  await terminal.shows(/litmus> *$/m);
  return terminal;
}

function terminalTest(name: string, body: (dataDir: string) => Promise<void>): void {
  Deno.test({
    name: `A terminal: ${name}`,
    ignore: !hasTmux,
    fn: async () => {
      await using directory = await testDirectory(SAMPLES);
      await body(directory.path);
    },
  });
}

terminalTest(
  "statements of several lines run at their semicolon, wide characters line up",
  async (dataDir) => {
    await using terminal = await openShell(dataDir);
    await terminal.run("SELECT '漢字' AS 名, 1.5 AS b,");
    await terminal.run("  NULL AS c;");
    const screen = await terminal.shows(/^1 row$/m);
    ok(screen.includes("│ 漢字 │"), screen);
    ok(screen.includes("NULL"), screen);
    const [top, ...rest] = screen.split("\n").filter((line) => /^[┌│├└]/.test(line));
    const cells = (line: string): number =>
      [...line].reduce((n, c) => n + (/\p{Script=Han}/u.test(c) ? 2 : 1), 0);
    for (const line of rest) equal(cells(line), cells(top!), screen);
  },
);

terminalTest("arrow keys and word moves edit where the cursor stands", async (dataDir) => {
  await using terminal = await openShell(dataDir);
  await terminal.type("SELECT 12 AS 長い名前;");
  await terminal.press("C-Left", "C-Left", "C-Left", "Delete", "Right", "BSpace");
  await terminal.type("47");
  await terminal.shows(/litmus> SELECT 47 AS 長い名前;/);
  await terminal.press("Home", "M-f", "M-d", "C-y", "End", "Enter");
  await terminal.shows(/│ +47 │[^]*^1 row$/m);
});

terminalTest(
  "Tab completes keywords, views and columns, and lists what is possible",
  async (dataDir) => {
    await recordSampleRun(dataDir, "SN1001");
    await using terminal = await openShell(dataDir);
    await terminal.type("SEL");
    await terminal.press("Tab");
    await terminal.shows(/litmus> SELECT$/m);
    await terminal.type(" * FROM measu");
    await terminal.press("Tab");
    await terminal.shows(/FROM measurements$/m);
    await terminal.type(" WHERE limit_");
    await terminal.press("Tab");
    await terminal.shows(/limit_low +DOUBLE measurements[^]*limit_comparator/);
    await terminal.press("Tab", "Tab");
    await terminal.shows(/▸ limit_high[^]*/);
    await terminal.press("Enter");
    await terminal.type(" > 3 AND dut_serial = '");
    await terminal.press("Tab");
    await terminal.type("';");
    await terminal.shows(/limit_high > 3 AND[^]*'SN1001\s*';/);
    await terminal.press("Enter");
    await terminal.shows(/^1 row · \d+ of \d+ columns shown/m);
  },
);

terminalTest(
  "Ctrl-C cancels the query in the engine and keeps the shell, twice leaves it",
  async (dataDir) => {
    await using terminal = await openShell(dataDir);
    await terminal.run(ENDLESS);
    await terminal.shows(/\d\.\d s · no rows yet · Ctrl-C cancels/);
    await terminal.type("typed meanwhile");
    await terminal.press("C-c");
    await terminal.shows(/^Cancelled\nlitmus>$/m);
    await until(async () => {
      await terminal.press("C-l");
      await terminal.run(".daemon");
      return /queries running +0/.test(await terminal.shows(/queries running +\d/));
    }, "the engine to stop");
    await terminal.press("C-c");
    await terminal.shows(/Ctrl-C again leaves/);
    await terminal.press("C-c");
    await terminal.shows(/left with 0/);
  },
);

terminalTest("the history outlives the shell, and Ctrl-R finds in it", async (dataDir) => {
  {
    await using terminal = await openShell(dataDir);
    await terminal.run("SELECT 111 AS first;");
    await terminal.shows(/^1 row$/m);
    await terminal.run("SELECT 222\nAS second;");
    await terminal.shows(/222 │/);
    await terminal.press("C-d");
    await terminal.shows(/left with 0/);
  }
  await using terminal = await openShell(dataDir);
  await terminal.press("Up");
  await terminal.shows(/SELECT 222\n +> AS second;/);
  await terminal.press("C-c", "C-r");
  await terminal.type("111");
  await terminal.shows(/\(search\) 111: SELECT 111 AS first;/);
  await terminal.press("Enter");
  await terminal.shows(/│ +111 │/);
});

terminalTest("pasted lines wait for Enter", async (dataDir) => {
  await using terminal = await openShell(dataDir);
  await terminal.paste("SELECT 1 AS one;\n.mode line\nSELECT\n\t2 AS two;");
  const screen = await terminal.shows(/2 AS two;/);
  ok(!screen.includes("│"), screen);
  await terminal.press("Enter");
  await terminal.shows(/│ +1 │[^]*two {2}2/);
});

terminalTest("another size breaks the line anew", async (dataDir) => {
  await using terminal = await openShell(dataDir);
  await terminal.type("SELECT 'one two three four five six seven eight nine ten eleven' AS 数;");
  await terminal.shows(/AS 数;/);
  await terminal.resize(40, 20);
  await terminal.shows(
    /^litmus> SELECT 'one two three four five *\nsix seven eight nine ten eleven' AS 数;$/m,
  );
  await terminal.resize(100, 30);
  await terminal.shows(/^litmus> SELECT 'one.*AS 数;$/m);
  await terminal.press("BSpace");
  await terminal.type(", 5 AS x;");
  await terminal.press("Enter");
  const screen = await terminal.shows(/^1 row$/m);
  equal(screen.split("\n").every((line) => line.length <= 100), true);
});

terminalTest("results fit 80 columns, .last shows all in the pager", async (dataDir) => {
  await using terminal = await openShell(dataDir);
  await terminal.run("SELECT i, repeat('wide ', 30) AS w, i AS last FROM range(300) t(i);");
  const screen = await terminal.shows(/300 rows · 40 shown/);
  ok(screen.includes(".last shows all"), screen);
  equal(screen.split("\n").every((line) => line.length <= 80), true, screen);
  await terminal.run(".last");
  await terminal.shows(/lines 1-23 of 30\d · arrows/);
  await terminal.type("G");
  await terminal.shows(/300 rows/);
  await terminal.type("q");
  await terminal.shows(/litmus> $|litmus>$/m);
});

terminalTest(
  "a plot is zoomed by keys, and the next key is typed at the prompt",
  async (dataDir) => {
    await using terminal = await openShell(dataDir);
    await terminal.run(".plot scope.ch1");
    const whole = await terminal.shows(/\+ - zoom/);
    await terminal.type("++");
    await until(async () => {
      const screen = await terminal.screen();
      return screen.includes("+ - zoom") && screen !== whole;
    }, "the plot to change");
    await terminal.resize(60, 20);
    await until(async () => {
      const lines = (await terminal.screen()).split("\n");
      return lines.length === 18 && lines[0]!.includes("scope.ch1") &&
        lines.at(-1)!.startsWith("+ - zoom");
    }, "the plot to fit the smaller terminal");
    await terminal.type("SELECT 1;");
    const screen = await terminal.shows(/litmus> SELECT 1;/);
    ok(!screen.includes("+ - zoom"), screen);
  },
);

terminalTest(".tail and .watch follow until a key is pressed", async (dataDir) => {
  await using terminal = await openShell(dataDir);
  await terminal.run(".tail");
  await terminal.shows(/Live from here/);
  await recordSampleRun(dataDir, "SN2002");
  await terminal.shows(/run\.started.*SN2002[^]*vout = 3\.31 V passed/);
  await terminal.press("Enter");
  await terminal.shows(/litmus> *$/m);
  await terminal.run(".watch 0.2 SELECT count(*) AS runs FROM runs;");
  await terminal.shows(/every 200 ms[^]*│ +1 │/);
  await recordSampleRun(dataDir, "SN2003");
  await terminal.shows(/│ +2 │/);
  await terminal.type("q");
  await terminal.shows(/│ +2 │[^]*litmus>$/m);
});

terminalTest("a daemon that was killed is joined anew in one line", async (dataDir) => {
  await using terminal = await openShell(dataDir);
  await terminal.run("SELECT 1 AS one;");
  await terminal.shows(/^1 row$/m);
  const pid = daemonPid(dataDir);
  await stopDaemon(dataDir, "SIGKILL");
  await terminal.press("Up", "Enter");
  const screen = await terminal.shows(
    /litmus> SELECT 1 AS one;[^]*litmus> SELECT 1 AS one;[^]*^1 row$/m,
  );
  equal(screen.match(/The daemon went away/g)?.length, 1, screen);
  ok(pid !== daemonPid(dataDir));
});

terminalTest("NO_COLOR leaves the colors out", async (dataDir) => {
  {
    await using terminal = await openShell(dataDir);
    await terminal.type("SELECT 1");
    await terminal.shows(/SELECT 1/);
    // deno-lint-ignore no-control-regex -- escape sequences are what is looked for
    match(await terminal.screen("-e"), /\x1b\[35m/);
  }
  await using terminal = await openShell(dataDir, { env: { NO_COLOR: "1" } });
  await terminal.run("SELECT 1 AS x, NULL AS y;");
  await terminal.shows(/^1 row$/m);
  // deno-lint-ignore no-control-regex -- escape sequences are what is looked for
  equal(/\x1b\[\d/.test(await terminal.screen("-e")), false);
});
