import { strictEqual as equal } from "node:assert/strict";
import { likeMatcher } from "./flight_sql_like.ts";

Deno.test("likeMatcher() takes per cent and underscore as SQL does and ignores letter case", () => {
  const matches = (pattern: string | undefined, name: string): boolean =>
    likeMatcher(pattern)(name);
  equal(matches(undefined, "runs"), true);
  equal(matches("%", ""), true);
  equal(matches("RUN_", "runs"), true);
  equal(matches("r%s", "runs"), true);
  equal(matches("run", "runs"), false);
  equal(matches("", "runs"), false);
  equal(matches("a.c", "abc"), false);
});

Deno.test("likeMatcher() takes an escaped wildcard as itself", () => {
  equal(likeMatcher("a\\_b")("a_b"), true);
  equal(likeMatcher("a\\_b")("axb"), false);
  equal(likeMatcher("50\\%")("50%"), true);
  equal(likeMatcher("a\\")("a\\"), true);
});

Deno.test("likeMatcher() stays fast for runs of wildcards", () => {
  equal(likeMatcher("%".repeat(200) + "x")("y".repeat(5000)), false);
});
