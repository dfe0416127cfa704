/**
 * Names of run files.
 * @module
 */
import { encodeNamePart } from "../base/names.ts";
import { formatEventTime } from "./event_time.ts";

/**
 * Gives the file name of a run without extension.
 *
 * @param startedAtMicros Start of the run, microseconds since 1970
 * @param serial Serial number of the unit, null or blank where there is none
 * @returns `{YYYYMMDDTHHMMSSZ}_{encoded serial}`, without the second part where there is no serial
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(runFileStem(0, "SN/1"), "19700101T000000Z_SN%2F1");
 * ```
 */
export function runFileStem(startedAtMicros: number, serial: string | null): string {
  const second = formatEventTime(startedAtMicros).slice(0, 19).replaceAll(/[-:]/g, "");
  const trimmed = serial?.trim() ?? "";
  return trimmed === "" ? `${second}Z` : `${second}Z_${encodeNamePart(trimmed)}`;
}

/** Stems that are remembered: units under test at once, by far. */
const STEMS = 1024;

/**
 * Remembers how many files of a stem there are: a thousand runs without a serial that start in one second
 * would else try a thousand names each.
 */
export class StemNumbers {
  readonly #taken = new Map<string, number>();

  /** The number to try first, from 1 on. */
  first(stem: string): number {
    return (this.#taken.get(stem) ?? 0) + 1;
  }

  /** Takes note of a number that was taken. */
  taken(stem: string, number: number): void {
    if (this.#taken.size >= STEMS && !this.#taken.has(stem)) this.#taken.clear();
    this.#taken.set(stem, Math.max(number, this.#taken.get(stem) ?? 0));
  }
}
