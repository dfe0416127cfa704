/**
 * A client for any Arrow Flight or Flight SQL server: this package's daemon, another machine's, or another
 * product's. It needs `--allow-net=HOST:PORT`, and loads neither the database nor the
 * daemon.
 *
 * @example Asking a running daemon
 * ```ts
 * import { acquire } from "@litmus/sdk";
 * import { FlightClient } from "@litmus/sdk/client";
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 *
 * await using lease = await acquire(await Deno.makeTempDir());
 * await using client = await FlightClient.connect(lease.location, { token: lease.token });
 * const result = await client.sql("SELECT 42 AS answer");
 * deepEqual(await Array.fromAsync(result.rows()), [{ answer: 42 }]);
 * ```
 *
 * @module
 */
export { FlightClient } from "./lib/flight/client.ts";
export type {
  FlightCallOptions,
  FlightClientOptions,
  FlightClientTls,
} from "./lib/flight/client_channel.ts";
export type {
  CancelStatus,
  CloseSessionStatus,
  SessionOptionError,
  SessionOptionValue,
} from "./lib/flight/flight_actions.ts";
export { FlightWriter } from "./lib/flight/flight_writer.ts";
export { commandDescriptor, pathDescriptor } from "./lib/flight/messages.ts";
export type {
  ActionType,
  FlightDescriptor,
  FlightEndpoint,
  FlightInfo,
  PollInfo,
} from "./lib/flight/messages.ts";
export type { FlightDataMessage, FlightPayload } from "./lib/flight/service.ts";
export { GrpcStatus } from "./lib/flight/status.ts";
export { QueryResult } from "./lib/arrow/query_result.ts";
export { FlightError, LitmusError, SqlError } from "./lib/base/errors.ts";
