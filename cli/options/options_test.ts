import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import { callFolder } from "./call_folder.ts";
import { withDefaultCommand } from "./default_command.ts";
import { formatOf } from "./global_options.ts";
import { parseCount } from "./parse_count.ts";
import { parseParameters } from "./parameters.ts";
import { parseTime } from "./parse_time.ts";
import { programWords, shellWord } from "./program_words.ts";

Deno.test("parseTime() reads dates, RFC 3339 and how long ago", () => {
  const now = Date.UTC(2026, 10, 21, 12) * 1000;
  equal(parseTime("--since", "2026-11-20", now), "2026-11-20T00:00:00.000000Z");
  equal(parseTime("--since", "2026-11-20 07:30", now), "2026-11-20T07:30:00.000000Z");
  equal(parseTime("--since", "2026-11-20T07:30:00+01:00", now), "2026-11-20T06:30:00.000000Z");
  equal(parseTime("--since", "2026-11-20T07:30:00.25", now), "2026-11-20T07:30:00.250000Z");
  equal(parseTime("--since", "7d", now), "2026-11-14T12:00:00.000000Z");
  equal(parseTime("--since", "90m", now), "2026-11-21T10:30:00.000000Z");
  for (const text of ["", "yesterday", "7 days", "2026-13-01"]) {
    throws(() => parseTime("--since", text, now), { exitCode: 2, message: /--since/ });
  }
});

Deno.test("parseCount() takes whole numbers from the least on", () => {
  equal(parseCount("--points", "1_000"), 1000);
  for (const text of ["", "x", "1.5", "-1", "1e99"]) {
    throws(() => parseCount("--points", text), { exitCode: 2 });
  }
  throws(() => parseCount("--points", "1", 2), /from 2 on/);
});

Deno.test("parseParameters() types values by how they look", () => {
  deepEqual(
    parseParameters(["a=1", "b=2.5e3", "c=true", "d=null", "e=007", 'f="12"', "g=a=b", "h="]),
    { a: 1, b: 2500, c: true, d: null, e: "007", f: "12", g: "a=b", h: "" },
  );
  deepEqual(parseParameters(["1", "x y"]), [1, "x y"]);
  equal(parseParameters([]), undefined);
  deepEqual(parseParameters(["a=12345678901234567890"]), { a: "12345678901234567890" });
  throws(() => parseParameters(["a=1", "2"]), { exitCode: 2 });
});

Deno.test("withDefaultCommand() opens the shell where no command is named", () => {
  deepEqual(withDefaultCommand([]), ["repl"]);
  deepEqual(withDefaultCommand(["--data-dir", "runs"]), ["--data-dir", "runs", "repl"]);
  deepEqual(withDefaultCommand(["--quiet", "runs"]), ["--quiet", "runs"]);
  deepEqual(withDefaultCommand(["--help"]), ["--help"]);
});

Deno.test("formatOf() takes the option before the extension", () => {
  equal(formatOf({}), undefined);
  equal(formatOf({ output: "a.csv" }), "csv");
  equal(formatOf({ output: "a.csv", format: "JSON" }), "json");
  equal(formatOf({ output: "a.ndjson" }), "jsonl");
  equal(formatOf({ output: "-" }), undefined);
  throws(() => formatOf({ output: "a.xls" }), { exitCode: 2 });
  throws(() => formatOf({ format: "xml" }), { exitCode: 2 });
});

Deno.test("callFolder() follows INIT_CWD only where a task moved the process", () => {
  const place = { workingDirectory: "/pkg", packageFolder: "/pkg", initCwd: "/home/me" };
  equal(callFolder(place), "/home/me");
  equal(callFolder({ ...place, workingDirectory: "/elsewhere" }), "/elsewhere");
  equal(callFolder({ ...place, initCwd: undefined }), "/pkg");
  equal(callFolder({ ...place, packageFolder: undefined }), "/pkg");
});

Deno.test("programWords() gives commands to copy as the user called", () => {
  equal(programWords(() => undefined), "litmus");
  equal(programWords((name) => (name === "INIT_CWD" ? "/x" : undefined)), "deno task litmus");
  equal(
    programWords((name) => (name === "INIT_CWD" ? "/x" : "exec")),
    `npx -y deno@${Deno.version.deno} task litmus`,
  );
});

Deno.test("shellWord() quotes what a shell would change, and only that", () => {
  equal(shellWord("/data/bench-1"), "/data/bench-1");
  equal(shellWord("my data"), "'my data'");
  equal(shellWord("it's"), "'it'\\''s'");
  equal(shellWord(""), "''");
});
