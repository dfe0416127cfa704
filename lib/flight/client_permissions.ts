/**
 * What the client needs from Deno, asked for before grpc-js loads, so that a missing permission is
 * named by us and not by a line inside a dependency.
 * @module
 */

import { PermissionError } from "../base/errors.ts";
import { isGranted } from "../base/permissions.ts";

/** The environment variables that @grpc/grpc-js 1.14 reads while it loads. */
const GRPC_ENV_NAMES: readonly string[] = [
  "GRPC_NODE_VERBOSITY",
  "GRPC_VERBOSITY",
  "GRPC_NODE_TRACE",
  "GRPC_TRACE",
  "GRPC_SSL_CIPHER_SUITES",
  "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
  "GRPC_NODE_USE_ALTERNATIVE_RESOLVER",
  "GRPC_NODE_DEBUG_SEND_ERROR_DETAILS",
  "GRPC_EXPERIMENTAL_ENABLE_OUTLIER_DETECTION",
];

/**
 * Checks that a Flight client may run.
 *
 * @param host `HOST:PORT` of the server
 * @throws {PermissionError} naming the flag that is missing
 */
export async function requireClientPermissions(host: string): Promise<void> {
  if (!await isGranted({ name: "net", host })) {
    throw new PermissionError(
      `Reaching ${host} needs network access: run with --allow-net=${host}`,
    );
  }
  await requireClientEnvironment();
}

/**
 * Checks that the environment may be read as far as grpc-js does.
 *
 * @throws {PermissionError} naming the flag that is missing
 */
export async function requireClientEnvironment(): Promise<void> {
  for (const variable of GRPC_ENV_NAMES) {
    if (await isGranted({ name: "env", variable })) continue;
    throw new PermissionError(
      `The Flight client reads the environment variable ${variable}: run with --allow-env=GRPC_*`,
    );
  }
}
