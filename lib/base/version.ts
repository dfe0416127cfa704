/**
 * The version of this package, as deno.json says it.
 * @module
 */
import config from "../../deno.json" with { type: "json" };

/** Version of this package. */
export const VERSION: string = config.version;

/** Orders two versions: below 0 where the first is older. A pre-release comes before its release. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const [coreA, tagA] = split(a);
  const [coreB, tagB] = split(b);
  // Made here, not at the top: loading its tables is half of the time that a command line takes to start.
  const numeric = new Intl.Collator("en", { numeric: true });
  const order = numeric.compare(coreA, coreB);
  if (order !== 0 || tagA === tagB) return order;
  if (tagA === "" || tagB === "") return tagA === "" ? 1 : -1;
  return numeric.compare(tagA, tagB);
}

/** Numbers and what follows the hyphen; a build tag says nothing of the order. */
function split(version: string): [core: string, tag: string] {
  const [text = ""] = version.split("+");
  const hyphen = text.indexOf("-");
  return hyphen < 0 ? [text, ""] : [text.slice(0, hyphen), text.slice(hyphen + 1)];
}
