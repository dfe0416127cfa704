import { rejects, strictEqual as equal } from "node:assert/strict";
import { connect as connectTcp } from "node:net";
import { FlightClient } from "./client.ts";
import type { FlightClientTls } from "./client_channel.ts";
import { FlightServer } from "./server.ts";
import { GrpcStatus } from "./status.ts";

/** A key that nothing but tests trusts, for localhost, station.test and 127.0.0.1. */
const [CERT, KEY] = ["cert.pem", "key.pem"].map((name) =>
  Deno.readTextFileSync(new URL(`../../tests/testdata/tls/${name}`, import.meta.url))
) as [string, string];

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
  await using client = await FlightClient.connect(location, { tls, timeoutMillis: 60_000 });
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
