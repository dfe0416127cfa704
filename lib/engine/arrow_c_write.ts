/**
 * Lays JavaScript columns out as structures of the Arrow C data interface, without a copy of the buffers.
 * @module
 */
import type { ArrowColumn, ArrowField } from "../arrow/field.ts";

const encoder = new TextEncoder();

const releaseSchema = new Deno.UnsafeCallback(
  { parameters: ["pointer"], result: "void" } as const,
  (schema) => markReleased(schema, 7),
);
const releaseArray = new Deno.UnsafeCallback(
  { parameters: ["pointer"], result: "void" } as const,
  (array) => markReleased(array, 8),
);

/** A structure is released once its release member is null; the memory itself belongs to JavaScript. */
function markReleased(structure: Deno.PointerValue, member: number): void {
  if (structure === null) return;
  const words = Deno.UnsafePointerView.getArrayBuffer(structure, (member + 1) * 8);
  new BigUint64Array(words)[member] = 0n;
}

/** Keeps alive what its structures point to as long as it lives itself: pin it during native calls. */
export class Exporter {
  readonly #kept: ArrayBufferView[] = [];

  /** Address of a buffer that stays alive with this exporter; 0 for an empty one. */
  address(view: ArrayBufferView<ArrayBuffer>): bigint {
    if (view.byteLength === 0) return 0n;
    this.#kept.push(view);
    return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(view)));
  }

  /** An ArrowSchema for a struct of fields. */
  schema(fields: readonly ArrowField[]): BigUint64Array<ArrayBuffer> {
    return this.#field({ name: "", format: "+s", nullable: false, children: fields });
  }

  #field(field: ArrowField): BigUint64Array<ArrayBuffer> {
    if (field.dictionary !== undefined) {
      throw new TypeError(`Column "${field.name}": dictionaries are not appended`);
    }
    const children = field.children.map((child) => this.address(this.#field(child)));
    const words = new BigUint64Array(9);
    words[0] = this.address(encoder.encode(`${field.format}\0`));
    words[1] = this.address(encoder.encode(`${field.name}\0`));
    words[3] = field.nullable ? 2n : 0n;
    words[4] = BigInt(children.length);
    words[5] = this.address(new BigUint64Array(children));
    words[7] = BigInt(Deno.UnsafePointer.value(releaseSchema.pointer));
    return words;
  }

  /** An ArrowArray for rows `start` up to `start + rows` of a struct of columns. */
  array(
    columns: readonly ArrowColumn[],
    start: number,
    rows: number,
  ): BigUint64Array<ArrayBuffer> {
    const children = columns.map((column) => this.address(this.#column(column, start, rows)));
    const words = new BigUint64Array(10);
    words[0] = BigInt(rows);
    words[3] = 1n;
    words[4] = BigInt(children.length);
    words[5] = this.address(new BigUint64Array(1));
    words[6] = this.address(new BigUint64Array(children));
    words[8] = BigInt(Deno.UnsafePointer.value(releaseArray.pointer));
    return words;
  }

  #column(column: ArrowColumn, start: number, rows: number): BigUint64Array<ArrayBuffer> {
    const children = column.children.map((child) =>
      this.address(this.#column(child, 0, child.length))
    );
    const buffers = column.buffers.map((buffer) => this.address(buffer as Uint8Array<ArrayBuffer>));
    const words = new BigUint64Array(10);
    words[0] = BigInt(rows);
    words[1] = column.nullCount === 0 ? 0n : 0xffffffffffffffffn; // unknown for a slice
    words[2] = BigInt(start);
    words[3] = BigInt(buffers.length);
    words[4] = BigInt(children.length);
    words[5] = this.address(new BigUint64Array(buffers));
    words[6] = this.address(new BigUint64Array(children));
    words[8] = BigInt(Deno.UnsafePointer.value(releaseArray.pointer));
    return words;
  }
}
