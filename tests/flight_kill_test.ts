/** A server that is killed in the middle of a call: the client hears of it at once, whatever the call. */
import { ok, rejects, strictEqual as equal } from "node:assert/strict";
import { FlightClient } from "../lib/flight/client.ts";
import type { FlightWriter } from "../lib/flight/flight_writer.ts";
import { GrpcStatus } from "../lib/flight/status.ts";
import { runScript } from "./harness.ts";

/** Answers each call once, where it may answer more than once, and then never ends it. */
const HANGING_SERVER = `
import { FlightServer } from "$ROOT/lib/flight/server.ts";
const forever = new Promise(() => {});
async function* hang(first) {
  yield first;
  await forever;
}
const bytes = Uint8Array.of(1, 2, 3);
const info = { schema: bytes, endpoints: [], totalRecords: -1, totalBytes: -1, ordered: false, appMetadata: bytes };
const server = await FlightServer.serve({
  handshake: () => hang({ protocolVersion: 0, payload: bytes }),
  listFlights: () => hang(info),
  getFlightInfo: () => forever,
  pollFlightInfo: () => forever,
  getSchema: () => forever,
  doGet: () => hang({ header: bytes }),
  doPut: () => hang(bytes),
  doExchange: () => hang({ header: bytes }),
  doAction: () => hang(bytes),
  listActions: () => hang({ type: "a", description: "" }),
}, { onCall: () => console.log("ENDED") });
console.log("LOCATION " + server.location);
setInterval(() => console.log("CALLS " + server.activeCalls), 20);
`;

const PATH = { type: "path", path: ["x"] } as const;

/** Reads until the call ends; `seen` is called with each answer. */
type Call = (client: FlightClient, seen: () => void) => Promise<unknown>;

async function drain(answers: AsyncIterable<unknown>, seen: () => void): Promise<void> {
  for await (const _answer of answers) seen();
}

async function drainWriter<R>(writer: FlightWriter<R>, seen: () => void): Promise<void> {
  await writer.write({ header: Uint8Array.of(1) });
  await drain(writer.results, seen);
}

const CALLS: Readonly<Record<string, Call>> = {
  Handshake: (client) => client.handshake("a", "b"),
  ListFlights: (client, seen) => drain(client.listFlights(), seen),
  GetFlightInfo: (client) => client.getFlightInfo(PATH),
  PollFlightInfo: (client) => client.pollFlightInfo(PATH),
  GetSchema: (client) => client.getSchema(PATH),
  DoGet: (client, seen) => drain(client.doGetMessages("x"), seen),
  DoPut: (client, seen) => drainWriter(client.doPut(PATH), seen),
  DoExchange: (client, seen) => drainWriter(client.doExchange(PATH), seen),
  DoAction: (client, seen) => drain(client.doAction("x"), seen),
  ListActions: (client, seen) => drain(client.listActions(), seen),
};

Deno.test("Each call whose server is killed throws UNAVAILABLE, and so does the next", async () => {
  const server = await runScript(HANGING_SERVER);
  await using client = await FlightClient.connect(await server.line("LOCATION"));
  const seen = new Map<string, number>();
  const calls = Object.entries(CALLS).map(([name, call]) =>
    rejects(
      call(client, () => seen.set(name, (seen.get(name) ?? 0) + 1)),
      { code: GrpcStatus.UNAVAILABLE },
      name,
    )
  );
  const streams = ["ListFlights", "DoGet", "DoPut", "DoExchange", "DoAction", "ListActions"];
  const hangs = async (): Promise<boolean> =>
    Number(await server.line("CALLS")) === calls.length && streams.every((name) => seen.has(name));
  while (!await hangs());
  server.kill("SIGKILL");
  await Promise.all(calls);
  await server.status;
  ok([...seen.values()].every((count) => count === 1));
  equal(seen.size, streams.length);
  await rejects(client.getFlightInfo(PATH), { code: GrpcStatus.UNAVAILABLE });
});
