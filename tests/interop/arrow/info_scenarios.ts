/**
 * Scenarios of FlightInfo: order, locations, polling, metadata, expiration.
 * @module
 */
import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import {
  decodeCancelFlightInfoRequest,
  decodeRenewFlightEndpointRequest,
  encodeCancelFlightInfoResult,
  FLIGHT_ACTION_TYPES,
} from "../../../lib/flight/flight_actions.ts";
import type { FlightClient } from "../../../lib/flight/client.ts";
import { encodeFlightEndpoint } from "../../../lib/flight/message_codec.ts";
import type { FlightInfo } from "../../../lib/flight/messages.ts";
import type { FlightService } from "../../../lib/flight/service.ts";
import {
  type ArrowScenario,
  bytesOf,
  command,
  commandText,
  endpoint,
  expectNumbers,
  infoOf,
  NO_FIELDS,
  numbers,
  numberSchema,
  textOf,
} from "./arrow_scenario.ts";

const ORDERED = numberSchema("i");
const PARTS: Readonly<Record<string, readonly number[]>> = {
  "1": [1, 2, 3],
  "2": [10, 20, 30],
  "3": [100, 200, 300],
};

const ordered: ArrowScenario = {
  name: "ordered",
  service: () => ({
    getFlightInfo(descriptor) {
      const endpoints = Object.keys(PARTS).map((ticket) => endpoint(ticket));
      return infoOf(descriptor, ORDERED, endpoints, commandText(descriptor) === "ordered");
    },
    async *doGet(ticket) {
      yield* numbers(ORDERED, PARTS[textOf(ticket)] ?? []);
    },
  }),
  client: async (client) => {
    const info = await client.getFlightInfo(command("ordered"));
    equal(info.ordered, true);
    await expectNumbers(await readAll(client, info), "i", Object.values(PARTS).flat());
  },
};

async function readAll(client: FlightClient, info: FlightInfo) {
  const results = [];
  for (const { ticket, locations } of info.endpoints) {
    deepEqual(locations, []);
    results.push(await client.doGet(ticket));
  }
  return results;
}

const REUSE = "arrow-flight-reuse-connection://?";

const reuseConnection: ArrowScenario = {
  name: "location:reuse_connection",
  service: () => ({
    getFlightInfo: (descriptor) => infoOf(descriptor, NO_FIELDS, [endpoint("reuse", REUSE)]),
  }),
  client: async (client) => {
    const { endpoints } = await client.getFlightInfo(command("reuse"));
    deepEqual(endpoints.map(({ locations }) => locations), [[REUSE]]);
  },
};

const UNSIGNED = numberSchema("I");
const SECOND_MICROS = 1_000_000;

/** Some seconds from now, in microseconds since the epoch. */
function inSeconds(seconds: number): number {
  return Date.now() * 1000 + seconds * SECOND_MICROS;
}

const pollFlightInfo: ArrowScenario = {
  name: "poll_flight_info",
  service: () => ({
    pollFlightInfo(descriptor) {
      const info = infoOf(descriptor, UNSIGNED, [endpoint("long-running query")]);
      return commandText(descriptor) === "poll" ? { info, progress: 1 } : {
        info,
        descriptor: command("poll"),
        progress: 0.1,
        expirationMicros: inSeconds(10),
      };
    },
  }),
  client: async (client) => {
    const { descriptor, progress, expirationMicros } = await client.pollFlightInfo(
      command("heavy query"),
    );
    ok(descriptor !== undefined && expirationMicros !== undefined);
    ok(progress !== undefined && progress >= 0 && progress <= 1);
    const end = await client.pollFlightInfo(descriptor);
    equal(end.descriptor, undefined);
    equal(end.expirationMicros, undefined);
    equal(end.progress, 1);
  },
};

const appMetadata: ArrowScenario = {
  name: "app_metadata_flight_info_endpoint",
  service: () => ({
    getFlightInfo(descriptor) {
      const metadata = bytesOf(commandText(descriptor));
      const part = { ...endpoint(""), appMetadata: metadata };
      return { ...infoOf(descriptor, UNSIGNED, [part]), appMetadata: metadata };
    },
  }),
  client: async (client) => {
    const info = await client.getFlightInfo(command("foobar"));
    equal(textOf(info.appMetadata), "foobar");
    deepEqual(info.endpoints.map((part) => textOf(part.appMetadata)), ["foobar"]);
  },
};

