/**
 * The bytes of the messages in messages.ts (Flight.proto), by hand: see wire_fields.ts. What stands at its
 * default is not written, as protobuf has it.
 *
 * A decoder throws {@linkcode FlightError} INVALID_ARGUMENT for bytes that are not the message;
 * `Uint8Array` fields of a decoded message are views of the bytes it was given.
 * @module
 */

import { concatBytes } from "../base/concat_bytes.ts";
import { FlightError } from "../base/errors.ts";
import type {
  Action,
  ActionType,
  BasicAuth,
  FlightDescriptor,
  FlightEndpoint,
  FlightInfo,
  HandshakeMessage,
  PollInfo,
} from "./messages.ts";
import { GrpcStatus } from "./status.ts";
import { bytesField, fixed64Field, numberField, readFields } from "./wire_fields.ts";

const EMPTY: Uint8Array = new Uint8Array(0);
const PATH = 1n;
const COMMAND = 2n;

/** A message whose fields are all bytes or text; empty ones are not written. */
function encodeParts(
  ...parts: readonly (readonly [field: number, Uint8Array | string])[]
): Uint8Array {
  return concatBytes(
    parts.filter(([, value]) => value.length > 0).map(([field, value]) => bytesField(field, value)),
  );
}

/** A message with one field of bytes. */
function onlyBytes(bytes: Uint8Array, message: string, field = 1): Uint8Array {
  let found = EMPTY;
  readFields(bytes, message, { bytes: { [field]: (value) => found = value } });
  return found;
}

/** A message that occurs twice is merged, which its bytes in a row amount to. */
function merged(before: Uint8Array | undefined, bytes: Uint8Array): Uint8Array {
  return before === undefined ? bytes : concatBytes([before, bytes]);
}

/**
 * Decodes a descriptor; undefined for one that says nothing. A descriptor without a type is taken by what it
 * carries: some clients leave the type out.
 *
 * @throws {FlightError} INVALID_ARGUMENT
 */
export function decodeAnyDescriptor(bytes: Uint8Array): FlightDescriptor | undefined {
  let type = 0n;
  let command = EMPTY;
  const path: string[] = [];
  readFields(bytes, "FlightDescriptor", {
    numbers: { 1: (value) => type = value },
    bytes: { 2: (value) => command = value },
    text: { 3: (value) => path.push(value) },
  });
  if (type === PATH) return { type: "path", path };
  if (type === COMMAND || command.length > 0) return { type: "command", command };
  return path.length > 0 ? { type: "path", path } : undefined;
}

/** Decodes a descriptor. @throws {FlightError} INVALID_ARGUMENT, also where it says nothing */
export function decodeFlightDescriptor(bytes: Uint8Array): FlightDescriptor {
  const descriptor = decodeAnyDescriptor(bytes);
  if (descriptor === undefined) {
    throw new FlightError("The descriptor is empty: want a path or a command", {
      code: GrpcStatus.INVALID_ARGUMENT,
    });
  }
  return descriptor;
}

/** Encodes a descriptor. */
export function encodeFlightDescriptor(descriptor: FlightDescriptor): Uint8Array {
  return descriptor.type === "path"
    ? concatBytes([numberField(1, PATH), ...descriptor.path.map((part) => bytesField(3, part))])
    : concatBytes([numberField(1, COMMAND), encodeParts([2, descriptor.command])]);
}

/** google.protobuf.Timestamp: seconds, and nanoseconds that are never negative. */
function encodeTime(micros: number): Uint8Array {
  const seconds = Math.floor(micros / 1e6);
  const nanos = Math.round((micros - seconds * 1e6) * 1000);
  const fields: Uint8Array[] = [];
  if (seconds !== 0) fields.push(numberField(1, seconds));
  if (nanos !== 0) fields.push(numberField(2, nanos));
  return concatBytes(fields);
}

function decodeTime(bytes: Uint8Array): number {
  let seconds = 0n;
  let nanos = 0n;
  readFields(bytes, "Timestamp", {
    numbers: { 1: (value) => seconds = value, 2: (value) => nanos = value },
  });
  return Number(seconds) * 1e6 + Math.trunc(Number(nanos) / 1000);
}

