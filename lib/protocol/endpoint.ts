/**
 * The endpoint file, by which clients find the daemon of a data directory.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";

/** What the endpoint file says. */
export interface Endpoint {
  /** Protocol of the daemon, see `PROTOCOL_VERSION`. */
  readonly version: number;
  /** Version of the package that the daemon runs. */
  readonly sdkVersion: string;
  /** `grpc://HOST:PORT` or `grpc+tls://HOST:PORT`. */
  readonly location: string;
  /** Bearer token; empty for a daemon that asks for none. */
  readonly token: string;
  /** Echoed by the daemon, so that a stale or copied file is recognised. */
  readonly nonce: string;
  readonly pid: number;
  /** Real path of the data directory. */
  readonly dataDir: string;
  /** PEM of the certificate to trust, under TLS with a certificate of its own. */
  readonly certificate?: string | undefined;
}

const TEXTS = ["sdkVersion", "location", "token", "nonce", "dataDir"] as const;

/** Reads an endpoint file; undefined where there is none or it is not whole. */
export function readEndpoint(path: string): Endpoint | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    return parseEndpoint(text);
  } catch (error) {
    // Damaged by whatever means: a fresh daemon writes a fresh one.
    if (error instanceof InvalidDataError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Parses the text of an endpoint file. */
function parseEndpoint(text: string): Endpoint {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) {
    throw new InvalidDataError("Endpoint file is not a JSON object");
  }
  const record = value as Record<string, unknown>;
  const missing = TEXTS.find((name) => typeof record[name] !== "string");
  const isNumbered = Number.isSafeInteger(record.version) && typeof record.pid === "number";
  if (missing !== undefined || !isNumbered) {
    throw new InvalidDataError("Endpoint file lacks a field", { path: missing ?? "version" });
  }
  return record as unknown as Endpoint;
}
