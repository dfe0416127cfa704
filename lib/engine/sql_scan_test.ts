import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import {
  codeWords,
  countStatements,
  explainedOffset,
  firstVerb,
  functionNames,
  offsetBeforeQuotes,
  onlyStatement,
  quoteEndArguments,
} from "./sql_scan.ts";
import { Database } from "./database.ts";

/** Texts in which a semicolon or a call hides in a literal, or code in what looks like one. */
const CASES: readonly (readonly [sql: string, statements: number, names: readonly string[]])[] = [
  ["SELECT 1", 1, []],
  ["SELECT 1;;; SELECT 2;", 2, []],
  ["SELECT ';' AS a -- ; comment\n;", 1, []],
  ["SELECT 'it''s; f()'", 1, []],
  ["SELECT e'\\'; f() '", 1, []],
  ["SELECT E'a'\n'\\'; f() '", 1, []],
  ["SELECT E'a' -- x\r '\\'; f() '", 1, []],
  ["SELECT E'a' '\\', f() --'", 1, ["f"]],
  ["SELECT 'a'\n'\\', f() --'", 1, ["f"]],
  ["SELECT abce'\\', f() --'", 1, ["f"]],
  ['SELECT ";" FROM "f"("x"(1))', 1, ["f", "x"]],
  ["SELECT $$; f()$$, $a1$ ' $a1$, g()", 1, ["g"]],
  ["SELECT $é_2$ $$ ; $é_2$, g()", 1, ["g"]],
  ["SELECT a$b$ ; SELECT c$b$", 2, []],
  [`SELECT $${"t".repeat(100)}$ ' $${"t".repeat(100)}$, g()`, 1, ["g"]],
  ["SELECT /* /* ; */ f() */ 1", 1, []],
  ["SELECT 1 -- x\r, f()", 1, ["f"]],
  ["SELECT 1 -- x\f, f()", 1, []],
  ["SELECT 1 -- x\u2028, f()", 1, []],
  ["FROM f /* x */ -- y\n ()", 1, ["f"]],
  ["FROM f\u200b\u2060\ufeff\u00a0()", 1, ["f"]],
  ["FROM a.b.F()", 1, ["f"]],
  ["SELECT 'unterminated; f()", 1, []],
  ["SELECT /* unterminated; f()", 1, []],
  ["  -- nothing\n /* at all */ ;", 0, []],
];

Deno.test("countStatements() and functionNames() look at code only", () => {
  for (const [sql, statements, names] of CASES) {
    equal(countStatements(sql), statements, sql);
    deepEqual(functionNames(sql), names, sql);
  }
});

/** What the engine makes of a text: nothing where it does not parse. */
async function engineView(
  database: Database,
  sql: string,
): Promise<{ statements: number; callsG: boolean }> {
  try {
    const extracted = await database.own.extractStatements(sql);
    try {
      for (let i = 0; i < extracted.count; i++) (await extracted.prepare(i)).destroySync();
    } catch (error) {
      return { statements: extracted.count, callsG: /name g does not exist/.test(String(error)) };
    }
    return { statements: extracted.count, callsG: false };
  } catch {
    return { statements: 0, callsG: false };
  }
}

Deno.test("No statement and no call that the engine sees is hidden from the scan", async () => {
  const database = await Database.open({ memoryBytes: 256 * 1024 ** 2 });
  try {
    const piece = fc.constantFrom(
      "SELECT 1",
      ";",
      "'a;b'",
      "'",
      "''",
      "E'\\''",
      "e'a'\n'\\''",
      '"x;y"',
      '"',
      "$$a;b$$",
      "$t1$;$t1$",
      "$",
      "-- c;\n",
      "-- c;\r",
      "--",
      "/* ; */",
      "/* /* ; */",
      "*/",
      "\n",
      " ",
      "\u00a0",
      "\u200b",
      "é",
      "AS a",
      ",",
      "2",
      " g()",
      " + ",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const sql = `SELECT ${pieces.join("")}`;
        const seen = await engineView(database, sql);
        // The other way round would only refuse what the engine takes.
        ok(countStatements(sql) >= seen.statements, JSON.stringify(sql));
        if (seen.callsG) ok(functionNames(sql).includes("g"), JSON.stringify(sql));
      }),
      { numRuns: 3000 },
    );
  } finally {
    database.close();
  }
});

Deno.test("explainedOffset() finds the statement behind EXPLAIN and its options", () => {
  const behind = (sql: string) => {
    const at = explainedOffset(sql);
    return at === undefined ? undefined : sql.slice(at);
  };
  equal(behind("SELECT 1"), undefined);
  equal(behind('"explain" 1'), undefined);
  equal(behind("/* a */ ; explain SELECT 1"), "SELECT 1");
  equal(behind("EXPLAIN /**/ ANALYZE -- x\n SELECT 1"), "SELECT 1");
  equal(behind("EXPLAIN (ANALYZE, FORMAT 'x)' /*)*/) COPY t"), "COPY t");
  equal(behind('EXPLAIN ("analyze") FROM t'), "FROM t");
  equal(behind("EXPLAIN (SELECT 1)"), "(SELECT 1)");
  equal(behind("EXPLAIN ANALYZE (FORMAT json) SELECT 1"), "(FORMAT json) SELECT 1");
  equal(behind("EXPLAIN"), "");
});

Deno.test("onlyStatement(), firstVerb() and codeWords() see through comments and semicolons", () => {
  equal(onlyStatement(" ; /* a */ SELECT ';' -- b\n ; "), "SELECT ';' -- b\n ");
  equal(onlyStatement("-- c"), "");
  equal(firstVerb("/* x */ ;; pragma foo"), "PRAGMA");
  equal(firstVerb('"pragma"'), "");
  deepEqual([...codeWords("SELECT Runs.x, 'events' FROM \"Steps\"")], [
    "select",
    "runs",
    "x",
    "from",
    "steps",
  ]);
});

Deno.test("quoteEndArguments() quotes END where it names an argument, and nowhere else", () => {
  for (
    const [sql, quoted] of [
      ["f(1, end := 2)", 'f(1, "end" := 2)'],
      ["f(END:=2, a := 'end := 1') -- end := 3", "f(\"end\":=2, a := 'end := 1') -- end := 3"],
      ["f(end /* */ => now())", 'f("end" /* */ => now())'],
      ['f("end" := 1)', 'f("end" := 1)'],
      ["CASE WHEN a THEN b END = c", "CASE WHEN a THEN b END = c"],
      ["a_end := 1", "a_end := 1"],
      ["end : = 1", "end : = 1"],
    ] as const
  ) {
    equal(quoteEndArguments(sql), quoted);
    for (const [offset, character] of [...sql].entries()) {
      if (!/\d/.test(character)) continue;
      const moved = quoted.indexOf(sql.slice(offset));
      if (moved >= 0) equal(offsetBeforeQuotes(sql, moved), offset, sql);
    }
  }
});