interface Part {
  expirationMicros?: number;
  reads: number;
  cancelled: boolean;
}

/** Three parts: one that can be read once, two that expire. Their tickets begin with their index. */
function expiringService(): FlightService {
  let parts: Part[] = [];
  const partOf = (ticket: Uint8Array): Part => {
    const part = parts[Number(textOf(ticket).split(":")[0])];
    if (part === undefined) throw new RangeError(`Invalid flight: ${textOf(ticket)}`);
    return part;
  };
  const cancel = (info: FlightInfo): Uint8Array => {
    const found = info.endpoints.map(({ ticket }) => partOf(ticket));
    const isNew = found.every(({ cancelled }) => !cancelled);
    for (const part of found) part.cancelled = true;
    return encodeCancelFlightInfoResult(isNew ? "cancelled" : "not_cancellable");
  };
  return {
    getFlightInfo(descriptor) {
      parts = [
        { reads: 0, cancelled: false },
        ...[5, 6].map((seconds) => (
          { expirationMicros: inSeconds(seconds), reads: 0, cancelled: false }
        )),
      ];
      const endpoints = parts.map(({ expirationMicros }, i) => ({
        ...endpoint(`${i}: part`),
        ...(expirationMicros === undefined ? {} : { expirationMicros }),
      }));
      return infoOf(descriptor, UNSIGNED, endpoints);
    },
    async *doGet(ticket) {
      const part = partOf(ticket);
      if (part.cancelled) throw new RangeError("Invalid flight: cancelled");
      const { expirationMicros } = part;
      const isOver = expirationMicros === undefined
        ? part.reads > 0
        : expirationMicros < inSeconds(0);
      if (isOver) throw new RangeError("Invalid flight: read before, or expired");
      part.reads++;
      yield* numbers(UNSIGNED, [parts.indexOf(part)]);
    },
    async *listActions() {
      for (
        const type of [
          FLIGHT_ACTION_TYPES.cancelFlightInfo,
          FLIGHT_ACTION_TYPES.renewFlightEndpoint,
        ]
      ) yield { type, description: "" };
    },
    async *doAction({ type, body }) {
      if (type === FLIGHT_ACTION_TYPES.cancelFlightInfo) {
        yield cancel(decodeCancelFlightInfoRequest(body)!);
      } else if (type === FLIGHT_ACTION_TYPES.renewFlightEndpoint) {
        const old = decodeRenewFlightEndpointRequest(body)!;
        const expirationMicros = inSeconds(10);
        partOf(old.ticket).expirationMicros = expirationMicros;
        const ticket = bytesOf(`${textOf(old.ticket)}: renewed`);
        yield encodeFlightEndpoint({ ...old, ticket, expirationMicros });
      } else throw new RangeError(`Unsupported action: ${type}`);
    },
  };
}

function expiring(
  name: string,
  client: (client: FlightClient, info: () => Promise<FlightInfo>) => Promise<void>,
): ArrowScenario {
  return {
    name: `expiration_time:${name}`,
    service: expiringService,
    client: (each) => client(each, () => each.getFlightInfo(command("expiration_time"))),
  };
}

const expirations: readonly ArrowScenario[] = [
  expiring("do_get", async (client, ask) => {
    const info = await ask();
    const expires = info.endpoints.map((part) => part.expirationMicros !== undefined);
    deepEqual(expires, [false, true, true]);
    await expectNumbers(await readAll(client, info), "I", [0, 1, 2]);
  }),
  expiring("list_actions", async (client) => {
    const types = (await Array.fromAsync(client.listActions())).map(({ type }) => type);
    deepEqual(types.sort(), ["CancelFlightInfo", "RenewFlightEndpoint"]);
  }),
  expiring("cancel_flight_info", async (client, ask) => {
    const info = await ask();
    equal(await client.cancelFlightInfo(info), "cancelled");
    for (const { ticket } of info.endpoints) await rejects(client.doGet(ticket));
  }),
  expiring("renew_flight_endpoint", async (client, ask) => {
    for (const part of (await ask()).endpoints) {
      if (part.expirationMicros === undefined) continue;
      const renewed = await client.renewFlightEndpoint(part);
      ok(renewed.expirationMicros !== undefined);
      ok(renewed.expirationMicros > part.expirationMicros);
    }
  }),
];

/** All of them. */
export const INFO_SCENARIOS: readonly ArrowScenario[] = [
  ordered,
  reuseConnection,
  pollFlightInfo,
  appMetadata,
  ...expirations,
];
