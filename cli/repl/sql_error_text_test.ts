import { strictEqual as equal } from "node:assert/strict";
import { SqlError } from "../../lib/base/errors.ts";
import { sqlErrorText } from "./sql_error_text.ts";

const options = { color: false, width: 80 };

Deno.test("sqlErrorText() points at the name and suggests the nearest column", () => {
  const error = new Error(
    'Binder Error: Referenced column "seral" not found in FROM clause!\nCandidate bindings: "x"',
  );
  equal(
    sqlErrorText(error, "SELECT a,\n  seral FROM runs", {
      ...options,
      names: ["serial", "run_id"],
    }),
    'Error: Binder Error: Referenced column "seral" not found in FROM clause!\n' +
      'line 2:   seral FROM runs\n          ^^^^^\nDid you mean "serial"?',
  );
});

Deno.test("sqlErrorText() keeps what the engine suggests and finds places behind wide characters", () => {
  const error = new Error(
    'Catalog Error: Table with name run does not exist!\nDid you mean "runs"?',
  );
  equal(
    sqlErrorText(error, "SELECT '漢' FROM run", options),
    "Error: Catalog Error: Table with name run does not exist!\n" +
      "  SELECT '漢' FROM run\n                   ^^^\nDid you mean \"runs\"?",
  );
});

Deno.test("sqlErrorText() cuts long lines around the place", () => {
  const sql = `SELECT ${"1, ".repeat(200)}x`;
  const text = sqlErrorText(new SqlError("Wrong", { sql, position: sql.length - 1 }), sql, options);
  const [, line, caret] = text.split("\n");
  equal(line!.length < 80, true);
  equal(line![caret!.indexOf("^")], "x");
});
