import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { splitStatements, sqlTokens } from "./sql_tokens.ts";

Deno.test("sqlTokens() joins to the text again, whatever the text is", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom("'", '"', "--", "/*", "*/", "$$", "$a$", "\n", ";", "E'\\''", "漢字", "\ud83d"),
  );
  fc.assert(fc.property(fc.array(piece), (pieces) => {
    const text = pieces.join("");
    const tokens = sqlTokens(text);
    equal(tokens.map((token) => token.text).join(""), text);
    equal(tokens.at(-1)?.end ?? 0, text.length);
  }));
});

Deno.test("sqlTokens() tells closed from open strings, names and comments", () => {
  const state = (text: string): [string, boolean] => {
    const token = sqlTokens(text)[0]!;
    return [token.kind, token.closed];
  };
  deepEqual(state("'it''s'"), ["string", true]);
  deepEqual(state("'it''"), ["string", false]);
  deepEqual(state("E'\\''"), ["string", true]);
  deepEqual(state("$x$ ' $x$"), ["string", true]);
  deepEqual(state("$x$ ' $y$"), ["string", false]);
  deepEqual(state('"a""b"'), ["quoted", true]);
  deepEqual(state('"a'), ["quoted", false]);
  deepEqual(state("/*/"), ["comment", false]);
  deepEqual(state("/**/"), ["comment", true]);
  deepEqual(state("$name"), ["parameter", true]);
  deepEqual(state("1.5e-3"), ["number", true]);
});

Deno.test("splitStatements() keeps semicolons within strings and comments", () => {
  deepEqual(splitStatements("SELECT ';'; /* ; */ SELECT $$;$$;; "), {
    statements: ["SELECT ';'", "/* ; */ SELECT $$;$$"],
    rest: "",
  });
});
