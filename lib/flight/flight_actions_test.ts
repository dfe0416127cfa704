import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import * as actions from "./flight_actions.ts";
import * as codec from "./message_codec.ts";
import { commandDescriptor, type FlightInfo, pathDescriptor } from "./messages.ts";
import { GrpcStatus } from "./status.ts";

const INFO: FlightInfo = {
  schema: Uint8Array.of(1),
  descriptor: commandDescriptor("x"),
  endpoints: [{
    ticket: Uint8Array.of(2),
    locations: ["grpc://a:1"],
    appMetadata: Uint8Array.of(3),
    expirationMicros: -1_500_001,
  }],
  totalRecords: 2 ** 40,
  totalBytes: -1,
  ordered: true,
  appMetadata: Uint8Array.of(4),
};

Deno.test("Flight infos, polls and descriptors come back as they were written", () => {
  deepEqual(codec.decodeFlightInfo(codec.encodeFlightInfo(INFO)), INFO);
  const poll = {
    info: INFO,
    descriptor: pathDescriptor("a", "b"),
    progress: 0,
    expirationMicros: 7,
  };
  deepEqual(codec.decodePollInfo(codec.encodePollInfo(poll)), poll);
  deepEqual(codec.decodePollInfo(codec.encodePollInfo({})), {});
  const auth = { username: "u", password: "p" };
  deepEqual(codec.decodeBasicAuth(codec.encodeBasicAuth(auth)), auth);
});

Deno.test("decodeFlightDescriptor() takes a descriptor without a type by what it carries", () => {
  deepEqual(codec.decodeFlightDescriptor(Uint8Array.of(0x12, 1, 65)), commandDescriptor("A"));
  deepEqual(codec.decodeFlightDescriptor(Uint8Array.of(0x1a, 1, 65)), pathDescriptor("A"));
  throws(() => codec.decodeFlightDescriptor(new Uint8Array(0)), {
    code: GrpcStatus.INVALID_ARGUMENT,
  });
});

Deno.test("Bodies of Flight's own actions come back as they were written", () => {
  deepEqual(
    actions.decodeCancelFlightInfoRequest(actions.encodeCancelFlightInfoRequest(INFO)),
    INFO,
  );
  const [endpoint] = INFO.endpoints;
  const renewal = actions.encodeRenewFlightEndpointRequest(endpoint!);
  deepEqual(actions.decodeRenewFlightEndpointRequest(renewal), endpoint);
  deepEqual(codec.decodeFlightEndpoint(codec.encodeFlightEndpoint(endpoint!)), endpoint);
  const cancelled = actions.encodeCancelFlightInfoResult("not_cancellable");
  equal(actions.decodeCancelFlightInfoResult(cancelled), "not_cancellable");
  equal(actions.decodeCloseSessionResult(actions.encodeCloseSessionResult("closing")), "closing");
});

Deno.test("Session options of every kind come back as they were written", () => {
  const options = new Map<string, actions.SessionOptionValue>([
    ["text", "a"],
    ["flag", true],
    ["whole", -5n],
    ["real", 1.5],
    ["list", ["a", "b"]],
    ["unset", null],
  ]);
  const request = actions.encodeSetSessionOptionsRequest(options);
  deepEqual(actions.decodeSetSessionOptionsRequest(request), options);
  const result = actions.encodeGetSessionOptionsResult(options);
  deepEqual(actions.decodeGetSessionOptionsResult(result), options);
  const errors = new Map([["text", "invalid_value" as const]]);
  const refused = actions.encodeSetSessionOptionsResult(errors);
  deepEqual(actions.decodeSetSessionOptionsResult(refused), errors);
});
