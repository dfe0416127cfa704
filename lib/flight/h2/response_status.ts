/**
 * The status of a call by what HTTP/2 tells of its end (gRPC over HTTP/2, "Errors", and the mapping of HTTP
 * status codes of its documentation).
 * @module
 */

import { decodeGrpcMessage } from "../grpc_message.ts";
import { type CallStatus, GrpcStatus } from "../status.ts";
import { ErrorCode } from "./frames.ts";
import type { HeaderField } from "./hpack.ts";

/** Codes by the status of an answer that is none of gRPC. */
const BY_HTTP: Readonly<Record<string, number>> = {
  "400": GrpcStatus.INTERNAL,
  "401": GrpcStatus.UNAUTHENTICATED,
  "403": GrpcStatus.PERMISSION_DENIED,
  "404": GrpcStatus.UNIMPLEMENTED,
  "429": GrpcStatus.UNAVAILABLE,
  "502": GrpcStatus.UNAVAILABLE,
  "503": GrpcStatus.UNAVAILABLE,
  "504": GrpcStatus.UNAVAILABLE,
};

/** Codes by that of RST_STREAM; all others are INTERNAL. */
const BY_RESET: ReadonlyMap<number, number> = new Map([
  [ErrorCode.REFUSED_STREAM, GrpcStatus.UNAVAILABLE],
  [ErrorCode.CANCEL, GrpcStatus.CANCELLED],
  [ErrorCode.ENHANCE_YOUR_CALM, GrpcStatus.RESOURCE_EXHAUSTED],
]);

/**
 * The status in headers.
 *
 * @param isTrailer whether others came before, so that these have to hold a status
 * @returns undefined where the call goes on
 */
export function statusOfHeaders(
  fields: readonly HeaderField[],
  isTrailer: boolean,
): CallStatus | undefined {
  const find = (wanted: string): string | undefined =>
    fields.find(([name]) => name === wanted)?.[1];
  const code = find("grpc-status");
  if (code !== undefined) {
    const isCode = /^\d{1,3}$/.test(code);
    const message = decodeGrpcMessage(find("grpc-message") ?? "");
    return isCode ? { code: Number(code), message } : {
      code: GrpcStatus.UNKNOWN,
      message: `Malformed status "${code.slice(0, 32)}": ${message}`,
    };
  }
  if (isTrailer) return undefined;
  const http = find(":status");
  const type = find("content-type") ?? "";
  if (http === "200" && type.startsWith("application/grpc")) return undefined;
  return {
    code: BY_HTTP[http ?? ""] ?? GrpcStatus.UNKNOWN,
    message: `The server does not speak gRPC: HTTP status ${http}, content type "${type}"`,
  };
}

/** The status of a call whose stream has closed without one. @param code by which the server has reset it */
export function statusOfReset(code: number | undefined): CallStatus {
  if (code === undefined) {
    return { code: GrpcStatus.UNAVAILABLE, message: "The connection to the server was lost" };
  }
  return {
    code: BY_RESET.get(code) ?? GrpcStatus.INTERNAL,
    message: code === ErrorCode.REFUSED_STREAM
      ? "The server takes no more calls on this connection"
      : `The server has reset the call by HTTP/2 error ${code}`,
  };
}
