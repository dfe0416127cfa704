/**
 * The bodies of the actions that Flight itself defines: cancel a flight, renew an endpoint, and
 * session options. They travel as they are, not in an Any.
 * @module
 */

import { concatBytes } from "../base/concat_bytes.ts";
import {
  decodeFlightEndpoint,
  decodeFlightInfo,
  encodeFlightEndpoint,
  encodeFlightInfo,
} from "./message_codec.ts";
import type { FlightEndpoint, FlightInfo } from "./messages.ts";
import { bytesField, fixed64Field, numberField, readFields } from "./wire_fields.ts";

/** Names of the actions that Flight defines. */
export const FLIGHT_ACTION_TYPES = {
  cancelFlightInfo: "CancelFlightInfo",
  renewFlightEndpoint: "RenewFlightEndpoint",
  setSessionOptions: "SetSessionOptions",
  getSessionOptions: "GetSessionOptions",
  closeSession: "CloseSession",
} as const;

/** What became of a cancellation. */
export type CancelStatus = "unspecified" | "cancelled" | "cancelling" | "not_cancellable";

/** The value of a session option; null asks to unset it. */
export type SessionOptionValue = string | boolean | bigint | number | readonly string[] | null;

/** Why a session option was not set. */
export type SessionOptionError = "unspecified" | "invalid_name" | "invalid_value" | "error";

/** What became of a session that was asked to close. */
export type CloseSessionStatus = "unspecified" | "closed" | "closing" | "not_closeable";

const CANCEL_STATUSES: readonly CancelStatus[] = [
  "unspecified",
  "cancelled",
  "cancelling",
  "not_cancellable",
];
const OPTION_ERRORS: readonly SessionOptionError[] = [
  "unspecified",
  "invalid_name",
  "invalid_value",
  "error",
];
const CLOSE_STATUSES: readonly CloseSessionStatus[] = [
  "unspecified",
  "closed",
  "closing",
  "not_closeable",
];

/** A message whose only field is another. */
function decodeOnly<T>(
  bytes: Uint8Array,
  message: string,
  decode: (bytes: Uint8Array) => T,
): T | undefined {
  const parts: Uint8Array[] = [];
  readFields(bytes, message, { bytes: { 1: (value) => parts.push(value) } });
  return parts.length === 0 ? undefined : decode(concatBytes(parts));
}

/** A message whose only field is an enumeration. */
function encodeChoice<T>(values: readonly T[], value: T): Uint8Array {
  const number = values.indexOf(value);
  return number > 0 ? numberField(1, number) : new Uint8Array(0);
}

function decodeChoice(bytes: Uint8Array, message: string): number {
  let found = 0;
  readFields(bytes, message, { numbers: { 1: (value) => found = Number(value) } });
  return found;
}

/** A message whose only field is a map: entries of key and value. */
function encodeMap(entries: Iterable<readonly [key: string, value: Uint8Array]>): Uint8Array {
  return concatBytes(
    Array.from(
      entries,
      ([key, value]) => bytesField(1, concatBytes([bytesField(1, key), bytesField(2, value)])),
    ),
  );
}

function decodeMap<T>(
  bytes: Uint8Array,
  message: string,
  decode: (bytes: Uint8Array) => T,
): Map<string, T> {
  const map = new Map<string, T>();
  readFields(bytes, message, {
    bytes: {
      1: (entry) => {
        let key = "";
        let value: Uint8Array = new Uint8Array(0);
        readFields(entry, message, {
          text: { 1: (text) => key = text },
          bytes: { 2: (found) => value = found },
        });
        map.set(key, decode(value));
      },
    },
  });
  return map;
}

/** Encodes the body of CancelFlightInfo. */
export function encodeCancelFlightInfoRequest(info: FlightInfo): Uint8Array {
  return bytesField(1, encodeFlightInfo(info));
}

/** Decodes the body of CancelFlightInfo. @throws {FlightError} INVALID_ARGUMENT */
export function decodeCancelFlightInfoRequest(bytes: Uint8Array): FlightInfo | undefined {
  return decodeOnly(bytes, "CancelFlightInfoRequest", decodeFlightInfo);
}

/** Encodes the result of CancelFlightInfo. */
export function encodeCancelFlightInfoResult(status: CancelStatus): Uint8Array {
  return encodeChoice(CANCEL_STATUSES, status);
}

