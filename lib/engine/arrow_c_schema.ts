/**
 * Reads an ArrowSchema of the Arrow C data interface.
 * https://arrow.apache.org/docs/format/CDataInterface.html
 *
 *     ArrowSchema (9 words)  format name metadata flags n_children children dictionary release private
 *
 * @module
 */
import type { ArrowField } from "../arrow/field.ts";
import { viewAt, wordsAt } from "./native_memory.ts";

const NULLABLE = 2n;

/** Dictionary ids are given out in the order in which fields are met. */
export class FieldReader {
  #nextDictionary = 0;

  /** Reads an ArrowSchema. */
  read(schema: BigUint64Array): ArrowField {
    const [format = 0n, name = 0n, , flags = 0n, childCount = 0n, children = 0n, dictionary = 0n] =
      schema;
    const own = viewAt(format).getCString();
    const base = {
      name: name === 0n ? "" : viewAt(name).getCString(),
      nullable: (flags & NULLABLE) !== 0n,
    };
    if (dictionary !== 0n) {
      const id = this.#nextDictionary++;
      const values = this.read(wordsAt(dictionary, 9));
      return {
        ...base,
        format: values.format,
        children: values.children,
        dictionary: { id, indexFormat: own, ordered: (flags & 1n) !== 0n },
      };
    }
    const addresses = childCount === 0n ? [] : [...wordsAt(children, Number(childCount))];
    return { ...base, format: own, children: addresses.map((at) => this.read(wordsAt(at, 9))) };
  }
}
