import { match, ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { DaemonConnection } from "../../lib/protocol/daemon_connection.ts";
import { ROOT, stopDaemon, type TestDirectory, testDirectory, until } from "../../tests/harness.ts";
import { recordSampleRun } from "./_sample_run_test.ts";
import { runRepl } from "./repl.ts";

const SAMPLES = join(ROOT, "tests", "testdata", "litmus-0.1.3");

interface ScriptResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(
  directory: TestDirectory,
  script: string,
  options: { readonly continueOnError?: boolean } = {},
): Promise<ScriptResult> {
  await using connection = new DaemonConnection(directory.path);
  let out = "", err = "";
  const code = await runRepl({
    connection,
    dataDir: directory.path,
    color: false,
    interactive: false,
    input: new Blob([script]).stream(),
    out: (text) => {
      out += typeof text === "string" ? text : new TextDecoder().decode(text);
    },
    err: (text) => {
      err += text;
    },
    ...options,
  });
  return { code, out, err };
}

Deno.test("runRepl() runs a script, data to one stream and everything else to the other", async () => {
  await using directory = await testDirectory();
  const { code, out, err } = await run(
    directory,
    ".mode csv\r\nSELECT 1 AS a,\n  '漢;字' AS b; SELECT 2 AS c;\n.timer on\nSELECT count(*) = 0 AS none FROM runs",
  );
  equal(out, "a,b\n1,漢;字\nc\n2\nnone\ntrue\n");
  match(err, /^Mode: csv\nTimer: on\nTime: /);
  equal(code, 0);
});

Deno.test("runRepl() stops a script at the first error, unless told to go on", async () => {
  await using directory = await testDirectory(SAMPLES);
  const script = ".mode csv\nSELECT dut_seral FROM runs;\nSELECT 7 AS x;\n.nonsense\n";
  const stopped = await run(directory, script);
  equal(stopped.code, 1);
  equal(stopped.out, "");
  match(stopped.err, / {2}SELECT dut_seral FROM runs\n {9}\^{9}\nDid you mean "dut_serial"\?/);
  const whole = await run(directory, script, { continueOnError: true });
  equal(whole.code, 1);
  equal(whole.out, "x\n7\n");
  match(whole.err, /Unknown command \.nonsense/);
  const line = await run(directory, ".mode csv\nSELECT nope; SELECT 7 AS x;", {
    continueOnError: true,
  });
  equal(line.code, 1);
  equal(line.out, "x\n7\n");
});

Deno.test("runRepl() knows runs, channels and the daemon", async () => {
  await using directory = await testDirectory(SAMPLES);
  await recordSampleRun(directory.path, "SN1001");
  const { code, out, err } = await run(
    directory,
    [
      ".tables",
      ".schema sessions",
      "\\d runs",
      ".runs 2",
      ".show latest",
      ".channels scope",
      ".lttb scope.ch1 60",
      ".plot SELECT i, i * i AS square FROM range(50) t(i)",
      ".daemon",
    ].join("\n"),
  );
  equal(err, "");
  equal(code, 0);
  for (
    const part of [
      "one row per measurement and retry",
      "  station_id    VARCHAR",
      "│ run_outcome ",
      "SN1001",
      "Steps",
      "vout",
      "waveform",
      "━━ scope.ch1  60 points",
      "━━ square  50 points",
      "uptime",
    ]
  ) ok(out.includes(part), part);
});

Deno.test("runRepl() says what is not there and what may have been meant", async () => {
  await using directory = await testDirectory(SAMPLES);
  const { err } = await run(
    directory,
    ".lttb scope.ch2\n.show nobody\n.schema run\n.plot log.line\n.read none.sql\n.open /none\n.cancel x\n.last\n",
    { continueOnError: true },
  );
  for (
    const part of [
      "No channel scope.ch2: .channels lists them. Did you mean scope.ch1?",
      `No runs in ${directory.path} yet`,
      "No view run: .tables lists them. Did you mean runs?",
      "Cannot draw log.line: its values are text",
      "Cannot read none.sql: there is no such file",
      "No data directory /none",
      "No query at work has this id or text: x",
      "No statement was run yet",
    ]
  ) ok(err.includes(part), part);
});

Deno.test("runRepl() writes results to files by their extension, and reads scripts from files", async () => {
  await using directory = await testDirectory(SAMPLES);
  const file = (name: string) => join(directory.path, name);
  await Deno.writeTextFile(
    file("script.sql"),
    "SELECT 1 AS a;\n.once " + file("b.json") + "\nSELECT 2 AS b",
  );
  const { code, out } = await run(
    directory,
    `.output ${file("a.csv")}\n.read ${
      file("script.sql")
    }\n.output\n.mode jsonl\nSELECT 3 AS c;\n` +
      `.once ${file("d.arrow")}\nFROM range(10);\n.output ${file("f.parquet")}\nFROM range(10);\n` +
      `.once ${file("e.csv")}\nSELECT nothing;\n`,
  );
  equal(code, 1);
  equal(out, '{"c":3}\n');
  equal(await Deno.readTextFile(file("a.csv")), "a\n1\n");
  equal(await Deno.readTextFile(file("b.json")), '[{"b":2}]\n');
  ok((await Deno.stat(file("d.arrow"))).size > 100);
  // A file of this format is whole behind its one result.
  const parquet = await Deno.readTextFile(file("f.parquet"));
  ok(parquet.startsWith("PAR1") && parquet.endsWith("PAR1"));
  // A result that failed leaves no file.
  equal([...Deno.readDirSync(directory.path)].some(({ name }) => name.includes("e.csv")), false);
});

Deno.test("runRepl() joins another daemon where the first was killed, and says so once", async () => {
  await using directory = await testDirectory();
  await using connection = new DaemonConnection(directory.path);
  let out = "", err = "";
  const lines = ["SELECT 1 AS a;\n", "SELECT 2 AS b;\n", "SELECT 3 AS c;\n"];
  const input = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (lines.length === 2) {
        await until(() => out.includes("1 row"), "the first result");
        await stopDaemon(directory.path, "SIGKILL");
      }
      const line = lines.shift();
      if (line === undefined) return controller.close();
      controller.enqueue(new TextEncoder().encode(line));
    },
  }, { highWaterMark: 0 });
  const code = await runRepl({
    connection,
    dataDir: directory.path,
    color: false,
    interactive: false,
    input,
    out: (text) => {
      out += String(text);
    },
    err: (text) => {
      err += text;
    },
  });
  equal(code, 0);
  match(err, /^The daemon went away: joined another, process \d+\n$/);
  match(out, /│ +a │[^]*│ +b │[^]*│ +c │/);
});

Deno.test("runRepl() ends when its signal aborts within a query", async () => {
  await using directory = await testDirectory();
  await using connection = new DaemonConnection(directory.path);
  const controller = new AbortController();
  await connection.client();
  const work = runRepl({
    connection,
    dataDir: directory.path,
    color: false,
    interactive: false,
    signal: controller.signal,
    input: new Blob(["SELECT count(*) FROM range(100000000000) t(i), range(10);\n"]).stream(),
    out: () => {},
    err: () => {},
  });
  controller.abort(new DOMException("Enough", "AbortError"));
  const outcome = await work.catch((error: unknown) => error);
  equal(outcome instanceof Error && outcome.name, "AbortError");
});
