/** Who may speak to the daemon, over what, and what is written down of it. */
import {
  deepStrictEqual as deepEqual,
  match,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { connect as connectHttp2, type OutgoingHttpHeaders } from "node:http2";
import { join } from "@std/path";
import { DaemonError } from "../lib/base/errors.ts";
import { FlightClient } from "../lib/flight/client.ts";
import { SERVICE_PATH } from "../lib/flight/service.ts";
import { GrpcStatus } from "../lib/flight/status.ts";
import { acquire, connectTo, type Lease } from "../lib/protocol/lease.ts";
import { runtimePaths } from "../lib/protocol/runtime_directory.ts";
import { ROOT, testDirectory, until } from "./harness.ts";

const [CERT, KEY] = ["cert.pem", "key.pem"].map((name) =>
  join(ROOT, "tests", "testdata", "tls", name)
) as [string, string];

/** The status of a call with headers that no Flight library would send. */
function statusOf({ location, token }: Lease, headers: OutgoingHttpHeaders): Promise<number> {
  const session = connectHttp2(location.replace("grpc", "http"));
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ":method": "POST",
      ":path": `${SERVICE_PATH}ListActions`,
      "content-type": "application/grpc",
      authorization: `Bearer ${token}`,
      ...headers,
    });
    let status = -1;
    const note = (found: Record<string, unknown>): void => {
      if (found["grpc-status"] !== undefined) status = Number(found["grpc-status"]);
    };
    stream.on("response", note);
    stream.on("trailers", note);
    session.on("error", reject);
    stream.on("error", reject);
    stream.on("close", () => {
      session.destroy();
      resolve(status);
    });
    stream.resume();
    stream.end(new Uint8Array(5));
  });
}

async function one(client: FlightClient): Promise<unknown> {
  const rows = await Array.fromAsync((await client.doGet("SELECT 1 AS x")).rows());
  return rows[0]?.x;
}

Deno.test("Web pages and foreign host names are refused even with the right token", async () => {
  await using directory = await testDirectory();
  await using lease = await acquire(directory.path);
  const { port } = new URL(lease.location);
  equal(await statusOf(lease, {}), GrpcStatus.OK);
  for (const origin of ["http://evil.example", "null", ""]) {
    equal(await statusOf(lease, { origin }), GrpcStatus.PERMISSION_DENIED, origin);
  }
  for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example"]) {
    equal(await statusOf(lease, { ":authority": host }), GrpcStatus.PERMISSION_DENIED, host);
  }
  for (const host of ["localhost", `LOCALHOST:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
    equal(await statusOf(lease, { ":authority": host }), GrpcStatus.OK, host);
  }
});

Deno.test("The token is asked for in every call, in each form that it may have", async () => {
  await using directory = await testDirectory();
  await using lease = await acquire(directory.path);
  const basic = (password: string) => `Basic ${btoa(`anybody:${password}`)}`;
  const wrong = [
    "",
    "Bearer",
    "Bearer ",
    `Bearer x${lease.token}`,
    lease.token,
    "Basic !",
    basic(""),
  ];
  for (const authorization of wrong) {
    equal(await statusOf(lease, { authorization }), GrpcStatus.UNAUTHENTICATED, authorization);
  }
  for (const authorization of [`bearer ${lease.token}`, basic(lease.token)]) {
    equal(await statusOf(lease, { authorization }), GrpcStatus.OK);
  }
  await using client = await FlightClient.connect(lease.location);
  const path = { type: "path", path: ["runs"] } as const;
  const refused = { code: GrpcStatus.UNAUTHENTICATED };
  await rejects(Array.fromAsync(client.listFlights()), refused);
  await rejects(client.getFlightInfo(path), refused);
  await rejects(client.getSchema(path), refused);
  await rejects(client.pollFlightInfo(path), refused);
  await rejects(Array.fromAsync(client.doAction("shutdown")), refused);
  await rejects(client.doPut(path).close(), refused);
  await rejects(client.doExchange(path).close(), refused);
  await rejects(client.handshake("anybody", "wrong"), refused);
  equal(await client.handshake("anybody", lease.token), lease.token);
  equal(await one(client), 1);
});

Deno.test("Under TLS the daemon is found and trusted by its own file, and plain text gets nowhere", async () => {
  await using directory = await testDirectory();
  const daemonArguments = ["--tls-cert", CERT, "--tls-key", KEY];
  await using lease = await acquire(directory.path, { daemonArguments });
  match(lease.location, /^grpc\+tls:\/\/127\.0\.0\.1:\d+$/);
  await using again = await acquire(directory.path);
  equal(again.pid, lease.pid);
  await using client = await connectTo(again);
  equal(await one(client), 1);
  await using plain = await FlightClient.connect(lease.location.replace("+tls", ""), {
    token: lease.token,
    timeoutMillis: 60_000,
  });
  await rejects(one(plain));
  equal(await one(client), 1);
});

Deno.test("Plain text is refused where others could listen, unless it is asked for", async () => {
  await using directory = await testDirectory();
  await rejects(
    acquire(directory.path, { daemonArguments: ["--host", "0.0.0.0"] }),
    (error) => {
      ok(error instanceof DaemonError);
      match(error.message, /--host 0\.0\.0\.0 is reachable from outside: give --tls-cert/);
      return true;
    },
  );
  await rejects(
    acquire(directory.path, { daemonArguments: ["--tls-cert", CERT] }),
    /--tls-cert and --tls-key go together/,
  );
});

Deno.test("The log tells who asked for what and how many rows, never the token", async () => {
  await using directory = await testDirectory();
  await using lease = await acquire(directory.path);
  await using client = await connectTo(lease);
  await (await client.doGet("SELECT i FROM range(70000) r(i)")).toArrow();
  await (await client.sql("SELECT 'by Flight SQL' AS way")).toArrow();
  await rejects(client.doGet("SELECT nothing"));
  await rejects(client.doGet("DROP VIEW runs"));
  await using stranger = await FlightClient.connect(lease.location, { token: "guessed-token" });
  await rejects(one(stranger));
  // A line is written behind the answer.
  const last = /DoGet .* UNAUTHENTICATED .* Token is wrong/;
  await until(async () => last.test((await readLog(directory.path)).log), "the last line");
  const { log, logPath } = await readLog(directory.path);
  match(log, /DoGet 127\.0\.0\.1:\d+ litmus-sdk\/\S+ OK \S+ms rows=70000 .*"SELECT i FROM range/);
  match(log, /GetFlightInfo .* OK .*"SELECT 'by Flight SQL' AS way"/);
  match(log, /DoGet .* INVALID_ARGUMENT .*"SELECT nothing" .*nothing/);
  match(log, /DoGet .* INVALID_ARGUMENT .*"DROP VIEW runs"/);
  deepEqual([lease.token, "guessed-token"].filter((token) => log.includes(token)), []);
  equal((await Deno.stat(logPath)).mode! & 0o777, 0o600);
});

async function readLog(dataDir: string): Promise<{ log: string; logPath: string }> {
  const logPath = runtimePaths(dataDir).log;
  return { log: await Deno.readTextFile(logPath), logPath };
}
