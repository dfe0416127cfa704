/**
 * Login by name and password. Servers of two generations exist: the newer read an `authorization: Basic`
 * header and answer by a header, which comes back as it is; the older read a BasicAuth message and answer
 * by a payload, which comes back as `auth-token-bin`. This says both and takes what comes.
 * @module
 */

import { Buffer } from "node:buffer";
import { FlightError } from "../base/errors.ts";
import type { ClientChannel, FlightCallOptions } from "./client_channel.ts";
import { decodeHandshake, encodeBasicAuth, encodeHandshake } from "./message_codec.ts";
import type { BasicAuth } from "./messages.ts";
import { GrpcStatus } from "./status.ts";

/** What a login came to. */
export interface Login {
  /** As text, for people. */
  readonly token: string;
  /** Headers that later calls carry. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Characters that a header may hold. */
const HEADER_TEXT = /^[\x21-\x7e]+$/;

/**
 * Runs the handshake.
 *
 * @param channel the connection
 * @param auth name and password
 * @param options signal, deadline and headers
 * @returns what to send from now on
 * @throws {FlightError} UNAUTHENTICATED where the server gives no token
 */
export async function basicHandshake(
  channel: ClientChannel,
  auth: BasicAuth,
  options: FlightCallOptions,
): Promise<Login> {
  const basic = Buffer.from(`${auth.username}:${auth.password}`).toString("base64");
  const headers = { ...options.headers, authorization: `Basic ${basic}` };
  let header: string | undefined;
  const onHeaders = (found: ReadonlyMap<string, string>): void => {
    header ??= found.get("authorization");
    options.onHeaders?.(found);
  };
  const request = encodeHandshake({ protocolVersion: 0, payload: encodeBasicAuth(auth) });
  const answers = channel.serverStream("Handshake", request, decodeHandshake, {
    ...options,
    headers,
    onHeaders,
  });
  let payload: Uint8Array = new Uint8Array(0);
  for await (const answer of answers) payload = answer.payload;
  if (header !== undefined) return loginByHeader(header);
  if (payload.byteLength > 0) return loginByPayload(payload);
  throw new FlightError("The server has given no token", { code: GrpcStatus.UNAUTHENTICATED });
}

function loginByHeader(header: string): Login {
  return {
    token: header.replace(/^Bearer /i, ""),
    headers: new Map([["authorization", header]]),
  };
}

/** Some servers read the token as a bearer's, although they gave it by payload. */
function loginByPayload(payload: Uint8Array): Login {
  const token = new TextDecoder().decode(payload);
  const headers = new Map([["auth-token-bin", Buffer.from(payload).toString("base64")]]);
  if (HEADER_TEXT.test(token)) headers.set("authorization", `Bearer ${token}`);
  return { token, headers };
}
