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
