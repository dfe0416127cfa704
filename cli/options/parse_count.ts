/**
 * Whole numbers from the command line.
 * @module
 */
import { usageError } from "../failure.ts";

/**
 * Reads a whole number.
 *
 * @param option name of the option, for the message
 * @param least smallest number that makes sense
 * @throws {CommandError} for anything else
 */
export function parseCount(option: string, text: string, least = 0): number {
  const value = Number(text.replaceAll("_", ""));
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= least) return value;
  throw usageError(`${option} must be a whole number from ${least} on, got "${text}"`);
}
