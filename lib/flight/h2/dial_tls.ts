/**
 * Opens the connections of a client under TLS, on node:tls for the reason that tls_listener.ts gives.
 * @module
 */

import { checkServerIdentity, connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import type { FlightClientTls } from "../client_tls.ts";
import type { FlightLocation } from "../flight_location.ts";
import type { DialedStream } from "./byte_stream.ts";
import { TlsBytes } from "./tls_bytes.ts";

const KEEP_ALIVE_MILLIS = 60_000;
const ALPN = "h2";

/** Connects, and checks who answers. */
export async function dialTls(
  location: FlightLocation,
  tls: FlightClientTls,
  signal: AbortSignal,
): Promise<DialedStream> {
  signal.throwIfAborted(); // it may have been while this module was loaded
  const socket = connect(optionsOf(location, tls));
  try {
    await untilSecure(socket, signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MILLIS);
  return new TlsBytes(socket);
}

function optionsOf(location: FlightLocation, tls: FlightClientTls): ConnectionOptions {
  const expected = tls.serverName ?? location.hostname;
  return {
    host: location.hostname,
    port: location.port,
    servername: sniName(expected),
    ALPNProtocols: [ALPN],
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.insecureSkipVerify === true
      ? { rejectUnauthorized: false, checkServerIdentity: () => undefined }
      : { checkServerIdentity: (_name, cert) => checkServerIdentity(expected, cert) }),
  };
}

/**
 * The name to send in the greeting. Deno 2.9.6 refuses an address there; the certificate is still checked
 * for the address.
 */
function sniName(expected: string): string {
  const isAddress = expected.includes(":") || /^[\d.]+$/.test(expected);
  return isAddress ? "localhost" : expected;
}

function untilSecure(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const settle = (): void => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort, { once: true });
    socket.once("secureConnect", () => {
      settle();
      if (socket.alpnProtocol === ALPN) resolve();
      else reject(new Error("The server does not offer HTTP/2"));
    });
    // Stays: an error that comes later must find somebody.
    socket.on("error", (error) => {
      settle();
      reject(error);
    });
    socket.once("close", () => {
      settle();
      reject(new Error("The server has closed the connection"));
    });
  });
}
