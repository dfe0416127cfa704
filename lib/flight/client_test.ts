import {
  deepStrictEqual as deepEqual,
  match,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import { float64Column } from "../arrow/column_builder.ts";
import type { ArrowBatch, ArrowField } from "../arrow/field.ts";
import { encodeBatch, encodeSchema, frameBytes } from "../arrow/message_writer.ts";
import type { SqlError } from "../base/errors.ts";
import { FlightClient } from "./client.ts";
import { grpcTarget, parseFlightLocation } from "./flight_location.ts";
import type { FlightEndpoint, FlightInfo } from "./messages.ts";
import { FlightServer } from "./server.ts";
import type { FlightPayload, FlightService } from "./service.ts";
import { decodeSqlCommand, encodeSqlCommand } from "./sql_commands.ts";
import { GrpcStatus } from "./status.ts";

const field: ArrowField = { name: "x", format: "g", nullable: true, children: [] };
const schema = { fields: [field] };

function batch(values: readonly number[]): ArrowBatch {
  return { schema, rows: values.length, columns: [float64Column(field, values)] };
}

function endpoint(handle: number, locations: readonly string[] = []): FlightEndpoint {
  const statementHandle = Uint8Array.of(handle);
  const ticket = encodeSqlCommand({ type: "ticketStatementQuery", statementHandle });
  return { ticket, locations, appMetadata: new Uint8Array(0) };
}

const ENDPOINTS: Readonly<Record<string, readonly FlightEndpoint[]>> = {
  "two parts": [endpoint(1), endpoint(2, ["arrow-flight-reuse-connection://?"])],
  "no parts": [],
  "elsewhere": [endpoint(1, ["grpc://203.0.113.1:1"])],
};

const service: FlightService = {
  getFlightInfo(descriptor): FlightInfo {
    const command = descriptor.type === "command"
      ? decodeSqlCommand(descriptor.command)
      : undefined;
    const query = command?.type === "statementQuery" ? command.query : "";
    const endpoints = ENDPOINTS[query];
    if (endpoints === undefined) throw new SyntaxError(`Cannot parse "${query}"`);
    return {
      schema: frameBytes(encodeSchema(schema)),
      endpoints,
      totalRecords: -1,
      totalBytes: -1,
      ordered: true,
      appMetadata: new Uint8Array(0),
    };
  },
  async *doGet(ticket): AsyncGenerator<FlightPayload> {
    const command = decodeSqlCommand(ticket);
    const part = command?.type === "ticketStatementQuery" ? command.statementHandle[0]! : 9;
    await Promise.resolve();
    yield { header: encodeSchema(schema).metadata };
    for (const values of [[part, part + 0.5], [part + 0.75]]) {
      const { metadata, body } = encodeBatch(batch(values));
      yield { header: metadata, body };
    }
  },
};

async function withClient(body: (client: FlightClient) => Promise<void>): Promise<void> {
  await using server = await FlightServer.serve(service);
  await using client = await FlightClient.connect(server.location);
  await body(client);
}

const xs = async (rows: AsyncIterable<Record<string, unknown>>): Promise<unknown[]> =>
  (await Array.fromAsync(rows)).map((row) => row.x);

Deno.test("FlightClient.sql() gives the rows of all endpoints", () =>
  withClient(async (client) => {
    const result = await client.sql("two parts");
    deepEqual(result.schema.fields.map(({ name }) => name), ["x"]);
    deepEqual(await xs(result.rows()), [1, 1.5, 1.75, 2, 2.5, 2.75]);
  }));

Deno.test("FlightClient.sql() gives the schema of a result without endpoints", () =>
  withClient(async (client) => {
    const result = await client.sql("no parts");
    deepEqual(result.schema.fields.map(({ name }) => name), ["x"]);
    deepEqual(await xs(result.rows()), []);
  }));

Deno.test("FlightClient.sql() throws SqlError with the statement that was refused", () =>
  withClient(async (client) => {
    await rejects(client.sql("SELEC"), (error: SqlError) => {
      equal(error.name, "SqlError");
      equal(error.sql, "SELEC");
      equal(error.message, 'Cannot parse "SELEC"');
      return true;
    });
  }));

Deno.test("FlightClient.sql() does not carry its token to another server", () =>
  withClient(async (client) => {
    await rejects(client.sql("elsewhere"), {
      code: GrpcStatus.UNIMPLEMENTED,
      message: /connect to grpc:\/\/203\.0\.113\.1:1/,
    });
  }));

Deno.test("FlightClient.doGet() gives the result of a plain ticket", () =>
  withClient(async (client) => {
    deepEqual(await xs((await client.doGet("anything")).rows()), [9, 9.5, 9.75]);
  }));

Deno.test("FlightClient says that a server is not there", async () => {
  const server = await FlightServer.serve({});
  await server.shutdown();
  await using client = await FlightClient.connect(server.location);
  await rejects(Array.fromAsync(client.listActions()), { code: GrpcStatus.UNAVAILABLE });
});

Deno.test("FlightClient finds a server again that was restarted", async () => {
  const first = await FlightServer.serve({});
  await using client = await FlightClient.connect(first.location);
  await rejects(Array.fromAsync(client.listActions()), { code: GrpcStatus.UNIMPLEMENTED });
  await first.shutdown();
  await using _second = await FlightServer.serve({}, { port: first.port });
  let code: number | undefined = GrpcStatus.UNAVAILABLE;
  while (code === GrpcStatus.UNAVAILABLE) {
    await Array.fromAsync(client.listActions()).catch((error) => code = error.code);
  }
  equal(code, GrpcStatus.UNIMPLEMENTED);
});

Deno.test("FlightClient throws the reason of a signal that has aborted before the call", () =>
  withClient(async (client) => {
    const options = { signal: AbortSignal.abort(new RangeError("Too late")) };
    await rejects(client.getSchema({ type: "path", path: [] }, options), RangeError);
    await rejects(Array.fromAsync(client.listActions(options)), RangeError);
    throws(() => client.doPut({ type: "path", path: [] }, options), RangeError);
  }));

Deno.test("FlightWriter.close() leaves results readable that were not read", async () => {
  await using server = await FlightServer.serve({
    async *doPut(messages) {
      for await (const { body } of messages) yield body.slice(0, 1);
    },
  });
  await using client = await FlightClient.connect(server.location);
  await using writer = client.doPut({ type: "path", path: ["x"] });
  const header = new Uint8Array(8);
  for (let i = 0; i < 100; i++) {
    await writer.write({ header, body: [new Uint8Array(100_000).fill(i)] });
  }
  await writer.close();
  const results = await Array.fromAsync(writer.results);
  deepEqual(results.map((result) => result[0]), Array.from({ length: 100 }, (_, i) => i));
  await rejects(writer.write({}), { code: GrpcStatus.CANCELLED });
});

Deno.test("parseFlightLocation() takes gRPC locations and nothing else", () => {
  equal(grpcTarget(parseFlightLocation("grpc://127.0.0.1:80")), "ipv4:127.0.0.1:80");
  equal(grpcTarget(parseFlightLocation("grpc+tcp://[::1]:8815")), "ipv6:[::1]:8815");
  equal(grpcTarget(parseFlightLocation("grpc+tls://station-7:8815")), "dns:station-7:8815");
  equal(parseFlightLocation("grpc+tls://a:1").isTls, true);
  for (const bad of ["", "127.0.0.1:80", "http://a:1", "grpc://a", "grpc://:1", "constructor:a"]) {
    throws(() => parseFlightLocation(bad), TypeError);
  }
});

Deno.test("FlightClient.connect() names the permission that is missing, and needs no other", async () => {
  const url = import.meta.resolve("./client.ts");
  const script = `import { FlightClient } from "${url}";
    const client = await FlightClient.connect("grpc://127.0.0.1:9");
    await Array.fromAsync(client.listActions());`;
  const run = async (flags: readonly string[]): Promise<string> => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...flags, "--ext=ts", "-"],
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
      cwd: import.meta.dirname!,
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(script));
    await writer.close();
    return new TextDecoder().decode((await child.output()).stderr);
  };
  match(await run([]), /PermissionError: .* run with --allow-net=127\.0\.0\.1:9/);
  match(await run(["--allow-net=127.0.0.1:9"]), /Connecting to 127\.0\.0\.1:9 failed/);
});
