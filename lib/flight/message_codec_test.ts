import { deepStrictEqual as deepEqual, throws } from "node:assert/strict";
import { create, type DescMessage, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import * as actions from "./flight_actions.ts";
import * as wire from "./gen/flight_pb.ts";
import * as codec from "./message_codec.ts";
import { GrpcStatus } from "./status.ts";

/** What a codec by hand writes and reads, beside the generated form of the same. */
interface Pair<T> {
  readonly values: fc.Arbitrary<T>;
  readonly schema: DescMessage;
  readonly generated: (value: T) => Record<string, unknown>;
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
}

const pair = <T>(each: Pair<T>): Pair<unknown> => each as unknown as Pair<unknown>;
const text = fc.string({ unit: "grapheme", maxLength: 40 });
const bytes = fc.uint8Array({ maxLength: 200 });
const micros = fc.integer({ min: -1e15, max: 1e15 });

const descriptor = fc.oneof(
  fc.record({ type: fc.constant("path" as const), path: fc.array(text) }, {
    noNullPrototype: true,
  }),
  fc.record({ type: fc.constant("command" as const), command: bytes }, { noNullPrototype: true }),
);
const endpoint = fc.record(
  { ticket: bytes, locations: fc.array(text), appMetadata: bytes, expirationMicros: micros },
  { noNullPrototype: true, requiredKeys: ["ticket", "locations", "appMetadata"] },
);
const info = fc.record({
  schema: bytes,
  descriptor,
  endpoints: fc.array(endpoint, { maxLength: 4 }),
  totalRecords: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }),
  totalBytes: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }),
  ordered: fc.boolean(),
  appMetadata: bytes,
}, {
  noNullPrototype: true,
  requiredKeys: ["schema", "endpoints", "totalRecords", "totalBytes", "ordered", "appMetadata"],
});
const poll = fc.record(
  { info, descriptor, progress: fc.double({ noNaN: true }), expirationMicros: micros },
  { noNullPrototype: true, requiredKeys: [] },
);
const option = fc.oneof(
  text,
  fc.boolean(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }),
  fc.array(text),
  fc.constant(null),
);
const options = fc.array(fc.tuple(text, option), { maxLength: 1 }).map((pairs) => new Map(pairs));

type Value<A> = A extends fc.Arbitrary<infer T> ? T : never;

function wireDescriptor(value: Value<typeof descriptor>): Record<string, unknown> {
  return value.type === "path" ? { type: 1, path: value.path } : { type: 2, cmd: value.command };
}

function wireTime(value: number): Record<string, unknown> {
  const seconds = Math.floor(value / 1e6);
  return { seconds: BigInt(seconds), nanos: (value - seconds * 1e6) * 1000 };
}

function wireEndpoint(value: Value<typeof endpoint>): Record<string, unknown> {
  return {
    ticket: { ticket: value.ticket },
    location: value.locations.map((uri) => ({ uri })),
    appMetadata: value.appMetadata,
    ...(value.expirationMicros === undefined
      ? {}
      : { expirationTime: wireTime(value.expirationMicros) }),
  };
}

function wireInfo(value: Value<typeof info>): Record<string, unknown> {
  const { descriptor, endpoints, totalRecords, totalBytes, ...rest } = value;
  return {
    ...rest,
    ...(descriptor && { flightDescriptor: wireDescriptor(descriptor) }),
    endpoint: endpoints.map(wireEndpoint),
    totalRecords: BigInt(totalRecords),
    totalBytes: BigInt(totalBytes),
  };
}

function wireOption(value: Value<typeof option>): Record<string, unknown> {
  if (value === null) return {};
  if (typeof value === "object") return { case: "stringListValue", value: { values: value } };
  const kinds: Record<string, string> = {
    string: "stringValue",
    boolean: "boolValue",
    bigint: "int64Value",
    number: "doubleValue",
  };
  return { case: kinds[typeof value], value };
}

const oneField = (
  schema: DescMessage,
  name: string,
  encode: (value: Uint8Array) => Uint8Array,
  decode: (bytes: Uint8Array) => Uint8Array,
): Pair<unknown> =>
  pair({ values: bytes, schema, generated: (value) => ({ [name]: value }), encode, decode });

