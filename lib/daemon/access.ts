/**
 * Who may call: the bearer token on every call, no browsers, no foreign host names.
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import { FlightError } from "../base/errors.ts";
import type { CallContext } from "../flight/service.ts";
import { GrpcStatus } from "../flight/status.ts";

/** What is asked of a call. */
export interface AccessRules {
  /** The token; empty where none is asked for. */
  readonly token: string;
  /** Host names under which the daemon may be addressed, lower case. */
  readonly hosts: ReadonlySet<string>;
}

/** Names of this machine to itself. */
export const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]", "::1"] as const;

/**
 * Checks a call before it starts.
 *
 * @throws {FlightError} UNAUTHENTICATED or PERMISSION_DENIED with the remedy
 */
export function checkAccess(rules: AccessRules, context: CallContext): void {
  if (context.origin !== undefined) {
    throw denied(`Calls from web pages are refused (origin ${context.origin})`);
  }
  // A page that resolves its own name to this machine would pass as local without this check.
  const host = hostOf(context.authority);
  if (!rules.hosts.has(host)) {
    throw denied(`Host "${host}" is not one that this daemon answers to`);
  }
  if (rules.token === "") return;
  const header = context.metadata.get("authorization");
  if (header === undefined) {
    throw unauthenticated("Token is missing: send the header authorization: Bearer TOKEN");
  }
  const given = /^Bearer\s+(\S+)$/i.exec(header)?.[1] ?? basicToken(header);
  if (given === undefined || !sameText(given, rules.token)) {
    throw unauthenticated("Token is wrong: `litmus daemon token` prints the right one");
  }
}

/** The token in the place of a password, for tools that know only user and password. */
export function basicToken(header: string): string | undefined {
  const encoded = /^Basic\s+(\S+)$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const text = new TextDecoder().decode(Uint8Array.fromBase64(encoded));
    const colon = text.indexOf(":");
    return colon < 0 ? undefined : text.slice(colon + 1);
  } catch {
    return undefined; // not base64: as good as no token
  }
}

function hostOf(authority: string): string {
  return authority.replace(/:\d+$/, "").toLowerCase();
}

/** Compares without telling by its time how much was right. */
function sameText(a: string, b: string): boolean {
  const encoder = new TextEncoder();
  const bytesA = encoder.encode(a);
  const bytesB = encoder.encode(b);
  return bytesA.byteLength === bytesB.byteLength && timingSafeEqual(bytesA, bytesB);
}

function denied(message: string): FlightError {
  return new FlightError(message, { code: GrpcStatus.PERMISSION_DENIED });
}

function unauthenticated(message: string): FlightError {
  return new FlightError(message, { code: GrpcStatus.UNAUTHENTICATED });
}
