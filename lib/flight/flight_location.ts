/** Locations of Flight servers: `grpc://`, `grpc+tcp://` and `grpc+tls://`. @module */

/** A location taken apart. */
export interface FlightLocation {
  /** Host name or address, without brackets. */
  readonly hostname: string;
  /** TCP port. */
  readonly port: number;
  /** Whether TLS is spoken. */
  readonly isTls: boolean;
  /** `HOST:PORT`, an IPv6 address in brackets. */
  readonly host: string;
}

const IS_TLS_BY_SCHEME: Readonly<Record<string, boolean>> = {
  "grpc:": false,
  "grpc+tcp:": false,
  "grpc+tls:": true,
};

/**
 * Takes a location apart.
 *
 * @param location such as `grpc+tls://station-7:8815`
 * @returns its parts
 * @throws {TypeError} for anything that is not `grpc[+tcp|+tls]://HOST:PORT`
 */
export function parseFlightLocation(location: string): FlightLocation {
  const url = URL.canParse(location) ? new URL(location) : undefined;
  const isTls = url && Object.hasOwn(IS_TLS_BY_SCHEME, url.protocol)
    ? IS_TLS_BY_SCHEME[url.protocol]
    : undefined;
  if (url === undefined || isTls === undefined || url.hostname === "" || url.port === "") {
    throw new TypeError(
      `Malformed Flight location ${JSON.stringify(location)}: want grpc://HOST:PORT or ` +
        "grpc+tls://HOST:PORT",
    );
  }
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { hostname, port: Number(url.port), isTls, host: `${url.hostname}:${url.port}` };
}

/** The target in the words of gRPC; an address is named as one, so that no DNS is asked. */
export function grpcTarget(location: FlightLocation): string {
  if (location.hostname.includes(":")) return `ipv6:${location.host}`;
  return /^[\d.]+$/.test(location.hostname) ? `ipv4:${location.host}` : `dns:${location.host}`;
}
