/**
 * The daemon's log: one line per event, rotated by size, one older file kept. A disk that takes no line
 * costs lines, never the daemon; how many is said once it takes some again.
 * @module
 */
import { DAEMON_LIMITS } from "../base/limits.ts";

const encoder = new TextEncoder();

/** Appends lines to a file. */
export class DaemonLog {
  readonly #path: string;
  readonly #limitBytes: number;
  #file: Deno.FsFile;
  #size: number;
  #lost = 0;

  private constructor(path: string, file: Deno.FsFile, size: number, limitBytes: number) {
    this.#path = path;
    this.#file = file;
    this.#size = size;
    this.#limitBytes = limitBytes;
  }

  /** Opens the log for appending. */
  static open(path: string, limitBytes: number = DAEMON_LIMITS.logBytes): DaemonLog {
    const file = openAppend(path);
    return new DaemonLog(path, file, file.statSync().size, limitBytes);
  }

  /** Writes a line with the time before it. */
  write(message: string): void {
    try {
      if (this.#lost > 0) this.#append(`${this.#lost} lines could not be written here`);
      this.#lost = 0;
      this.#append(message);
    } catch {
      this.#lost++; // told by the next line that can be written
    }
  }

  #append(message: string): void {
    const text = message.replaceAll(/[\r\n]+/g, " | ");
    const line = encoder.encode(`${new Date().toISOString()} ${text}\n`);
    if (this.#size + line.byteLength > this.#limitBytes) this.#rotate();
    for (let at = 0; at < line.byteLength;) {
      const count = this.#file.writeSync(line.subarray(at));
      this.#size += count;
      at += count;
    }
  }

  #rotate(): void {
    Deno.renameSync(this.#path, `${this.#path}.1`);
    const fresh = openAppend(this.#path);
    this.#file.close();
    this.#file = fresh;
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
