/**
 * Releases structures of the Arrow C data interface through the function that they carry.
 * @module
 */

/** Words of an ArrowSchema or ArrowArray in memory of ours. */
export type Structure = BigUint64Array<ArrayBuffer>;

/** Where an ArrowSchema keeps its release function. */
export const SCHEMA_RELEASE = 7;
/** Where an ArrowArray keeps its release function. */
export const ARRAY_RELEASE = 8;

const RELEASE = { parameters: ["buffer"], result: "void" } as const;
const releases = new Map<bigint, (structure: Structure) => void>();

/** Releases a structure; one without a release function is released already. */
export function release(structure: Structure, member: number): void {
  const address = structure[member] ?? 0n;
  if (address === 0n) return;
  let call = releases.get(address);
  if (call === undefined) {
    const pointer = Deno.UnsafePointer.create(address);
    if (pointer === null) return;
    const native = new Deno.UnsafeFnPointer(
      pointer as Deno.PointerObject<typeof RELEASE>,
      RELEASE,
    );
    call = (given) => native.call(given);
    releases.set(address, call);
  }
  call(structure);
}
