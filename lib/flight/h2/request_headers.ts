/** The rules for the header fields of a request (RFC 9113, section 8). @module */

import type { HeaderField } from "./hpack.ts";

/** Pseudo headers that a request can have. */
const PSEUDO: ReadonlySet<string> = new Set([":method", ":scheme", ":path", ":authority"]);
/** They belong to HTTP/1. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** The headers of a request. */
export interface RequestHeaders {
  /** HTTP method. */
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  /** The host that was asked for; empty where the client does not say. */
  readonly authority: string;
  /** The other headers by lower-case name; values of one name are joined. */
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * Sorts header fields.
 *
 * @param list as they came
 * @returns the headers; undefined where they are malformed
 */
export function toRequestHeaders(list: readonly HeaderField[]): RequestHeaders | undefined {
  const pseudo = new Map<string, string>();
  const fields = new Map<string, string>();
  for (const [name, value] of list) {
    if (!isText(value)) return undefined;
    if (name.startsWith(":")) {
      if (fields.size > 0 || !PSEUDO.has(name) || pseudo.has(name)) return undefined;
      pseudo.set(name, value);
      continue;
    }
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || FORBIDDEN.has(name)) return undefined;
    const before = fields.get(name);
    const joint = name === "cookie" ? "; " : ", ";
    fields.set(name, before === undefined ? value : before + joint + value);
  }
  const method = pseudo.get(":method");
  const path = pseudo.get(":path");
  if (method === undefined || path === undefined || !pseudo.has(":scheme")) return undefined;
  const authority = pseudo.get(":authority") ?? fields.get("host") ?? "";
  return { method, path, authority, fields };
}

function isText(value: string): boolean {
  return !/[\0\r\n]/.test(value);
}
