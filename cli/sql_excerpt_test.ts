import { strictEqual as equal } from "node:assert/strict";
import { SqlError } from "../lib/base/errors.ts";
import { faultPosition, sqlExcerpt } from "./sql_excerpt.ts";

Deno.test("sqlExcerpt() points at the name that the engine complains about", () => {
  const sql = "SELECT 'evnts', 1 -- evnts\nFROM evnts";
  const error = new Error("Catalog Error: Table with name evnts does not exist!");
  equal(sqlExcerpt(sql, error), "  2 | FROM evnts\n           ^");
});

Deno.test("sqlExcerpt() takes the position that the engine gave", () => {
  const error = new SqlError("Parser Error", { sql: "SELECT\n  1 +", position: 9 });
  equal(sqlExcerpt("SELECT\n  1 +", error), "  2 |   1 +\n        ^");
});

Deno.test("faultPosition() knows columns, functions, syntax errors and the end", () => {
  const at = (sql: string, message: string): number | undefined =>
    faultPosition(sql, new Error(message));
  equal(at("select foo from runs", 'Referenced column "foo" not found in FROM clause!'), 7);
  equal(at("select nosuch(1)", "Scalar Function with name nosuch does not exist!"), 7);
  equal(at("selec 1", 'syntax error at or near "selec"'), 0);
  equal(at("select 1 +", "syntax error at end of input"), 10);
  equal(at("select 1", "Out of memory"), undefined);
});
