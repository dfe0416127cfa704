/**
 * The few file operations that durability rests on, behind an interface, so that tests can drop, tear and
 * refuse what a real disk drops, tears and refuses.
 * @module
 */
import { dirname, join } from "@std/path";
import { StorageError } from "./errors.ts";

/** A file open for appending. */
export interface AppendFile {
  /** Path as it was opened. */
  readonly path: string;
  /** Appends all bytes in one call where the system allows; rejects when some could not be written. */
  write(bytes: Uint8Array): Promise<void>;
  /** Cuts the file back to a size, bytes. */
  truncate(sizeBytes: number): Promise<void>;
  /** Returns once the device has the data. */
  sync(): Promise<void>;
  /** Closes the descriptor. */
  close(): void;
}

/** The operations. */
export interface FileLayer {
  /**
   * Creates a file that must not exist yet; its folders are made as needed, and the names of those are on
   * the device when it resolves.
   */
  create(path: string): Promise<AppendFile>;
  /**
   * Creates, writes and syncs a whole file before it returns: for a process that is about to exit and can
   * wait for nothing.
   */
  createWholeSync?(path: string, parts: readonly Uint8Array[]): void;
  /** Returns once the names in a folder are on the device. */
  syncDirectory(path: string): Promise<void>;
  /** Renames over what may be there. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file that may be gone already. */
  remove(path: string): Promise<void>;
}

/** Names with this ending are unfinished; readers pass over them. */
export const TEMPORARY_SUFFIX = ".tmp";

let temporaryCount = 0;

/** The real file system. */
export const diskLayer: FileLayer = {
  async create(path) {
    const file = await createFile(path);
    try {
      return new DiskFile(path, file, Deno.openSync(path, { append: true }));
    } catch (error) {
      file.close();
      throw error;
    }
  },
  createWholeSync(path, parts) {
    Deno.mkdirSync(dirname(path), { recursive: true });
    using file = Deno.openSync(path, { createNew: true, append: true });
    for (const part of parts) {
      let written = 0;
      while (written < part.byteLength) written += file.writeSync(part.subarray(written));
    }
    file.syncDataSync();
  },
  async syncDirectory(path) {
    if (Deno.build.os === "windows") return; // folders cannot be synced there, NTFS journals names
    using folder = await Deno.open(path, { read: true });
    await folder.sync();
  },
  async rename(from, to) {
    await Deno.rename(from, to);
  },
  async remove(path) {
    try {
      await Deno.remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  },
};

/** Creates a file, with its folder. */
export async function createFile(path: string): Promise<Deno.FsFile> {
  const options = { createNew: true, append: true };
  try {
    return Deno.openSync(path, options);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await makeFolder(dirname(path));
  return Deno.openSync(path, options);
}

/** Makes a folder and those above it; a folder whose name is not on the device can vanish with its files. */
async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    const parent = dirname(path);
    if (!(error instanceof Deno.errors.NotFound) || parent === path) throw error;
    await makeFolder(parent);
    return await makeFolder(path);
  }
  await diskLayer.syncDirectory(dirname(path));
}

/**
 * Deno lets the operations on one descriptor wait for each other: syncs have a descriptor of their own, else a
 * write would take as long as the sync before it. It is there from the beginning, because the system tells a
 * descriptor of those failures only that came after it was opened.
 */
class DiskFile implements AppendFile {
  readonly path: string;
  readonly #file: Deno.FsFile;
  readonly #synced: Deno.FsFile;

  constructor(path: string, file: Deno.FsFile, synced: Deno.FsFile) {
    this.path = path;
    this.#file = file;
    this.#synced = synced;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.byteLength) written += await this.#file.write(bytes.subarray(written));
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.#file.truncate(sizeBytes);
  }

  async sync(): Promise<void> {
    await this.#synced.syncData();
  }

  close(): void {
    this.#file.close();
    this.#synced.close();
  }
}

/**
 * Publishes a whole file: temporary name in the same folder, sync, rename, sync of the folder. Readers see
 * the old content or the new one, never a part.
 *
 * @throws {StorageError} naming the file; the temporary file is gone
 */
export async function publishFile(
  path: string,
  parts: readonly Uint8Array[],
  layer: FileLayer = diskLayer,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const file = await layer.create(temporary);
    try {
      for (const part of parts) await file.write(part);
      await file.sync();
    } finally {
      file.close();
    }
    await layer.rename(temporary, path);
    await layer.syncDirectory(dirname(path));
  } catch (error) {
    const fault = storageError("Cannot publish", path, error);
    try {
      await layer.remove(temporary);
    } catch (second) {
      throw new StorageError(`${fault.message}; and ${temporary} could not be removed: ${second}`, {
        file: path,
        cause: error,
      });
    }
    throw fault;
  }
}

/** A name in the same folder that readers pass over. */
export function temporaryName(path: string): string {
  const folder = dirname(path);
  const base = path.slice(folder.length + 1);
  return join(folder, `.${base}.${Deno.pid}-${temporaryCount++}${TEMPORARY_SUFFIX}`);
}

/** An error that names the file, the cause and, where it is known, the remedy. */
export function storageError(what: string, file: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  return new StorageError(`${what} ${file}: ${text}${remedy(cause, text)}`, { file, cause });
}

function remedy(cause: unknown, text: string): string {
  if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable) {
    return " (check the permissions of the folder and the --allow flags)";
  }
  if (/no space|ENOSPC|quota|EDQUOT/i.test(text)) return " (free space; writing then goes on)";
  if (/read-only|EROFS/i.test(text)) {
    return " (make the file system writable; writing then goes on)";
  }
  if (/input\/output error|EIO/i.test(text)) return " (check the device and its cable)";
  return "";
}
