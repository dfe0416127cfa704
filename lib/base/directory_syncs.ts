/**
 * Syncs of folders that several writers ask for at once: all who ask while one is under way share the next.
 * @module
 */
import { diskLayer } from "./file_layer.ts";

/** Syncs folders. */
export class DirectorySyncs {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  /** Returns once the names that are in a folder by now are on the device. */
  sync(path: string): Promise<void> {
    const running = this.#running.get(path);
    if (running === undefined) return this.#start(path);
    let next = this.#next.get(path);
    if (next === undefined) {
      // Its failure is told to who asked for it.
      next = running.catch(() => {}).then(() => {
        this.#next.delete(path);
        return this.#start(path);
      });
      this.#next.set(path, next);
    }
    return next;
  }

  #start(path: string): Promise<void> {
    const work = diskLayer.syncDirectory(path).finally(() => this.#running.delete(path));
    this.#running.set(path, work);
    return work;
  }
}
