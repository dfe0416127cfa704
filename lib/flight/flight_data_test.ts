import { deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { FlightError } from "../base/errors.ts";
import { concatBytes } from "../base/concat_bytes.ts";
import { decodeFlightData, encodeFlightData } from "./flight_data.ts";
import { FlightDataSchema, type FlightDescriptor as WireDescriptor } from "./gen/flight_pb.ts";
import type { FlightDescriptor } from "./messages.ts";
import { GrpcStatus } from "./status.ts";

const NO_BYTES = new Uint8Array(0);

/** The generated form of a descriptor. */
function toWire(
  descriptor: FlightDescriptor | undefined,
): Partial<Pick<WireDescriptor, "type" | "path" | "cmd">> {
  if (descriptor === undefined) return {};
  return descriptor.type === "path"
    ? { type: 1, path: [...descriptor.path] }
    : { type: 2, cmd: descriptor.command };
}

const someBytes = fc.uint8Array({ maxLength: 300 });
const someDescriptor: fc.Arbitrary<FlightDescriptor> = fc.oneof(
  fc.record({
    type: fc.constant("path" as const),
    path: fc.array(fc.string({ unit: "grapheme" })),
  }),
  fc.record({ type: fc.constant("command" as const), command: someBytes }),
);
const somePayload = fc.record({
  descriptor: someDescriptor,
  header: someBytes,
  appMetadata: someBytes,
  body: fc.array(someBytes, { maxLength: 6 }),
}, { requiredKeys: [] });

Deno.test("encodeFlightData() writes what the generated codec reads", () => {
  fc.assert(fc.property(somePayload, fc.boolean(), (payload, padBuffers) => {
    const chunks = encodeFlightData(payload, { padBuffers, headroomBytes: 5 });
    const message = fromBinary(FlightDataSchema, concatBytes(chunks).subarray(5));
    const { type, path, cmd } = message.flightDescriptor ?? { type: 0, path: [], cmd: NO_BYTES };
    deepEqual(
      { type, path, cmd },
      { type: 0, path: [], cmd: NO_BYTES, ...toWire(payload.descriptor) },
    );
    deepEqual(message.dataHeader, payload.header ?? new Uint8Array(0));
    deepEqual(message.appMetadata, payload.appMetadata ?? new Uint8Array(0));
    const parts = (payload.body ?? []).flatMap((buffer) =>
      padBuffers ? [buffer, new Uint8Array(-buffer.length & 7)] : [buffer]
    );
    deepEqual(message.dataBody, concatBytes(parts));
  }));
});

Deno.test("decodeFlightData() reads what the generated codec writes", () => {
  fc.assert(fc.property(somePayload, (payload) => {
    const body = concatBytes(payload.body ?? []);
    const bytes = toBinary(
      FlightDataSchema,
      create(FlightDataSchema, {
        ...(payload.descriptor && { flightDescriptor: toWire(payload.descriptor) }),
        dataHeader: payload.header ?? new Uint8Array(0),
        appMetadata: payload.appMetadata ?? new Uint8Array(0),
        dataBody: body,
      }),
    );
    const message = decodeFlightData(bytes);
    deepEqual(message.descriptor, payload.descriptor);
    deepEqual(message.header, payload.header ?? new Uint8Array(0));
    deepEqual(message.appMetadata, payload.appMetadata ?? new Uint8Array(0));
    deepEqual(message.body, body);
  }));
});

Deno.test("decodeFlightData() either decodes or throws INVALID_ARGUMENT, whatever comes", () => {
  const cutOrChanged = fc.tuple(somePayload, fc.nat(), fc.nat(255), fc.boolean());
  const check = (bytes: Uint8Array): void => {
    try {
      decodeFlightData(bytes);
    } catch (error) {
      equal(error instanceof FlightError && error.code, GrpcStatus.INVALID_ARGUMENT);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), check));
  fc.assert(fc.property(cutOrChanged, ([payload, at, value, isCut]) => {
    const bytes = concatBytes(encodeFlightData(payload));
    if (bytes.length === 0) return;
    const place = at % bytes.length;
    if (isCut) return check(bytes.subarray(0, place));
    bytes[place] = value;
    check(bytes);
  }));
});

Deno.test("decodeFlightData() gives views and skips fields that it does not know", () => {
  const known = concatBytes(
    encodeFlightData({ header: Uint8Array.of(1), body: [Uint8Array.of(2)] }),
  );
  const unknown = Uint8Array.of(
    ...[0x20, 0x96, 0x01], // field 4, varint
    ...[0x29, 1, 2, 3, 4, 5, 6, 7, 8], // field 5, eight bytes
    ...[0x32, 2, 9, 9], // field 6, bytes
    ...[0x3b, 0x08, 0x01, 0x3c], // field 7, a group
    ...[0x45, 1, 2, 3, 4], // field 8, four bytes
    ...[0x10, 0x05], // field 2 of another wire type
  );
  const bytes = concatBytes([unknown, known, unknown]);
  const message = decodeFlightData(bytes);
  deepEqual(message.header, Uint8Array.of(1));
  deepEqual(message.body, Uint8Array.of(2));
  equal(message.body.buffer, bytes.buffer);
});

const MALFORMED: Record<string, number[]> = {
  "a length beyond the end": [0x12, 200, 1, 0],
  "a length without end": [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  "a tag that ends early": [0xc2],
  "field number 0": [0x02, 0],
  "wire type 6": [0x0e],
  "an end of a group that did not start": [0x0c],
  "a group that does not end": [0x3b, 0x08],
  "a group that ends as another": [0x3b, 0x44],
  "groups without end": Array(100).fill(0x3b),
  "a descriptor with bad content": [0x0a, 2, 0x12, 9],
};

for (const [what, bytes] of Object.entries(MALFORMED)) {
  Deno.test(`decodeFlightData() refuses ${what}`, () => {
    throws(() => decodeFlightData(Uint8Array.from(bytes)), {
      name: "FlightError",
      code: GrpcStatus.INVALID_ARGUMENT,
    });
  });
}

Deno.test("encodeFlightData() hands bodies on as they are", () => {
  const buffer = new Uint8Array(1000);
  const chunks = encodeFlightData({ header: Uint8Array.of(1), body: [buffer] });
  equal(chunks[1], buffer);
});

Deno.test("decodeFlightData() merges a descriptor that comes in two parts", () => {
  const part = (name: string): Uint8Array =>
    encodeFlightData({ descriptor: { type: "path", path: [name] } })[0]!;
  deepEqual(decodeFlightData(concatBytes([part("a"), part("b")])).descriptor, {
    type: "path",
    path: ["a", "b"],
  });
});
