import { ok, strictEqual as equal } from "node:assert/strict";
import { SqlError } from "../../lib/base/errors.ts";
import { sqlErrorText } from "./sql_error_text.ts";

const options = { color: false, width: 80, lead: "Error: " };

Deno.test("sqlErrorText() points at the place and suggests the nearest column", () => {
  const sql = "SELECT a,\n  seral FROM runs";
  const error = new SqlError(
    'Binder Error: Referenced column "seral" not found in FROM clause!\nCandidate bindings: "x"',
    { sql, position: sql.indexOf("seral") },
  );
  equal(
    sqlErrorText(error, { ...options, names: ["serial", "run_id"] }),
    'Error: Binder Error: Referenced column "seral" not found in FROM clause!\n' +
      'line 2:   seral FROM runs\n          ^^^^^\nDid you mean "serial"?',
  );
});

Deno.test("sqlErrorText() takes names that the engine offers, and suggests none that is far", () => {
  const sql = "SELECT foo FROM runs";
  const error = (wrong: string, offered: string): string =>
    sqlErrorText(
      new SqlError(
        `Binder Error: Table "runs" does not have a column named "${wrong}"\n` +
          `Candidate bindings: "${offered}"`,
        { sql },
      ),
      options,
    );
  ok(error("dut_seral", "runs.dut_serial").endsWith('\nDid you mean "dut_serial"?'));
  ok(!error("foo", "operator_id").includes("Did you mean"));
});

Deno.test("sqlErrorText() keeps what the engine suggests and finds places behind wide characters", () => {
  const sql = "SELECT '漢' FROM run";
  const error = new SqlError(
    'Catalog Error: Table with name run does not exist!\nDid you mean "runs"?',
    { sql, position: sql.indexOf("run") },
  );
  equal(
    sqlErrorText(error, options),
    "Error: Catalog Error: Table with name run does not exist!\n" +
      "  SELECT '漢' FROM run\n                   ^^^\nDid you mean \"runs\"?",
  );
});

Deno.test("sqlErrorText() finds the keyword that was meant at the place or one word before it", () => {
  const hint = (sql: string, near: string): string | undefined => {
    const message = `Parser Error: syntax error at or near "${near}"`;
    const error = new SqlError(message, { sql, position: sql.lastIndexOf(near) });
    return /Did you mean "(.*)"/.exec(sqlErrorText(error, options))?.[1];
  };
  equal(hint("selct 1", "selct"), "select");
  equal(hint("SELECT * FORM runs", "runs"), "FROM");
  equal(hint("select * from runs wher x = 1", "x"), "where");
  equal(hint("select * from runs order by 1 lmit 2", "lmit"), "limit");
  equal(hint("select * from runs where", "where"), undefined);
  equal(hint("select 1 foo bar", "bar"), undefined);
});

Deno.test("sqlErrorText() cuts long lines around the place", () => {
  const sql = `SELECT ${"1, ".repeat(200)}x`;
  const text = sqlErrorText(new SqlError("Wrong", { sql, position: sql.length - 1 }), options);
  const [, line = "", caret = ""] = text.split("\n");
  ok(line.length < 80);
  equal(line[caret.indexOf("^")], "x");
});

Deno.test("sqlErrorText() points nowhere where the place is not known", () => {
  equal(sqlErrorText(new SqlError("Wrong", { sql: "SELECT 1" }), options), "Error: Wrong");
});
