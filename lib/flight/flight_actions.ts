/**
 * The bodies of the actions that Flight itself defines: cancel a flight, renew an endpoint, and
 * session options. They travel as they are, not in an Any.
 * @module
 */

import {
  decodeMessage,
  encodeMessage,
  fromWireEndpoint,
  fromWireInfo,
  toWireEndpoint,
  toWireInfo,
} from "./message_codec.ts";
import type { FlightEndpoint, FlightInfo } from "./messages.ts";
import {
  CancelFlightInfoRequestSchema,
  CancelFlightInfoResultSchema,
  type CloseSessionResult_Status as WireCloseStatus,
  CloseSessionResultSchema,
  FlightEndpointSchema,
  GetSessionOptionsResultSchema,
  RenewFlightEndpointRequestSchema,
  SetSessionOptionsRequestSchema,
  type SetSessionOptionsResult_ErrorValue as WireOptionError,
  SetSessionOptionsResultSchema,
  type WireCancelStatus,
  type WireSessionOptionValue,
} from "./wire_messages.ts";

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

/** Encodes the body of CancelFlightInfo. */
export function encodeCancelFlightInfoRequest(info: FlightInfo): Uint8Array {
  return encodeMessage(CancelFlightInfoRequestSchema, { info: toWireInfo(info) });
}

/** Decodes the body of CancelFlightInfo. @throws {FlightError} INVALID_ARGUMENT */
export function decodeCancelFlightInfoRequest(bytes: Uint8Array): FlightInfo | undefined {
  const { info } = decodeMessage(CancelFlightInfoRequestSchema, bytes);
  return info && fromWireInfo(info);
}

/** Encodes the result of CancelFlightInfo. */
export function encodeCancelFlightInfoResult(status: CancelStatus): Uint8Array {
  const wire: WireCancelStatus = CANCEL_STATUSES.indexOf(status);
  return encodeMessage(CancelFlightInfoResultSchema, { status: wire });
}

/** Decodes the result of CancelFlightInfo. @throws {FlightError} INVALID_ARGUMENT */
export function decodeCancelFlightInfoResult(bytes: Uint8Array): CancelStatus {
  const { status } = decodeMessage(CancelFlightInfoResultSchema, bytes);
  return CANCEL_STATUSES[status] ?? "unspecified";
}

/** Encodes the body of RenewFlightEndpoint. */
export function encodeRenewFlightEndpointRequest(endpoint: FlightEndpoint): Uint8Array {
  return encodeMessage(RenewFlightEndpointRequestSchema, { endpoint: toWireEndpoint(endpoint) });
}

/** Decodes the body of RenewFlightEndpoint. @throws {FlightError} INVALID_ARGUMENT */
export function decodeRenewFlightEndpointRequest(bytes: Uint8Array): FlightEndpoint | undefined {
  const { endpoint } = decodeMessage(RenewFlightEndpointRequestSchema, bytes);
  return endpoint && fromWireEndpoint(endpoint);
}

/** Encodes an endpoint, the result of RenewFlightEndpoint. */
export function encodeFlightEndpoint(endpoint: FlightEndpoint): Uint8Array {
  return encodeMessage(FlightEndpointSchema, toWireEndpoint(endpoint));
}

/** Decodes an endpoint, the result of RenewFlightEndpoint. @throws {FlightError} INVALID_ARGUMENT */
export function decodeFlightEndpoint(bytes: Uint8Array): FlightEndpoint {
  return fromWireEndpoint(decodeMessage(FlightEndpointSchema, bytes));
}

type WireValue = WireSessionOptionValue["optionValue"];

function toWireValue(value: SessionOptionValue): WireValue {
  switch (typeof value) {
    case "string":
      return { case: "stringValue", value };
    case "boolean":
      return { case: "boolValue", value };
    case "bigint":
      return { case: "int64Value", value };
    case "number":
      return { case: "doubleValue", value };
  }
  if (value === null) return { case: undefined };
  const values = [...value];
  return {
    case: "stringListValue",
    value: { $typeName: "arrow.flight.protocol.SessionOptionValue.StringListValue", values },
  };
}

function fromWireValue(wire: WireValue): SessionOptionValue {
  if (wire.case === undefined) return null;
  return wire.case === "stringListValue" ? wire.value.values : wire.value;
}

function toWireOptions(
  options: ReadonlyMap<string, SessionOptionValue>,
): Record<string, { optionValue: WireValue }> {
  const entries = [...options].map(([name, value]) =>
    [name, { optionValue: toWireValue(value) }] as const
  );
  return Object.fromEntries(entries);
}

function fromWireOptions(
  options: Record<string, WireSessionOptionValue>,
): Map<string, SessionOptionValue> {
  return new Map(
    Object.entries(options).map(([name, value]) => [name, fromWireValue(value.optionValue)]),
  );
}

/** Encodes the body of SetSessionOptions. */
export function encodeSetSessionOptionsRequest(
  options: ReadonlyMap<string, SessionOptionValue>,
): Uint8Array {
  return encodeMessage(SetSessionOptionsRequestSchema, { sessionOptions: toWireOptions(options) });
}

/** Decodes the body of SetSessionOptions. @throws {FlightError} INVALID_ARGUMENT */
export function decodeSetSessionOptionsRequest(
  bytes: Uint8Array,
): Map<string, SessionOptionValue> {
  return fromWireOptions(decodeMessage(SetSessionOptionsRequestSchema, bytes).sessionOptions);
}

/** Encodes the result of SetSessionOptions: the options that were not set. */
export function encodeSetSessionOptionsResult(
  errors: ReadonlyMap<string, SessionOptionError>,
): Uint8Array {
  const entries = [...errors].map(([name, error]) => {
    const value: WireOptionError = OPTION_ERRORS.indexOf(error);
    return [name, { value }] as const;
  });
  return encodeMessage(SetSessionOptionsResultSchema, { errors: Object.fromEntries(entries) });
}

/** Decodes the result of SetSessionOptions. @throws {FlightError} INVALID_ARGUMENT */
export function decodeSetSessionOptionsResult(bytes: Uint8Array): Map<string, SessionOptionError> {
  const { errors } = decodeMessage(SetSessionOptionsResultSchema, bytes);
  return new Map(
    Object.entries(errors).map(([name, { value }]) => [name, OPTION_ERRORS[value] ?? "error"]),
  );
}

/** Encodes the result of GetSessionOptions. */
export function encodeGetSessionOptionsResult(
  options: ReadonlyMap<string, SessionOptionValue>,
): Uint8Array {
  return encodeMessage(GetSessionOptionsResultSchema, { sessionOptions: toWireOptions(options) });
}

/** Decodes the result of GetSessionOptions. @throws {FlightError} INVALID_ARGUMENT */
export function decodeGetSessionOptionsResult(bytes: Uint8Array): Map<string, SessionOptionValue> {
  return fromWireOptions(decodeMessage(GetSessionOptionsResultSchema, bytes).sessionOptions);
}

/** Encodes the result of CloseSession. */
export function encodeCloseSessionResult(status: CloseSessionStatus): Uint8Array {
  const wire: WireCloseStatus = CLOSE_STATUSES.indexOf(status);
  return encodeMessage(CloseSessionResultSchema, { status: wire });
}

/** Decodes the result of CloseSession. @throws {FlightError} INVALID_ARGUMENT */
export function decodeCloseSessionResult(bytes: Uint8Array): CloseSessionStatus {
  const { status } = decodeMessage(CloseSessionResultSchema, bytes);
  return CLOSE_STATUSES[status] ?? "unspecified";
}
