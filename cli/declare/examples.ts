/**
 * Examples in the help of a command.
 * @module
 */

/** The section of examples; each is run by a test. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n`;
}
