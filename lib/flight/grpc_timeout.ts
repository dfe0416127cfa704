/** The `grpc-timeout` header: up to eight digits and a unit. @module */

import { FlightError } from "../base/errors.ts";
import { GrpcStatus } from "./status.ts";

const MILLIS_BY_UNIT: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** What a timer can hold (2^31 - 1 ms, almost 25 days); a later deadline is as good as none. */
const MAX_TIMER_MILLIS = 0x7fffffff;

/**
 * Reads a `grpc-timeout` header.
 *
 * @param header the header's value, or undefined
 * @returns milliseconds until the deadline, or undefined without one
 * @throws {FlightError} INVALID_ARGUMENT for a malformed header
 */
export function parseGrpcTimeout(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const match = /^(\d{1,8})([HMSmun])$/.exec(header);
  if (match === null) {
    throw new FlightError(
      `Malformed grpc-timeout header: want up to eight digits and one of H M S m u n, found ` +
        JSON.stringify(header.slice(0, 32)),
      { code: GrpcStatus.INVALID_ARGUMENT },
    );
  }
  const millis = Number(match[1]) * MILLIS_BY_UNIT[match[2]!]!;
  return millis > MAX_TIMER_MILLIS ? undefined : millis;
}
