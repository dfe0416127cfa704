/** How a client finds out that a server is the right one. @module */

/** TLS settings of a client; PEM text. */
export interface FlightClientTls {
  /** Certificates to trust instead of the usual ones. */
  readonly ca?: string;
  /** Own certificate chain, where the server asks for one. */
  readonly cert?: string;
  /** Private key of {@linkcode FlightClientTls.cert}. */
  readonly key?: string;
  /** Name to expect in the server's certificate instead of the host. */
  readonly serverName?: string;
  /** Accepts any certificate, which protects from nobody who can intercept. @default {false} */
  readonly insecureSkipVerify?: boolean;
}
