/**
 * Keeps objects alive across native calls. A native structure holds plain addresses: to V8 the JavaScript
 * object behind one is garbage as soon as no later line uses it, and optimised code knows which do.
 * @module
 */

const pinned = new Set<unknown>();

/** Calls with objects that native code may reach until the call returns. */
export function whilePinned<T>(objects: readonly unknown[], call: () => T): T {
  pinned.add(objects);
  try {
    return call();
  } finally {
    pinned.delete(objects);
  }
}
