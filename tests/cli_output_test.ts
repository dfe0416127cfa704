/** The JSON and the text that commands print, and what each leaves as exit code. */
import { deepStrictEqual as deepEqual, match, ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { asyncBufferFromFile, parquetMetadataAsync } from "hyparquet";
import { VERSION } from "../lib/base/version.ts";
import { FIXED, litmus, recordFixed } from "./cli_harness.ts";
import { ROOT, testDirectory } from "./harness.ts";

const GOLDEN = join(ROOT, "tests", "testdata", "cli");

/** Compares with a checked-in file; `LITMUS_UPDATE_GOLDEN=1` writes it anew. */
async function golden(name: string, text: string): Promise<void> {
  const path = join(GOLDEN, name);
  if (Deno.env.get("LITMUS_UPDATE_GOLDEN") === "1") await Deno.writeTextFile(path, text);
  equal(text, await Deno.readTextFile(path), `${name} is a contract: see docs/cli_json.md`);
}

async function parquetRows(path: string): Promise<number> {
  return Number((await parquetMetadataAsync(await asyncBufferFromFile(path))).num_rows);
}

Deno.test("The command line", async (t) => {
  await using directory = await testDirectory();
  const dir = ["--data-dir", directory.path];
  await recordFixed(directory.path);
  /** What differs from machine to machine and from version to version. */
  const settled = (text: string): string =>
    text.replaceAll(directory.path, "DATA_DIR").replaceAll(`,${VERSION},`, ",*,")
      .replaceAll(
        /"(received_at|litmus_version|station_hostname|python_version|env_fingerprint)":"[^"]*"/g,
        '"$1":"*"',
      )
      .replaceAll(
        /"(station_hostname|env_fingerprint|litmus_version)": ?(null|"[^"]*")/g,
        '"$1":"*"',
      )
      .replaceAll(/\\"received_at\\":\\"[^"]*\\"/g, '\\"received_at\\":\\"*\\"');

  for (
    const [name, args] of [
      ["runs.json", ["runs", "--format", "json"]],
      ["sessions.json", ["sessions", "--format", "json"]],
      ["channels.json", ["channels", "--format", "json"]],
      ["lttb.json", ["lttb", "scope.ch1", "--points", "5", "--format", "json"]],
      ["show.json", ["show", "SN002", "--format", "json"]],
      ["events.jsonl", ["events", "--type", "test.measurement", "--format", "jsonl"]],
      ["sql.json", [
        "sql",
        "SELECT dut_serial, measurement_value FROM measurements ORDER BY 1",
        "--format",
        "json",
      ]],
      ["show.txt", ["show", FIXED.failed.slice(0, 6)]],
      ["runs.txt", ["runs"]],
      ["events.txt", [
        "events",
        "--run",
        "SN001",
        "--type",
        "test.measurement",
        "--type",
        "run.ended",
      ]],
      ["export.csv", ["export", "SN001", "--records", "measurement", "--format", "csv"]],
    ] as const
  ) {
    await t.step(`litmus ${args.join(" ")} prints ${name}`, async () => {
      const { code, out, err } = await litmus([...args, ...dir]);
      equal(err, "");
      equal(code, 0);
      await golden(name, settled(out));
    });
  }

  await t.step("daemon status --format json has the keys of the contract", async () => {
    const { code, out } = await litmus(["daemon", "status", "--format", "json", ...dir]);
    equal(code, 0);
    const status = JSON.parse(out);
    for (
      const key of [
        "running",
        "location",
        "pid",
        "refs",
        "uptime_seconds",
        "rss_bytes",
        "data_dir",
        "version",
      ]
    ) ok(key in status, key);
    equal(status.running, true);
    equal(status.data_dir, directory.path);
  });

  await t.step("daemon token prints the token that answers", async () => {
    const { out } = await litmus(["daemon", "token", ...dir]);
    match(out, /^[\w-]{20,}\n$/);
  });

  await t.step(
    "--output writes by the extension of the file and says nothing on stdout",
    async () => {
      const file = join(directory.path, "out.csv");
      const { code, out } = await litmus(["sql", "SELECT 1 AS a, 'x' AS b", "-o", file, ...dir]);
      equal(code, 0);
      equal(out, "");
      equal(await Deno.readTextFile(file), "a,b\n1,x\n");
    },
  );

  await t.step("query results and rows of many runs are written as Parquet", async () => {
    for (
      const [name, ...args] of [
        ["rows.parquet", "sql", "FROM measurements"],
        ["runs.parquet", "runs"],
        ["events.parquet", "events"],
        ["channels.parquet", "channels"],
        ["points.parquet", "lttb", "scope.ch1", "--points", "50"],
        ["all.parquet", "export", "--all"],
        ["measured.parquet", "export", "SN001", "--records", "measurement"],
      ]
    ) {
      const file = join(directory.path, name ?? "");
      const { code, out, err } = await litmus([...args, "--output", file, ...dir]);
      equal(code, 0, err);
      equal(out, "");
      const count = await parquetRows(file);
      const { out: json } = await litmus([...args, "--format", "json", ...dir]);
      equal(count, JSON.parse(json).length, name);
      ok(count > 0, name);
    }
  });

  await t.step("export writes a run's own Parquet file as it is", async () => {
    const file = join(directory.path, "run.parquet");
    const { code } = await litmus(["export", FIXED.passed, "--output", file, ...dir]);
    equal(code, 0);
    const bytes = await Deno.readFile(file);
    equal(new TextDecoder().decode(bytes.subarray(-4)), "PAR1");
  });

  await t.step("parameters are typed by how they look, and text by quotes", async () => {
    const { out } = await litmus([
      "sql",
      "SELECT $n + 1 AS n, $t AS t, $b AS b, $z AS z",
      "--param=n=2",
      '--param=t="7"',
      "--param=b=true",
      "--param=z=null",
      "--format=json",
      ...dir,
    ]);
    deepEqual(JSON.parse(out), [{ n: 3, t: "7", b: true, z: null }]);
  });

  await t.step("sql - reads the statement from standard input", async () => {
    const { out } = await litmus(["sql", "-", "--format", "csv", ...dir], {
      stdin: "SELECT 42 AS a",
    });
    equal(out, "a\n42\n");
  });

  await t.step("tail --from-start shows history in the order of each writer", async () => {
    const { code, out } = await litmus([
      "tail",
      "--from-start",
      "--type",
      "test.measurement",
      "--limit",
      "2",
      "--format",
      "jsonl",
      ...dir,
    ]);
    equal(code, 0);
    const events = out.trim().split("\n").map((line) => JSON.parse(line));
    deepEqual(events.map(({ value }) => value), [3.3, 3.5]);
  });

  await t.step("doctor finds nothing, and exits 0", async () => {
    const { code, out } = await litmus(["doctor", "--format", "json", ...dir]);
    equal(code, 0);
    deepEqual(JSON.parse(out).damaged, []);
  });

  await t.step("rebuild --force writes the same rows again", async () => {
    const before = await litmus([
      "sql",
      "FROM measurements ORDER BY ALL",
      "--format",
      "json",
      ...dir,
    ]);
    const { code, out } = await litmus(["rebuild", "--format", "json", ...dir]);
    equal(code, 0);
    deepEqual(JSON.parse(out).map(({ action }: { action: string }) => action), [
      "written",
      "written",
    ]);
    const after = await litmus([
      "sql",
      "FROM measurements ORDER BY ALL",
      "--format",
      "json",
      ...dir,
    ]);
    equal(after.out, before.out);
  });

  await t.step(
    "a script from a pipe runs without any command, in the format asked for",
    async () => {
      const { code, out } = await litmus(dir, { stdin: "SELECT 1 AS a;\n" });
      equal(code, 0);
      match(out, /1 row/);
      const script = { stdin: "SELECT 1 AS a;\nSELECT 2 AS b;\n" };
      equal((await litmus(["--format", "jsonl", ...dir], script)).out, '{"a":1}\n{"b":2}\n');
    },
  );

  for (
    const [args, code, words] of [
      [["sql", "SELECT * FROM evnts"], 1, /evnts[\s\S]*\^[\s\S]*|Did you mean/],
      [["sql", "INSERT INTO runs VALUES (1)"], 1, /INSERT statements are refused/],
      [["sql", "delete from runs"], 1, /DELETE statements are refused/],
      [["show", "latest", "--format", "csv"], 2, /litmus export latest --format csv/],
      [["show", "nobody"], 3, /No run nobody/],
      [["channels", "scope.ch9"], 3, /No channel scope\.ch9/],
      [["lttb", "scope.ch9"], 3, /scope\.ch1/],
      [["lttb", "scope.ch1", "--session", "ffff"], 3, /No session ffff/],
      [["lttb", "scope.ch1", "--points", "1"], 2, /--points must be a whole number from 2 on/],
      [["runs", "--since", "someday"], 2, /not a time/],
      [["runs", "--format", "xml"], 2, /Unknown format/],
      [["runs", "--wrong"], 2, /Unknown option '--wrong'/],
      [["rnus"], 2, /Did you mean runs/],
      [["tail", "--format", "parquet"], 2, /Live events do not go to parquet/],
      [["doctor", "--format", "parquet"], 2, /Parquet is written for query results/],
      [["export"], 2, /Nothing says which runs/],
      [["import", "/nowhere/at/all"], 3, /No file or folder/],
      [["daemon", "start", "--host", "0.0.0.0"], 2, /reachable from outside/],
    ] as const
  ) {
    await t.step(`litmus ${args.join(" ")} exits ${code} with one clear sentence`, async () => {
      const result = await litmus([...args, ...dir]);
      equal(result.code, code);
      match(result.err, words);
      ok(result.err.startsWith("litmus: "), result.err);
      ok(!/\n\s+at /.test(result.err), "no stack trace");
    });
  }

  for (
    const [args, words] of [
      [["--outcome", "pased"], /No run has outcome "pased": there is passed/],
      [["--outcome", "passed", "--until", "1999-01-01"], /No run passes the filters together/],
    ] as const
  ) {
    await t.step(`litmus runs ${args.join(" ")} lists none and says why`, async () => {
      const { code, err } = await litmus(["runs", ...args, ...dir]);
      equal(code, 0);
      match(err, words);
    });
  }

  await t.step("a reader that has seen enough is no failure", async () => {
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: [
        "-c",
        `"$0" run --quiet -A "$1" sql "SELECT range FROM range(2000000)" --format csv --data-dir "$2" | head -1`,
        Deno.execPath(),
        join(ROOT, "cli", "main.ts"),
        directory.path,
      ],
    }).output();
    equal(code, 0);
    equal(new TextDecoder().decode(stdout), "range\n");
    equal(new TextDecoder().decode(stderr), "");
  });

  await t.step("daemon stop stops it, and status then says so with exit code 0", async () => {
    equal((await litmus(["daemon", "stop", ...dir])).code, 0);
    const { code, out } = await litmus(["daemon", "status", "--format", "json", ...dir]);
    equal(code, 0);
    equal(JSON.parse(out).running, false);
    equal((await litmus(["daemon", "token", ...dir])).code, 3);
  });
});

Deno.test("A missing data directory is named, not made", async () => {
  const path = join(await Deno.makeTempDir(), "nothing");
  const { code, err } = await litmus(["runs", "--data-dir", path]);
  equal(code, 3);
  match(err, /No data directory .*nothing/);
  match(err, /litmus demo/);
  await Deno.stat(path).then(() => ok(false, "it was made"), () => {});
});

Deno.test("litmus --version prints the version alone", async () => {
  const { code, out, err } = await litmus(["--version"]);
  equal(code, 0);
  equal(err, "");
  match(out, /^\d+\.\d+\.\d+\S*\n$/);
});