const PAIRS: Readonly<Record<string, Pair<unknown>>> = {
  FlightDescriptor: pair({
    values: descriptor,
    schema: wire.FlightDescriptorSchema,
    generated: wireDescriptor,
    encode: codec.encodeFlightDescriptor,
    decode: codec.decodeFlightDescriptor,
  }),
  FlightEndpoint: pair({
    values: endpoint,
    schema: wire.FlightEndpointSchema,
    generated: wireEndpoint,
    encode: codec.encodeFlightEndpoint,
    decode: codec.decodeFlightEndpoint,
  }),
  FlightInfo: pair({
    values: info,
    schema: wire.FlightInfoSchema,
    generated: wireInfo,
    encode: codec.encodeFlightInfo,
    decode: codec.decodeFlightInfo,
  }),
  PollInfo: pair({
    values: poll,
    schema: wire.PollInfoSchema,
    generated: ({ info, descriptor, expirationMicros, ...rest }) => ({
      ...rest,
      ...(info && { info: wireInfo(info) }),
      ...(descriptor && { flightDescriptor: wireDescriptor(descriptor) }),
      ...(expirationMicros === undefined ? {} : { expirationTime: wireTime(expirationMicros) }),
    }),
    encode: codec.encodePollInfo,
    decode: codec.decodePollInfo,
  }),
  Action: pair({
    values: fc.record({ type: text, body: bytes }, { noNullPrototype: true }),
    schema: wire.ActionSchema,
    generated: (value) => value,
    encode: codec.encodeAction,
    decode: codec.decodeAction,
  }),
  ActionType: pair({
    values: fc.record({ type: text, description: text }, { noNullPrototype: true }),
    schema: wire.ActionTypeSchema,
    generated: (value) => value,
    encode: codec.encodeActionType,
    decode: codec.decodeActionType,
  }),
  Handshake: pair({
    values: fc.record({ protocolVersion: fc.maxSafeNat(), payload: bytes }, {
      noNullPrototype: true,
    }),
    schema: wire.HandshakeRequestSchema,
    generated: (value) => ({ ...value, protocolVersion: BigInt(value.protocolVersion) }),
    encode: codec.encodeHandshake,
    decode: codec.decodeHandshake,
  }),
  BasicAuth: pair({
    values: fc.record({ username: text, password: text }, { noNullPrototype: true }),
    schema: wire.BasicAuthSchema,
    generated: (value) => value,
    encode: codec.encodeBasicAuth,
    decode: codec.decodeBasicAuth,
  }),
  Ticket: oneField(wire.TicketSchema, "ticket", codec.encodeTicket, codec.decodeTicket),
  Criteria: oneField(
    wire.CriteriaSchema,
    "expression",
    codec.encodeCriteria,
    codec.decodeCriteria,
  ),
  Result: oneField(wire.ResultSchema, "body", codec.encodeResult, codec.decodeResult),
  PutResult: oneField(
    wire.PutResultSchema,
    "appMetadata",
    codec.encodePutResult,
    codec.decodePutResult,
  ),
  SchemaResult: oneField(
    wire.SchemaResultSchema,
    "schema",
    codec.encodeSchemaResult,
    codec.decodeSchemaResult,
  ),
  CancelFlightInfoRequest: pair({
    values: info,
    schema: wire.CancelFlightInfoRequestSchema,
    generated: (value) => ({ info: wireInfo(value) }),
    encode: actions.encodeCancelFlightInfoRequest,
    decode: actions.decodeCancelFlightInfoRequest,
  }),
  RenewFlightEndpointRequest: pair({
    values: endpoint,
    schema: wire.RenewFlightEndpointRequestSchema,
    generated: (value) => ({ endpoint: wireEndpoint(value) }),
    encode: actions.encodeRenewFlightEndpointRequest,
    decode: actions.decodeRenewFlightEndpointRequest,
  }),
  SetSessionOptionsRequest: pair({
    values: options,
    schema: wire.SetSessionOptionsRequestSchema,
    generated: (value) => ({
      sessionOptions: Object.fromEntries(
        Array.from(value, ([name, each]) => [name, { optionValue: wireOption(each) }]),
      ),
    }),
    encode: actions.encodeSetSessionOptionsRequest,
    decode: actions.decodeSetSessionOptionsRequest,
  }),
};

for (const [name, { values, schema, generated, encode, decode }] of Object.entries(PAIRS)) {
  Deno.test(`${name} by hand has the bytes of the generated codec, and comes back from them`, () => {
    fc.assert(fc.property(values, (value) => {
      const expected = toBinary(schema, create(schema, generated(value)));
      deepEqual(encode(value), new Uint8Array(expected));
      deepEqual(decode(expected), value);
    }));
  });
}

Deno.test("Decoders throw INVALID_ARGUMENT or decode, whatever comes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (garbage) => {
    for (const { decode } of Object.values(PAIRS)) {
      try {
        decode(garbage);
      } catch (error) {
        deepEqual((error as { code?: number }).code, GrpcStatus.INVALID_ARGUMENT, String(error));
      }
    }
  }));
  throws(() => codec.decodeAction(Uint8Array.of(0x0a, 1, 0xff)), /field 1 is not UTF-8 text/);
});
