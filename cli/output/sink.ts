/**
 * Where data goes: standard output or a file.
 * @module
 */
import { basename, dirname, join, resolve } from "@std/path";
import { CommandError } from "../failure.ts";

/** Takes data in order. */
export interface Sink {
  /** Writes all of a chunk. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** Publishes what was written. */
  close(): Promise<void>;
  /** Gives up: what was written to a file is removed. */
  abandon(): Promise<void>;
}

/** The reader of our output has gone, as `head` does when it has seen enough: no failure. */
export class OutputClosed extends Error {
  override name = "OutputClosed";
}

const encoder = new TextEncoder();

async function writeAll(
  file: { write(bytes: Uint8Array): Promise<number> },
  chunk: string | Uint8Array,
): Promise<void> {
  const bytes = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
  try {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosed();
    throw error;
  }
}

/** Standard output. */
export function stdoutSink(): Sink {
  const done = (): Promise<void> => Promise.resolve();
  return { write: (chunk) => writeAll(Deno.stdout, chunk), close: done, abandon: done };
}

/**
 * A file, which appears under its name once it is whole; devices and pipes are written as they are.
 *
 * @throws {CommandError} where it cannot be written
 */
export async function fileSink(path: string): Promise<Sink> {
  const target = resolve(path);
  const direct = await isSpecial(target);
  const temporary = direct ? target : join(dirname(target), `.${basename(target)}.${Deno.pid}.tmp`);
  const file = await open(temporary, direct, path);
  return {
    write: (chunk) => writeAll(file, chunk),
    close: async () => {
      file.close();
      if (!direct) await Deno.rename(temporary, target);
    },
    abandon: async () => {
      file.close();
      if (!direct) await Deno.remove(temporary);
    },
  };
}

async function open(path: string, exists: boolean, name: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { write: true, create: !exists, truncate: !exists });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new CommandError(`Cannot write ${name}: its folder does not exist`, {
        cause: error,
        remedy: `Make it first: mkdir -p ${dirname(name)}`,
      });
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Cannot write ${name}: ${reason}`, { cause: error });
  }
}

async function isSpecial(path: string): Promise<boolean> {
  try {
    const { isFile, isDirectory } = await Deno.stat(path);
    if (isDirectory) {
      throw new CommandError(`Cannot write ${path}: it is a folder`, {
        remedy: "Give --output the name of a file",
      });
    }
    return !isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
