/**
 * Values for the parameters of a statement, from the command line.
 * @module
 */
import { usageError } from "../failure.ts";

type Value = string | number | boolean | null;

const NAMED = /^([A-Za-z_]\w*)=([\s\S]*)$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/**
 * Reads `--param` options: all `name=value` for `$name`, or all bare values for `?` and `$1`.
 *
 * Numbers, `true`, `false` and `null` are what they look like, as in JSON; a value in double quotes is the
 * text within them; everything else, `007` included, is text.
 *
 * @throws {CommandError} where names and positions are mixed
 */
export function parseParameters(
  texts: readonly string[],
): Record<string, Value> | readonly Value[] | undefined {
  if (texts.length === 0) return undefined;
  const named = texts.map((text) => NAMED.exec(text));
  if (named.every((match) => match === null)) return texts.map(valueOf);
  const values: Record<string, Value> = {};
  named.forEach((match, i) => {
    if (match === null) {
      throw usageError(
        `Parameter "${texts[i]}" has no name, others have`,
        "Give all as --param name=value, or all as --param value",
      );
    }
    values[match[1] ?? ""] = valueOf(match[2] ?? "");
  });
  return values;
}

function valueOf(text: string): Value {
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  if (text.length >= 2 && text.startsWith('"') && text.endsWith('"')) return text.slice(1, -1);
  // Beyond 2^53 digits would be lost: as text the engine casts them without loss.
  if (NUMBER.test(text) && (text.includes(".") || Number.isSafeInteger(Number(text)))) {
    return Number(text);
  }
  return text;
}
