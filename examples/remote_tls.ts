// Asks the daemon of another machine, over TLS and with its token. There:
//
//   litmus daemon start --host 0.0.0.0 --port 8815 --tls-cert cert.pem --tls-key key.pem
//   litmus daemon token
//
// and here, with certificate and token as files of this machine:
//
//   deno run --allow-read=cert.pem,token --allow-net=HOST:PORT \
//     examples/remote_tls.ts HOST:PORT cert.pem token
import { FlightClient } from "@litmus/sdk/client";

const [host = "localhost:8815", certificate = "cert.pem", token = "token"] = Deno.args;
await using client = await FlightClient.connect(`grpc+tls://${host}`, {
  token: (await Deno.readTextFile(token)).trim(),
  // For a certificate of your own; one that the world trusts needs no `ca`.
  tls: { ca: await Deno.readTextFile(certificate) },
  timeoutMillis: 10_000,
});

const result = await client.sql(
  "SELECT run_outcome, count(*) AS runs FROM runs GROUP BY run_outcome ORDER BY run_outcome",
);
for await (const { run_outcome, runs } of result.rows()) console.log(run_outcome, runs);
