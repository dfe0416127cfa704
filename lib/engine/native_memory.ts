/**
 * Reads of native memory by address.
 * @module
 */

/** Address of a C structure or buffer. */
export type Address = bigint;

/** A view of the memory at an address. @throws {TypeError} for a null pointer */
export function viewAt(address: Address): Deno.UnsafePointerView {
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer === null) throw new TypeError("Arrow C structure has a null pointer");
  return new Deno.UnsafePointerView(pointer);
}

/** So many 64-bit words from an address on. */
export function wordsAt(address: Address, count: number): BigUint64Array {
  const target = new BigUint64Array(count);
  viewAt(address).copyInto(target);
  return target;
}

/** Fills bytes from an address on; for no bytes the address may be null. */
export function copyFrom(address: Address, target: Uint8Array): void {
  if (target.byteLength > 0) viewAt(address).copyInto(target as Uint8Array<ArrayBuffer>);
}
