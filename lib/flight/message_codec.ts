/**
 * The bytes of the messages in messages.ts. The generated types stay inside this room.
 *
 * A decoder throws {@linkcode FlightError} INVALID_ARGUMENT for bytes that are not the message;
 * `Uint8Array` fields of a decoded message are views of the bytes it was given.
 * @module
 */

import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { FlightError } from "../base/errors.ts";
import { GrpcStatus } from "./status.ts";
import {
  ActionSchema,
  ActionTypeSchema,
  BasicAuthSchema,
  CriteriaSchema,
  FlightDescriptor_DescriptorType as DescriptorType,
  FlightDescriptorSchema,
  type FlightEndpointSchema,
  FlightInfoSchema,
  HandshakeRequestSchema,
  PollInfoSchema,
  PutResultSchema,
  ResultSchema,
  SchemaResultSchema,
  TicketSchema,
  type WireFlightDescriptor,
  type WireFlightEndpoint,
  type WireFlightInfo,
} from "./wire_messages.ts";
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

/** Decodes `bytes` by `schema`. @throws {FlightError} INVALID_ARGUMENT */
export function decodeMessage<D extends DescMessage>(
  schema: D,
  bytes: Uint8Array,
): MessageShape<D> {
  try {
    return fromBinary(schema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new FlightError(`Malformed ${schema.name} message: ${(cause as Error).message}`, {
      code: GrpcStatus.INVALID_ARGUMENT,
      cause,
    });
  }
}

/** Encodes the message of `schema` that `init` describes. */
export function encodeMessage<D extends DescMessage>(
  schema: D,
  init: MessageInitShape<D>,
): Uint8Array {
  return toBinary(schema, create(schema, init));
}

/**
 * The application form of a generated descriptor; undefined for one that says nothing. A
 * descriptor without a type is taken by what it carries: some clients leave the type out.
 */
export function fromWireDescriptor(
  wire: WireFlightDescriptor | undefined,
): FlightDescriptor | undefined {
  if (wire === undefined) return undefined;
  if (wire.type === DescriptorType.PATH) return { type: "path", path: wire.path };
  if (wire.type === DescriptorType.CMD) return { type: "command", command: wire.cmd };
  if (wire.cmd.length > 0) return { type: "command", command: wire.cmd };
  return wire.path.length > 0 ? { type: "path", path: wire.path } : undefined;
}

/** The generated form of a descriptor. */
export function toWireDescriptor(
  descriptor: FlightDescriptor,
): MessageInitShape<typeof FlightDescriptorSchema> {
  return descriptor.type === "path"
    ? { type: DescriptorType.PATH, path: [...descriptor.path] }
    : { type: DescriptorType.CMD, cmd: descriptor.command };
}

/** Decodes a descriptor. @throws {FlightError} INVALID_ARGUMENT, also where it says nothing */
export function decodeFlightDescriptor(bytes: Uint8Array): FlightDescriptor {
  const descriptor = fromWireDescriptor(decodeMessage(FlightDescriptorSchema, bytes));
  if (descriptor === undefined) {
    throw new FlightError("The descriptor is empty: want a path or a command", {
      code: GrpcStatus.INVALID_ARGUMENT,
    });
  }
  return descriptor;
}

/** Encodes a descriptor. */
export function encodeFlightDescriptor(descriptor: FlightDescriptor): Uint8Array {
  return encodeMessage(FlightDescriptorSchema, toWireDescriptor(descriptor));
}

function toWireTime(micros: number): { seconds: bigint; nanos: number } {
  const seconds = Math.floor(micros / 1e6);
  return { seconds: BigInt(seconds), nanos: Math.round((micros - seconds * 1e6) * 1000) };
}

function fromWireTime(time: { seconds: bigint; nanos: number }): number {
  return Number(time.seconds) * 1e6 + Math.trunc(time.nanos / 1000);
}

/** The generated form of an endpoint. */
export function toWireEndpoint(
  endpoint: FlightEndpoint,
): MessageInitShape<typeof FlightEndpointSchema> {
  return {
    ticket: { ticket: endpoint.ticket },
    location: endpoint.locations.map((uri) => ({ uri })),
    appMetadata: endpoint.appMetadata,
    ...(endpoint.expirationMicros === undefined
      ? {}
      : { expirationTime: toWireTime(endpoint.expirationMicros) }),
  };
}

/** The application form of a generated endpoint. */
export function fromWireEndpoint(wire: WireFlightEndpoint): FlightEndpoint {
  return {
    ticket: wire.ticket?.ticket ?? new Uint8Array(0),
    locations: wire.location.map((location) => location.uri),
    appMetadata: wire.appMetadata,
    ...(wire.expirationTime && { expirationMicros: fromWireTime(wire.expirationTime) }),
  };
}

/** The generated form of a flight info. */
export function toWireInfo(info: FlightInfo): MessageInitShape<typeof FlightInfoSchema> {
  return {
    schema: info.schema,
    endpoint: info.endpoints.map(toWireEndpoint),
    totalRecords: BigInt(info.totalRecords),
    totalBytes: BigInt(info.totalBytes),
    ordered: info.ordered,
    appMetadata: info.appMetadata,
    ...(info.descriptor && { flightDescriptor: toWireDescriptor(info.descriptor) }),
  };
}

/** The application form of a generated flight info. */
export function fromWireInfo(wire: WireFlightInfo): FlightInfo {
  const descriptor = fromWireDescriptor(wire.flightDescriptor);
  return {
    schema: wire.schema,
    endpoints: wire.endpoint.map(fromWireEndpoint),
    totalRecords: Number(wire.totalRecords),
    totalBytes: Number(wire.totalBytes),
    ordered: wire.ordered,
    appMetadata: wire.appMetadata,
    ...(descriptor && { descriptor }),
  };
}

/** Encodes a flight info. */
export function encodeFlightInfo(info: FlightInfo): Uint8Array {
  return encodeMessage(FlightInfoSchema, toWireInfo(info));
}

/** Decodes a flight info. @throws {FlightError} INVALID_ARGUMENT */
export function decodeFlightInfo(bytes: Uint8Array): FlightInfo {
  return fromWireInfo(decodeMessage(FlightInfoSchema, bytes));
}

/** Encodes a poll info. */
export function encodePollInfo(poll: PollInfo): Uint8Array {
  return encodeMessage(PollInfoSchema, {
    ...(poll.info && { info: toWireInfo(poll.info) }),
    ...(poll.descriptor && { flightDescriptor: toWireDescriptor(poll.descriptor) }),
    ...(poll.progress === undefined ? {} : { progress: poll.progress }),
    ...(poll.expirationMicros === undefined
      ? {}
      : { expirationTime: toWireTime(poll.expirationMicros) }),
  });
}

/** Decodes a poll info. @throws {FlightError} INVALID_ARGUMENT */
export function decodePollInfo(bytes: Uint8Array): PollInfo {
  const wire = decodeMessage(PollInfoSchema, bytes);
  const descriptor = fromWireDescriptor(wire.flightDescriptor);
  return {
    ...(wire.info && { info: fromWireInfo(wire.info) }),
    ...(descriptor && { descriptor }),
    ...(wire.progress === undefined ? {} : { progress: wire.progress }),
    ...(wire.expirationTime && { expirationMicros: fromWireTime(wire.expirationTime) }),
  };
}

/** Encodes an action. */
export function encodeAction(action: Action): Uint8Array {
  return encodeMessage(ActionSchema, { type: action.type, body: action.body });
}

/** Decodes an action. @throws {FlightError} INVALID_ARGUMENT */
export function decodeAction(bytes: Uint8Array): Action {
  const { type, body } = decodeMessage(ActionSchema, bytes);
  return { type, body };
}

/** Encodes an action type. */
export function encodeActionType(action: ActionType): Uint8Array {
  return encodeMessage(ActionTypeSchema, {
    type: action.type,
    description: action.description,
  });
}

/** Decodes an action type. @throws {FlightError} INVALID_ARGUMENT */
export function decodeActionType(bytes: Uint8Array): ActionType {
  const { type, description } = decodeMessage(ActionTypeSchema, bytes);
  return { type, description };
}

/** Encodes a handshake message; request and response have one form. */
export function encodeHandshake(message: HandshakeMessage): Uint8Array {
  return encodeMessage(HandshakeRequestSchema, {
    protocolVersion: BigInt(message.protocolVersion),
    payload: message.payload,
  });
}

/** Decodes a handshake message. @throws {FlightError} INVALID_ARGUMENT */
export function decodeHandshake(bytes: Uint8Array): HandshakeMessage {
  const wire = decodeMessage(HandshakeRequestSchema, bytes);
  return { protocolVersion: Number(wire.protocolVersion), payload: wire.payload };
}

/** Encodes user name and password. */
export function encodeBasicAuth(auth: BasicAuth): Uint8Array {
  return encodeMessage(BasicAuthSchema, { username: auth.username, password: auth.password });
}

/** Decodes user name and password. @throws {FlightError} INVALID_ARGUMENT */
export function decodeBasicAuth(bytes: Uint8Array): BasicAuth {
  const { username, password } = decodeMessage(BasicAuthSchema, bytes);
  return { username, password };
}

/** Encodes a ticket. */
export function encodeTicket(ticket: Uint8Array): Uint8Array {
  return encodeMessage(TicketSchema, { ticket });
}

/** Decodes a ticket. @throws {FlightError} INVALID_ARGUMENT */
export function decodeTicket(bytes: Uint8Array): Uint8Array {
  return decodeMessage(TicketSchema, bytes).ticket;
}

/** Encodes the criteria of a listing. */
export function encodeCriteria(expression: Uint8Array): Uint8Array {
  return encodeMessage(CriteriaSchema, { expression });
}

/** Decodes the criteria of a listing. @throws {FlightError} INVALID_ARGUMENT */
export function decodeCriteria(bytes: Uint8Array): Uint8Array {
  return decodeMessage(CriteriaSchema, bytes).expression;
}

/** Encodes the body of an action's result. */
export function encodeResult(body: Uint8Array): Uint8Array {
  return encodeMessage(ResultSchema, { body });
}

/** Decodes the body of an action's result. @throws {FlightError} INVALID_ARGUMENT */
export function decodeResult(bytes: Uint8Array): Uint8Array {
  return decodeMessage(ResultSchema, bytes).body;
}

/** Encodes the application metadata of an acknowledgement. */
export function encodePutResult(appMetadata: Uint8Array): Uint8Array {
  return encodeMessage(PutResultSchema, { appMetadata });
}

/** Decodes the application metadata of an acknowledgement. @throws {FlightError} INVALID_ARGUMENT */
export function decodePutResult(bytes: Uint8Array): Uint8Array {
  return decodeMessage(PutResultSchema, bytes).appMetadata;
}

/** Encodes a schema answer. */
export function encodeSchemaResult(schema: Uint8Array): Uint8Array {
  return encodeMessage(SchemaResultSchema, { schema });
}

/** Decodes a schema answer. @throws {FlightError} INVALID_ARGUMENT */
export function decodeSchemaResult(bytes: Uint8Array): Uint8Array {
  return decodeMessage(SchemaResultSchema, bytes).schema;
}