/** Encodes an endpoint. */
export function encodeFlightEndpoint(endpoint: FlightEndpoint): Uint8Array {
  const { ticket, locations, expirationMicros, appMetadata } = endpoint;
  return concatBytes([
    bytesField(1, encodeTicket(ticket)),
    ...locations.map((uri) => bytesField(2, encodeParts([1, uri]))),
    ...(expirationMicros === undefined ? [] : [bytesField(3, encodeTime(expirationMicros))]),
    encodeParts([4, appMetadata]),
  ]);
}

/** Decodes an endpoint. @throws {FlightError} INVALID_ARGUMENT */
export function decodeFlightEndpoint(bytes: Uint8Array): FlightEndpoint {
  let ticket: Uint8Array | undefined;
  let time: Uint8Array | undefined;
  let appMetadata = EMPTY;
  const locations: string[] = [];
  readFields(bytes, "FlightEndpoint", {
    bytes: {
      1: (value) => ticket = merged(ticket, value),
      2: (value) => locations.push(decodeLocation(value)),
      3: (value) => time = merged(time, value),
      4: (value) => appMetadata = value,
    },
  });
  return {
    ticket: decodeTicket(ticket ?? EMPTY),
    locations,
    appMetadata,
    ...(time === undefined ? {} : { expirationMicros: decodeTime(time) }),
  };
}

function decodeLocation(bytes: Uint8Array): string {
  let uri = "";
  readFields(bytes, "Location", { text: { 1: (value) => uri = value } });
  return uri;
}

/** Encodes a flight info. */
export function encodeFlightInfo(info: FlightInfo): Uint8Array {
  const { schema, descriptor, endpoints, totalRecords, totalBytes, ordered, appMetadata } = info;
  return concatBytes([
    encodeParts([1, schema]),
    ...(descriptor === undefined ? [] : [bytesField(2, encodeFlightDescriptor(descriptor))]),
    ...endpoints.map((endpoint) => bytesField(3, encodeFlightEndpoint(endpoint))),
    ...(totalRecords === 0 ? [] : [numberField(4, totalRecords)]),
    ...(totalBytes === 0 ? [] : [numberField(5, totalBytes)]),
    ...(ordered ? [numberField(6, true)] : []),
    encodeParts([7, appMetadata]),
  ]);
}

/** Decodes a flight info. @throws {FlightError} INVALID_ARGUMENT */
export function decodeFlightInfo(bytes: Uint8Array): FlightInfo {
  let schema = EMPTY;
  let described: Uint8Array | undefined;
  let appMetadata = EMPTY;
  let totalRecords = 0;
  let totalBytes = 0;
  let ordered = false;
  const endpoints: FlightEndpoint[] = [];
  readFields(bytes, "FlightInfo", {
    bytes: {
      1: (value) => schema = value,
      2: (value) => described = merged(described, value),
      3: (value) => endpoints.push(decodeFlightEndpoint(value)),
      7: (value) => appMetadata = value,
    },
    numbers: {
      4: (value) => totalRecords = Number(value),
      5: (value) => totalBytes = Number(value),
      6: (value) => ordered = value !== 0n,
    },
  });
  const descriptor = described && decodeAnyDescriptor(described);
  return {
    schema,
    endpoints,
    totalRecords,
    totalBytes,
    ordered,
    appMetadata,
    ...(descriptor && { descriptor }),
  };
}

/** Encodes a poll info. */
export function encodePollInfo(poll: PollInfo): Uint8Array {
  const { info, descriptor, progress, expirationMicros } = poll;
  return concatBytes([
    ...(info === undefined ? [] : [bytesField(1, encodeFlightInfo(info))]),
    ...(descriptor === undefined ? [] : [bytesField(2, encodeFlightDescriptor(descriptor))]),
    ...(progress === undefined
      ? []
      : [fixed64Field(3, (view) => view.setFloat64(0, progress, true))]),
    ...(expirationMicros === undefined ? [] : [bytesField(4, encodeTime(expirationMicros))]),
  ]);
}

/** Decodes a poll info. @throws {FlightError} INVALID_ARGUMENT */
export function decodePollInfo(bytes: Uint8Array): PollInfo {
  let info: Uint8Array | undefined;
  let described: Uint8Array | undefined;
  let time: Uint8Array | undefined;
  let progress: number | undefined;
  readFields(bytes, "PollInfo", {
    bytes: {
      1: (value) => info = merged(info, value),
      2: (value) => described = merged(described, value),
      4: (value) => time = merged(time, value),
    },
    fixed64: { 3: (view) => progress = view.getFloat64(0, true) },
  });
  const descriptor = described && decodeAnyDescriptor(described);
  return {
    ...(info === undefined ? {} : { info: decodeFlightInfo(info) }),
    ...(descriptor && { descriptor }),
    ...(progress === undefined ? {} : { progress }),
    ...(time === undefined ? {} : { expirationMicros: decodeTime(time) }),
  };
}

