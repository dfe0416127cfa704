/**
 * What a Jupyter kernel shows.
 * @module
 */

/** Key by which the Deno kernel asks an object for what it shows: `Symbol.for("Jupyter.display")`. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as typeof DISPLAY;

/** Something that a Jupyter kernel shows. */
export interface Displayable {
  /** Content by MIME type. */
  [DISPLAY](): Promise<Record<string, string>>;
}

/** What an object shows. */
export async function bundleOf(object: object): Promise<Record<string, string>> {
  return await Reflect.apply(Reflect.get(object, DISPLAY), object, []);
}
