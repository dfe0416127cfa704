/**
 * The bytes of generated messages, which are those of Flight SQL. Loaded with the first of them: the runtime
 * takes 50 ms.
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