/** Encodes an action. */
export function encodeAction({ type, body }: Action): Uint8Array {
  return encodeParts([1, type], [2, body]);
}

/** Decodes an action. @throws {FlightError} INVALID_ARGUMENT */
export function decodeAction(bytes: Uint8Array): Action {
  let type = "";
  let body = EMPTY;
  readFields(bytes, "Action", {
    text: { 1: (value) => type = value },
    bytes: { 2: (value) => body = value },
  });
  return { type, body };
}

/** Encodes an action type. */
export function encodeActionType({ type, description }: ActionType): Uint8Array {
  return encodeParts([1, type], [2, description]);
}

/** Decodes an action type. @throws {FlightError} INVALID_ARGUMENT */
export function decodeActionType(bytes: Uint8Array): ActionType {
  let type = "";
  let description = "";
  readFields(bytes, "ActionType", {
    text: { 1: (value) => type = value, 2: (value) => description = value },
  });
  return { type, description };
}

/** Encodes a handshake message; request and response have one form. */
export function encodeHandshake({ protocolVersion, payload }: HandshakeMessage): Uint8Array {
  return concatBytes([
    ...(protocolVersion === 0 ? [] : [numberField(1, protocolVersion)]),
    encodeParts([2, payload]),
  ]);
}

/** Decodes a handshake message. @throws {FlightError} INVALID_ARGUMENT */
export function decodeHandshake(bytes: Uint8Array): HandshakeMessage {
  let protocolVersion = 0;
  let payload = EMPTY;
  readFields(bytes, "Handshake", {
    numbers: { 1: (value) => protocolVersion = Number(BigInt.asUintN(64, value)) },
    bytes: { 2: (value) => payload = value },
  });
  return { protocolVersion, payload };
}

/** Encodes user name and password. */
export function encodeBasicAuth({ username, password }: BasicAuth): Uint8Array {
  return encodeParts([2, username], [3, password]);
}

/** Decodes user name and password. @throws {FlightError} INVALID_ARGUMENT */
export function decodeBasicAuth(bytes: Uint8Array): BasicAuth {
  let username = "";
  let password = "";
  readFields(bytes, "BasicAuth", {
    text: { 2: (value) => username = value, 3: (value) => password = value },
  });
  return { username, password };
}

/** Encodes a ticket. */
export function encodeTicket(ticket: Uint8Array): Uint8Array {
  return encodeParts([1, ticket]);
}

/** Decodes a ticket. @throws {FlightError} INVALID_ARGUMENT */
export function decodeTicket(bytes: Uint8Array): Uint8Array {
  return onlyBytes(bytes, "Ticket");
}

/** Encodes the criteria of a listing. */
export function encodeCriteria(expression: Uint8Array): Uint8Array {
  return encodeParts([1, expression]);
}

/** Decodes the criteria of a listing. @throws {FlightError} INVALID_ARGUMENT */
export function decodeCriteria(bytes: Uint8Array): Uint8Array {
  return onlyBytes(bytes, "Criteria");
}

/** Encodes the body of an action's result. */
export function encodeResult(body: Uint8Array): Uint8Array {
  return encodeParts([1, body]);
}

/** Decodes the body of an action's result. @throws {FlightError} INVALID_ARGUMENT */
export function decodeResult(bytes: Uint8Array): Uint8Array {
  return onlyBytes(bytes, "Result");
}

/** Encodes the application metadata of an acknowledgement. */
export function encodePutResult(appMetadata: Uint8Array): Uint8Array {
  return encodeParts([1, appMetadata]);
}

/** Decodes the application metadata of an acknowledgement. @throws {FlightError} INVALID_ARGUMENT */
export function decodePutResult(bytes: Uint8Array): Uint8Array {
  return onlyBytes(bytes, "PutResult");
}

/** Encodes a schema answer. */
export function encodeSchemaResult(schema: Uint8Array): Uint8Array {
  return encodeParts([1, schema]);
}

/** Decodes a schema answer. @throws {FlightError} INVALID_ARGUMENT */
export function decodeSchemaResult(bytes: Uint8Array): Uint8Array {
  return onlyBytes(bytes, "SchemaResult");
}
