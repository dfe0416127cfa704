/**
 * The RPCs of the Flight service: how the bytes of each become a call of a {@linkcode FlightService}
 * and its answers become bytes.
 * @module
 */

import { FlightError } from "../base/errors.ts";
import { decodeFlightData, encodeFlightData } from "./flight_data.ts";
import { FRAME_HEADER_BYTES, withHeadroom } from "./grpc_frames.ts";
import {
  decodeAction,
  decodeCriteria,
  decodeFlightDescriptor,
  decodeHandshake,
  decodeTicket,
  encodeActionType,
  encodeFlightInfo,
  encodeHandshake,
  encodePollInfo,
  encodePutResult,
  encodeResult,
  encodeSchemaResult,
} from "./message_codec.ts";
import type { CallContext, FlightPayload, FlightService } from "./service.ts";
import { GrpcStatus } from "./status.ts";

/** One response message in chunks, the first with room for the frame header. */
type ResponseChunks = readonly Uint8Array[];

/** Answers the request messages of one call; undefined where the service lacks the method. */
export type RpcHandler = (
  service: FlightService,
  requests: AsyncIterable<Uint8Array>,
  context: CallContext,
) => AsyncIterable<ResponseChunks> | undefined;

async function onlyRequest(requests: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const first = await requests[Symbol.asyncIterator]().next();
  if (!first.done) return first.value;
  throw new FlightError("The call has no request message: want exactly one", {
    code: GrpcStatus.INVALID_ARGUMENT,
  });
}

async function* mapStream<A, B>(
  items: AsyncIterable<A>,
  convert: (item: A) => B,
): AsyncGenerator<B, void, undefined> {
  for await (const item of items) yield convert(item);
}

async function* unary<A, B>(
  requests: AsyncIterable<Uint8Array>,
  decode: (bytes: Uint8Array) => A,
  answer: (request: A) => B | Promise<B>,
  encode: (response: B) => Uint8Array,
): AsyncGenerator<ResponseChunks, void, undefined> {
  const request = decode(await onlyRequest(requests));
  yield withHeadroom(encode(await answer(request)));
}

async function* serverStream<A, B>(
  requests: AsyncIterable<Uint8Array>,
  decode: (bytes: Uint8Array) => A,
  answer: (request: A) => AsyncIterable<B>,
  encode: (response: B) => ResponseChunks,
): AsyncGenerator<ResponseChunks, void, undefined> {
  const request = decode(await onlyRequest(requests));
  for await (const response of answer(request)) yield encode(response);
}

const encodeData = (payload: FlightPayload): ResponseChunks =>
  encodeFlightData(payload, { headroomBytes: FRAME_HEADER_BYTES });

/** The handlers by RPC name. */
export const RPC_HANDLERS: ReadonlyMap<string, RpcHandler> = new Map<string, RpcHandler>([
  ["Handshake", (service, requests, context) =>
    service.handshake && mapStream(
      service.handshake(mapStream(requests, decodeHandshake), context),
      (message) => withHeadroom(encodeHandshake(message)),
    )],
  ["ListFlights", (service, requests, context) =>
    service.listFlights && serverStream(
      requests,
      decodeCriteria,
      (criteria) => service.listFlights!(criteria, context),
      (info) => withHeadroom(encodeFlightInfo(info)),
    )],
  ["GetFlightInfo", (service, requests, context) =>
    service.getFlightInfo && unary(
      requests,
      decodeFlightDescriptor,
      (descriptor) => service.getFlightInfo!(descriptor, context),
      encodeFlightInfo,
    )],
  ["PollFlightInfo", (service, requests, context) =>
    service.pollFlightInfo && unary(
      requests,
      decodeFlightDescriptor,
      (descriptor) => service.pollFlightInfo!(descriptor, context),
      encodePollInfo,
    )],
  ["GetSchema", (service, requests, context) =>
    service.getSchema && unary(
      requests,
      decodeFlightDescriptor,
      (descriptor) => service.getSchema!(descriptor, context),
      encodeSchemaResult,
    )],
  ["DoGet", (service, requests, context) =>
    service.doGet && serverStream(
      requests,
      decodeTicket,
      (ticket) => service.doGet!(ticket, context),
      encodeData,
    )],
  ["DoPut", (service, requests, context) =>
    service.doPut && mapStream(
      service.doPut(mapStream(requests, decodeFlightData), context),
      (metadata) => withHeadroom(encodePutResult(metadata)),
    )],
  ["DoExchange", (service, requests, context) =>
    service.doExchange && mapStream(
      service.doExchange(mapStream(requests, decodeFlightData), context),
      encodeData,
    )],
  ["DoAction", (service, requests, context) =>
    service.doAction && serverStream(
      requests,
      decodeAction,
      (action) => service.doAction!(action, context),
      (body) => withHeadroom(encodeResult(body)),
    )],
  ["ListActions", (service, requests, context) =>
    service.listActions && serverStream(
      requests,
      () => undefined,
      () => service.listActions!(context),
      (action) => withHeadroom(encodeActionType(action)),
    )],
]);
