/**
 * Arrow's scenarios against its Go library, as client and as server.
 * @module
 */
import { strictEqual as equal } from "node:assert/strict";
import { FlightClient } from "../../../lib/flight/client.ts";
import { FlightServer } from "../../../lib/flight/server.ts";
import { lastLines, runProgram, startServer } from "../program.ts";
import { check, type Scenario } from "../scenario.ts";
import { ACCESS_SCENARIOS } from "./access_scenarios.ts";
import type { ArrowScenario } from "./arrow_scenario.ts";
import { INFO_SCENARIOS } from "./info_scenarios.ts";
import { SQL_SCENARIOS } from "./sql_scenarios.ts";

const SCENARIOS = [...ACCESS_SCENARIOS, ...INFO_SCENARIOS, ...SQL_SCENARIOS];
const TIMEOUT_MILLIS = 20_000;

/** Their client against our server. */
async function askedBy(program: string, { name, service }: ArrowScenario): Promise<void> {
  await using server = await FlightServer.serve(service());
  const args = ["-host", "127.0.0.1", "-port", String(server.port), "-scenario", name];
  const { code, stderr } = await runProgram(program, args, { timeoutSeconds: 30 });
  equal(code, 0, lastLines(stderr));
}

/** Our client against their server. */
async function asking(program: string, { name, client }: ArrowScenario): Promise<void> {
  const args = ["-port", "0", "-scenario", name];
  await using server = await startServer(program, args, /listening on \S+:(\d+)/);
  await using connection = await FlightClient.connect(`grpc://127.0.0.1:${server.match[1]}`, {
    timeoutMillis: TIMEOUT_MILLIS,
  });
  await client(connection);
}

/** All of them, each with two checks. */
export const arrowGo: Scenario = {
  name: "Arrow's Flight scenarios, Go on the other side",
  part: "go",
  run: async (_recorded, toolchain) => {
    const { client, server } = await toolchain.arrowGo();
    const checks = [];
    for (const scenario of SCENARIOS) {
      checks.push(
        await check(`${scenario.name}, our server`, () => askedBy(client, scenario)),
        await check(`${scenario.name}, our client`, () => asking(server, scenario)),
      );
    }
    return checks;
  },
};
