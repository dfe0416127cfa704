/**
 * The patterns with which drivers filter names: those of SQL LIKE, `\` as escape.
 * @module
 */

/**
 * A test for names. Letter case does not count, as in SQL itself: a tool that upper-cases names still
 * finds the tables.
 *
 * @param pattern `%` stands for any run of characters, `_` for one; undefined matches everything
 *
 * @example
 * ```ts
 * import { strictEqual as equal } from "node:assert/strict";
 * equal(likeMatcher("run%")("runs"), true);
 * equal(likeMatcher("run\\_x")("runsx"), false);
 * ```
 */
export function likeMatcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? "";
    if (char === "%") source += ".*";
    else if (char === "_") source += ".";
    else if (char === "\\" && i + 1 < pattern.length) source += RegExp.escape(pattern[++i] ?? "");
    else source += RegExp.escape(char);
  }
  // Adjacent wildcards would make the test exponential.
  const expression = new RegExp(`^${source.replaceAll(/(\.\*)+/g, ".*")}$`, "isu");
  return (name) => expression.test(name);
}
