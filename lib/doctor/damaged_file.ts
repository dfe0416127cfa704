/**
 * What a check of files reports.
 * @module
 */

/** A stretch of a file that is not what was written. */
export interface DamagedFile {
  /** Absolute path. */
  readonly file: string;
  /** First damaged byte. */
  readonly start: number;
  /** Byte behind the damage. */
  readonly end: number;
  /** What is wrong, for people. */
  readonly reason: string;
  /** True once it was repaired. */
  readonly repaired: boolean;
}

/** What a check found. */
export interface DoctorReport {
  /** Files that were checked. */
  readonly files: number;
  readonly damaged: readonly DamagedFile[];
}

/** How a check is run. */
export interface DoctorOptions {
  /** Repairs what can be repaired without losing anything. @default false */
  readonly repair?: boolean;
  /** Gives up between two files. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each file before it is checked. */
  readonly onFile?: ((path: string, done: number) => void) | undefined;
}
