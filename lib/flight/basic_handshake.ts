/**
 * Login by name and password. Servers of two generations exist: the newer read an `authorization:
 * Basic` header and answer by one, the older read a BasicAuth message and answer by a payload. This
 * says both and takes what comes.
 * @module
 */

import { Buffer } from "node:buffer";
import type { Metadata } from "@grpc/grpc-js";
import { FlightError } from "../base/errors.ts";
import {
  type ClientChannel,
  type FlightCallOptions,
  linkSignal,
  mapError,
} from "./client_channel.ts";
import { decodeHandshake, encodeBasicAuth, encodeHandshake } from "./message_codec.ts";
import type { BasicAuth } from "./messages.ts";
import { GrpcStatus } from "./status.ts";

/**
 * Runs the handshake.
 *
 * @param channel the connection
 * @param auth name and password
 * @param options signal, deadline and headers
 * @returns the `authorization` to send from now on
 * @throws {FlightError} UNAUTHENTICATED where the server gives no token
 */
export async function basicHandshake(
  channel: ClientChannel,
  auth: BasicAuth,
  options: FlightCallOptions,
): Promise<string> {
  const basic = Buffer.from(`${auth.username}:${auth.password}`).toString("base64");
  const headers = { ...options.headers, authorization: `Basic ${basic}` };
  const call = channel.duplex("Handshake", { ...options, headers });
  const unlink = linkSignal(call, options.signal);
  let header: string | undefined;
  call.on("metadata", (metadata: Metadata) => {
    header = metadata.get("authorization")[0]?.toString();
  });
  call.write(encodeHandshake({ protocolVersion: 0, payload: encodeBasicAuth(auth) }));
  call.end();
  let token = "";
  try {
    for await (const message of call) {
      token = new TextDecoder().decode(decodeHandshake(message as Uint8Array).payload);
    }
  } catch (error) {
    throw mapError(error, options.signal);
  } finally {
    unlink();
  }
  if (header !== undefined) return header;
  if (token !== "") return `Bearer ${token}`;
  throw new FlightError("The server has given no token", { code: GrpcStatus.UNAUTHENTICATED });
}
