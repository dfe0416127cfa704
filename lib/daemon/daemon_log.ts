/**
 * The daemon's log: one line per event, rotated by size, one older file kept.
 * @module
 */
import { DAEMON_LIMITS } from "../base/limits.ts";

const encoder = new TextEncoder();

/** Appends lines to a file. */
export class DaemonLog {
  readonly #path: string;
  #file: Deno.FsFile;
  #size: number;

  private constructor(path: string, file: Deno.FsFile, size: number) {
    this.#path = path;
    this.#file = file;
    this.#size = size;
  }

  /** Opens the log for appending. */
  static open(path: string): DaemonLog {
    const file = openAppend(path);
    return new DaemonLog(path, file, file.statSync().size);
  }

  /** Writes a line with the time before it. */
  write(message: string): void {
    const line = encoder.encode(
      `${new Date().toISOString()} ${message.replaceAll(/[\r\n]+/g, " | ")}\n`,
    );
    if (this.#size + line.byteLength > DAEMON_LIMITS.logBytes) this.#rotate();
    this.#file.writeSync(line);
    this.#size += line.byteLength;
  }

  #rotate(): void {
    this.#file.close();
    Deno.renameSync(this.#path, `${this.#path}.1`);
    this.#file = openAppend(this.#path);
    this.#size = 0;
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }
}

function openAppend(path: string): Deno.FsFile {
  return Deno.openSync(path, { create: true, append: true, mode: 0o600 });
}
