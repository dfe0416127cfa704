/**
 * A file layer that fails, tears and forgets as a real disk does, repeatably by seed. Files live in memory;
 * what a crash would leave of them is written out for the readers.
 *
 *     process death    everything written is there
 *     power cut        what was synced is there; of the rest each page is old, new, torn or zeros,
 *                      and a file whose folder was not synced may be gone
 *
 * @module
 */
import { dirname, join, relative } from "@std/path";
import type { AppendFile, FileLayer } from "../lib/base/file_layer.ts";

/** The operations that can fail. */
export type Operation = "create" | "write" | "sync" | "truncate" | "syncDirectory" | "rename";

/** When an operation fails, and how. */
export interface FaultPlan {
  /** Asked before each operation with its number from 0; an error makes it fail. */
  readonly fail?: (operation: Operation, number: number) => Error | undefined;
}

/** Numbers from 0 up to 1, the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** As the kernel reports a full disk. */
export function noSpace(): Error {
  return Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
}

/** As the kernel reports a broken device. */
export function deviceError(): Error {
  return Object.assign(new Error("Input/output error (os error 5)"), { code: "EIO" });
}

const PAGE = 256;

class MemoryFile {
  bytes = new Uint8Array(0);
  /** What the device has. */
  durable = new Uint8Array(0);
  /** Pages that the kernel dropped after a failed sync, though it calls them clean. */
  readonly dropped = new Set<number>();
  named = false;
}

/** The layer. */
export class FaultLayer implements FileLayer {
  readonly #random: () => number;
  readonly #files = new Map<string, MemoryFile>();
  #plan: FaultPlan;
  #count = 0;
  /** Set by {@linkcode crash}: nothing after it happened. */
  #dead = false;

  constructor(seed: number, plan: FaultPlan = {}) {
    this.#random = seededRandom(seed);
    this.#plan = plan;
  }

  /** Operations so far. */
  get count(): number {
    return this.#count;
  }

  /** Paths of all files. */
  get paths(): string[] {
    return [...this.#files.keys()];
  }

  set plan(plan: FaultPlan) {
    this.#plan = plan;
  }

  async create(path: string): Promise<AppendFile> {
    await this.#step("create");
    if (this.#files.has(path)) throw new Deno.errors.AlreadyExists(path);
    const file = new MemoryFile();
    this.#files.set(path, file);
    return this.#open(path, file);
  }

  createWholeSync(path: string, parts: readonly Uint8Array[]): void {
    if (this.#files.has(path)) throw new Deno.errors.AlreadyExists(path);
    const file = new MemoryFile();
    for (const part of parts) file.bytes = joined(file.bytes, part);
    file.durable = file.bytes;
    file.named = true;
    this.#files.set(path, file);
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#step("syncDirectory");
    for (const [name, file] of this.#files) if (dirname(name) === path) file.named = true;
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step("rename");
    const file = this.#files.get(from);
    if (file === undefined) throw new Deno.errors.NotFound(from);
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  remove(path: string): Promise<void> {
    this.#files.delete(path);
    return Promise.resolve();
  }

  #open(path: string, file: MemoryFile): AppendFile {
    let closed = false;
    const check = (): void => {
      if (closed) throw new Deno.errors.BadResource("Bad resource ID");
    };
    return {
      path,
      write: async (bytes) => {
        check();
        const error = await this.#fault("write");
        const taken = error === undefined
          ? bytes
          : bytes.subarray(0, Math.floor(this.#random() * bytes.byteLength));
        if (!this.#dead) file.bytes = joined(file.bytes, taken);
        if (error !== undefined) throw error;
      },
      truncate: async (sizeBytes) => {
        check();
        await this.#step("truncate");
        file.bytes = file.bytes.slice(0, sizeBytes);
      },
      sync: async () => {
        check();
        const size = file.bytes.byteLength;
        const error = await this.#fault("sync");
        if (error === undefined) this.#persist(file, size);
        else this.#drop(file);
        if (error !== undefined) throw error;
      },
      close: () => {
        check();
        closed = true;
      },
    };
  }

  #persist(file: MemoryFile, size: number): void {
    if (this.#dead) return;
    const durable = file.bytes.slice(0, size);
    for (const page of file.dropped) {
      const start = page * PAGE;
      const old = file.durable.slice(start, start + PAGE);
      durable.subarray(start, start + PAGE).fill(0).set(old.subarray(0, durable.length - start));
    }
    file.durable = durable;
  }

  /** The pages are clean now, and gone: the next sync will not write them and will not complain. */
  #drop(file: MemoryFile): void {
    const first = Math.floor(file.durable.byteLength / PAGE);
    const last = Math.ceil(file.bytes.byteLength / PAGE);
    for (let page = first; page < last; page++) if (this.#random() < 0.5) file.dropped.add(page);
  }

  async #step(operation: Operation): Promise<void> {
    const error = await this.#fault(operation);
    if (error !== undefined) throw error;
  }

  /** Takes a random number of turns, so that operations overlap in ever new ways. */
  async #fault(operation: Operation): Promise<Error | undefined> {
    const error = this.#plan.fail?.(operation, this.#count++);
    for (let turns = Math.floor(this.#random() * 4); turns > 0; turns--) await Promise.resolve();
    if (this.#random() < 0.05) await new Promise((resolve) => setTimeout(resolve, 0));
    return error;
  }

  /** Nothing that happens from now on reaches the files. */
  crash(): void {
    this.#dead = true;
  }

  /** Writes out what is left after the death of the process. */
  async writeProcessDeath(from: string, to: string): Promise<void> {
    for (const [path, file] of this.#files) await put(from, to, path, file.bytes);
  }

  /** Writes out what is left after a power cut. */
  async writePowerCut(from: string, to: string): Promise<void> {
    for (const [path, file] of this.#files) {
      if (!file.named && this.#random() < 0.5) continue;
      await put(from, to, path, this.#afterPowerCut(file));
    }
  }

  #afterPowerCut(file: MemoryFile): Uint8Array {
    const { bytes, durable } = file;
    // Inode and data reach the device in any order: the size is old, new or between.
    const room = Math.max(0, bytes.byteLength - durable.byteLength);
    const size = durable.byteLength + Math.floor(this.#random() * (room + 1));
    const left = new Uint8Array(size);
    left.set(durable.subarray(0, size));
    for (let start = 0; start < size; start += PAGE) {
      const end = Math.min(start + PAGE, size);
      if (end <= durable.byteLength || file.dropped.has(start / PAGE)) continue;
      const fate = this.#random();
      if (fate < 0.5) left.set(bytes.subarray(start, end), start);
      else if (fate < 0.7) {
        left.set(bytes.subarray(start, start + Math.floor((end - start) / 2)), start);
      }
    }
    left.set(durable.subarray(0, size));
    return left;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(a.byteLength + b.byteLength);
  bytes.set(a);
  bytes.set(b, a.byteLength);
  return bytes;
}

async function put(from: string, to: string, path: string, bytes: Uint8Array): Promise<void> {
  const target = join(to, relative(from, path));
  await Deno.mkdir(dirname(target), { recursive: true });
  await Deno.writeFile(target, bytes);
}
