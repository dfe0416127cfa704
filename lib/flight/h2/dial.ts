/**
 * Opens the connections of a client.
 * @module
 */

import type { FlightClientTls } from "../client_tls.ts";
import type { FlightLocation } from "../flight_location.ts";
import type { DialedStream } from "./byte_stream.ts";

/**
 * Connects to a server.
 *
 * @param signal gives up
 * @throws whatever the network or the certificate has against it
 */
export async function dial(
  location: FlightLocation,
  tls: FlightClientTls | undefined,
  signal: AbortSignal,
): Promise<DialedStream> {
  if (location.isTls) {
    // Loaded for those that ask for it alone: it takes a while.
    const { dialTls } = await import("./dial_tls.ts");
    return await dialTls(location, tls ?? {}, signal);
  }
  const { hostname, port } = location;
  const socket = await Deno.connect({ hostname, port, signal });
  // Without it a request smaller than a packet waits for the acknowledgement of the one before.
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  return socket;
}
