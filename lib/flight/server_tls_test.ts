import { rejects, strictEqual as equal } from "node:assert/strict";
import { connect as connectTcp } from "node:net";
import { FlightClient } from "./client.ts";
import type { FlightClientTls } from "./client_channel.ts";
import { FlightServer } from "./server.ts";
import { GrpcStatus } from "./status.ts";

/** A key that nothing but these tests trusts, for localhost, station.test and 127.0.0.1. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgd9l9RAo3aA/vFfpc
eXweq5nJT+OG9hunIbWneMQsH9mhRANCAAQWb8BiFTYBkmZbzc7KGfWLtOuJY9FD
rqx1jia5LlE2AF9eC35gJPECExvmN8VGKagMlfWB8SBHk9e5gVZinkAu
-----END PRIVATE KEY-----
`;
const CERT = `-----BEGIN CERTIFICATE-----
MIIBqTCCAU+gAwIBAgIUOBHpqLyqu+n1pWqAdWqdm9hPPlIwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA5NTkwMFoYDzIxMjYxMDI4
MDk1OTAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQWb8BiFTYBkmZbzc7KGfWLtOuJY9FDrqx1jia5LlE2AF9eC35gJPEC
ExvmN8VGKagMlfWB8SBHk9e5gVZinkAuo30wezAdBgNVHQ4EFgQUKoXweSVVfvL4
1ujK6qsXvmY2pi8wHwYDVR0jBBgwFoAUKoXweSVVfvL41ujK6qsXvmY2pi8wDwYD
VR0TAQH/BAUwAwEB/zAoBgNVHREEITAfgglsb2NhbGhvc3SCDHN0YXRpb24udGVz
dIcEfwAAATAKBggqhkjOPQQDAgNIADBFAiEAtieB+Vb1vSlOfbAEICVFmCjk26O3
BrvsT787bWYB3W0CIEo55/aOMNJy3IytAr+HSWOjwpC9UB7bffVcE/VVr6Sr
-----END CERTIFICATE-----
`;

async function withServer(body: (server: FlightServer) => Promise<void>): Promise<void> {
  await using server = await FlightServer.serve({
    async *doAction(action) {
      await Promise.resolve();
      yield action.body;
    },
  }, { tls: { cert: CERT, key: KEY } });
  await body(server);
}

async function echo(location: string, tls: FlightClientTls): Promise<number> {
  await using client = await FlightClient.connect(location, { tls, timeoutMillis: 5000 });
  const [body] = await Array.fromAsync(client.doAction("echo", new Uint8Array(3_000_000)));
  return body!.length;
}

Deno.test("FlightServer speaks TLS to a client that trusts its certificate", () =>
  withServer(async (server) => {
    equal(server.location, `grpc+tls://127.0.0.1:${server.port}`);
    equal(await echo(server.location, { ca: CERT }), 3_000_000);
    equal(await echo(server.location, { ca: CERT, serverName: "station.test" }), 3_000_000);
    equal(await echo(server.location, { insecureSkipVerify: true }), 3_000_000);
  }));

Deno.test("FlightClient refuses a certificate that it does not trust or of another name", () =>
  withServer(async (server) => {
    await rejects(echo(server.location, {}), { code: GrpcStatus.UNAVAILABLE });
    const tls = { ca: CERT, serverName: "other.test" };
    await rejects(echo(server.location, tls), { code: GrpcStatus.UNAVAILABLE });
  }));

Deno.test("FlightServer under TLS closes a connection that speaks plain text", () =>
  withServer(async (server) => {
    const socket = connectTcp(server.port, "127.0.0.1");
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    socket.on("error", () => socket.destroy());
    socket.resume();
    await new Promise<void>((resolve) => socket.on("close", () => resolve()));
    equal(await echo(server.location, { ca: CERT }), 3_000_000);
  }));