/** Decodes the result of CancelFlightInfo. @throws {FlightError} INVALID_ARGUMENT */
export function decodeCancelFlightInfoResult(bytes: Uint8Array): CancelStatus {
  return CANCEL_STATUSES[decodeChoice(bytes, "CancelFlightInfoResult")] ?? "unspecified";
}

/** Encodes the body of RenewFlightEndpoint. */
export function encodeRenewFlightEndpointRequest(endpoint: FlightEndpoint): Uint8Array {
  return bytesField(1, encodeFlightEndpoint(endpoint));
}

/** Decodes the body of RenewFlightEndpoint. @throws {FlightError} INVALID_ARGUMENT */
export function decodeRenewFlightEndpointRequest(bytes: Uint8Array): FlightEndpoint | undefined {
  return decodeOnly(bytes, "RenewFlightEndpointRequest", decodeFlightEndpoint);
}

/** SessionOptionValue: one of five fields, or none. */
function encodeValue(value: SessionOptionValue): Uint8Array {
  switch (typeof value) {
    case "string":
      return bytesField(1, value);
    case "boolean":
      return numberField(2, value);
    case "bigint":
      return fixed64Field(3, (view) => view.setBigInt64(0, value, true));
    case "number":
      return fixed64Field(4, (view) => view.setFloat64(0, value, true));
  }
  if (value === null) return new Uint8Array(0);
  return bytesField(5, concatBytes(value.map((each) => bytesField(1, each))));
}

/** The last one counts where there are several. */
function decodeValue(bytes: Uint8Array): SessionOptionValue {
  let found: SessionOptionValue = null;
  readFields(bytes, "SessionOptionValue", {
    text: { 1: (value) => found = value },
    numbers: { 2: (value) => found = value !== 0n },
    fixed64: {
      3: (view) => found = view.getBigInt64(0, true),
      4: (view) => found = view.getFloat64(0, true),
    },
    bytes: {
      5: (list) => {
        const values: string[] = [];
        readFields(list, "StringListValue", { text: { 1: (value) => values.push(value) } });
        found = values;
      },
    },
  });
  return found;
}

function encodeOptions(options: ReadonlyMap<string, SessionOptionValue>): Uint8Array {
  return encodeMap(Array.from(options, ([name, value]) => [name, encodeValue(value)] as const));
}

/** Encodes the body of SetSessionOptions. */
export function encodeSetSessionOptionsRequest(
  options: ReadonlyMap<string, SessionOptionValue>,
): Uint8Array {
  return encodeOptions(options);
}

/** Decodes the body of SetSessionOptions. @throws {FlightError} INVALID_ARGUMENT */
export function decodeSetSessionOptionsRequest(
  bytes: Uint8Array,
): Map<string, SessionOptionValue> {
  return decodeMap(bytes, "SetSessionOptionsRequest", decodeValue);
}

/** Encodes the result of SetSessionOptions: the options that were not set. */
export function encodeSetSessionOptionsResult(
  errors: ReadonlyMap<string, SessionOptionError>,
): Uint8Array {
  const entries = Array.from(
    errors,
    ([name, error]) => [name, encodeChoice(OPTION_ERRORS, error)] as const,
  );
  return encodeMap(entries);
}

/** Decodes the result of SetSessionOptions. @throws {FlightError} INVALID_ARGUMENT */
export function decodeSetSessionOptionsResult(bytes: Uint8Array): Map<string, SessionOptionError> {
  const message = "SetSessionOptionsResult";
  return decodeMap(
    bytes,
    message,
    (error) => OPTION_ERRORS[decodeChoice(error, message)] ?? "error",
  );
}

/** Encodes the result of GetSessionOptions. */
export function encodeGetSessionOptionsResult(
  options: ReadonlyMap<string, SessionOptionValue>,
): Uint8Array {
  return encodeOptions(options);
}

/** Decodes the result of GetSessionOptions. @throws {FlightError} INVALID_ARGUMENT */
export function decodeGetSessionOptionsResult(bytes: Uint8Array): Map<string, SessionOptionValue> {
  return decodeMap(bytes, "GetSessionOptionsResult", decodeValue);
}

/** Encodes the result of CloseSession. */
export function encodeCloseSessionResult(status: CloseSessionStatus): Uint8Array {
  return encodeChoice(CLOSE_STATUSES, status);
}

/** Decodes the result of CloseSession. @throws {FlightError} INVALID_ARGUMENT */
export function decodeCloseSessionResult(bytes: Uint8Array): CloseSessionStatus {
  return CLOSE_STATUSES[decodeChoice(bytes, "CloseSessionResult")] ?? "unspecified";
}
