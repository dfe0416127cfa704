/**
 * The command line of the daemon process. The token is never on it.
 * @module
 */
import { parseArgs } from "node:util";
import { resolve } from "@std/path";
import { DAEMON_LIMITS } from "../base/limits.ts";
import { readEnv } from "../config/data_directory.ts";

/** How to run. */
export interface DaemonOptions {
  readonly dataDir: string;
  readonly hostname: string;
  readonly port: number;
  readonly idleMillis: number;
  readonly memoryBytes: number;
  readonly queryMillis: number;
  /** Queries at work at once. */
  readonly maxQueries: number;
  /** Largest request message, bytes. */
  readonly maxMessageBytes: number;
  /** Rows of one result; more end it with an error. */
  readonly maxResultRows: number;
  /** Paths of certificate chain and key in PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** True to ask for no token, or to speak plain text beyond this machine. */
  readonly insecure: boolean;
}

/**
 * Reads the command line.
 *
 * @throws {TypeError} naming the argument that cannot be used
 */
export function parseDaemonOptions(args: readonly string[]): DaemonOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      "data-dir": { type: "string" },
      "host": { type: "string", default: "127.0.0.1" },
      "port": { type: "string", default: "0" },
      "idle-timeout": { type: "string" },
      "memory-limit": { type: "string" },
      "query-timeout": { type: "string" },
      "max-queries": { type: "string" },
      "max-message": { type: "string" },
      "max-rows": { type: "string" },
      "tls-cert": { type: "string" },
      "tls-key": { type: "string" },
      "insecure": { type: "boolean", default: false },
    },
  });
  const dataDir = values["data-dir"];
  if (dataDir === undefined) throw new TypeError("--data-dir is missing");
  const cert = values["tls-cert"];
  const key = values["tls-key"];
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError("--tls-cert and --tls-key go together");
  }
  const idle = values["idle-timeout"] ?? readEnv("LITMUS_DAEMON_IDLE_TIMEOUT");
  const options = {
    dataDir: resolve(dataDir),
    hostname: values.host,
    port: number("--port", values.port, 0, 65535),
    idleMillis: number("Idle timeout", idle ?? DAEMON_LIMITS.idleSeconds, 0, 1e9) * 1000,
    memoryBytes: size("--memory-limit", values["memory-limit"]) ?? memoryBytes(),
    queryMillis: 1000 *
      number("--query-timeout", values["query-timeout"] ?? DAEMON_LIMITS.querySeconds, 1, 1e6),
    maxQueries: whole("--max-queries", values["max-queries"] ?? DAEMON_LIMITS.concurrentQueries),
    maxMessageBytes: size("--max-message", values["max-message"]) ?? DAEMON_LIMITS.messageBytes,
    maxResultRows: values["max-rows"] === undefined
      ? Infinity
      : whole("--max-rows", values["max-rows"]),
    tls: cert === undefined || key === undefined ? undefined : { cert, key },
    insecure: values.insecure,
  };
  if (!isLoopback(options.hostname) && options.tls === undefined && !options.insecure) {
    throw new TypeError(
      `--host ${options.hostname} is reachable from outside: give --tls-cert and --tls-key, or --insecure`,
    );
  }
  return options;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^127\./.test(hostname);
}

function number(name: string, text: string | number, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < least || value > most) {
    throw new TypeError(`${name} must be a number from ${least} to ${most}, got "${text}"`);
  }
  return value;
}

function whole(name: string, text: string | number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new TypeError(`${name} must be a whole number from 1 on, got "${text}"`);
  }
  return value;
}

/** Memory for the engine: what a million measurements take, or half of a smaller machine. */
function memoryBytes(): number {
  return Math.min(DAEMON_LIMITS.memoryBytes, Math.floor(Deno.systemMemoryInfo().total / 2));
}

function size(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+)\s*(MB|MiB|GB|GiB)$/i.exec(text);
  const bytes = Number(match?.[1]) * (/^g/i.test(match?.[2] ?? "") ? 2 ** 30 : 2 ** 20);
  if (match === null || bytes === 0) {
    throw new TypeError(`${name} must be like 512MB or 4GB, got "${text}"`);
  }
  return bytes;
}
