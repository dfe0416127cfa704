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
    idleMillis: number("Idle timeout", idle ?? String(DAEMON_LIMITS.idleSeconds), 0, 1e9) * 1000,
    memoryBytes: memory(values["memory-limit"]),
    queryMillis: number(
      "--query-timeout",
      values["query-timeout"] ?? String(DAEMON_LIMITS.querySeconds),
      1,
      1e6,
    ) *
      1000,
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

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < least || value > most) {
    throw new TypeError(`${name} must be a number from ${least} to ${most}, got "${text}"`);
  }
  return value;
}

function memory(text: string | undefined): number {
  if (text === undefined) {
    const half = Math.floor(Deno.systemMemoryInfo().total / 2);
    return Math.min(DAEMON_LIMITS.memoryBytes, half);
  }
  const match = /^(\d+)\s*(MB|MiB|GB|GiB)$/i.exec(text);
  if (match === null) {
    throw new TypeError(`--memory-limit must be like 512MB or 4GB, got "${text}"`);
  }
  const [, count = "0", unit = "MB"] = match;
  return Number(count) * (/^g/i.test(unit) ? 2 ** 30 : 2 ** 20);
}
