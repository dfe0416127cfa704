/**
 * Scenarios of headers: logging in, headers either way, sessions by cookie.
 * @module
 */
import { deepStrictEqual as deepEqual, rejects, strictEqual as equal } from "node:assert/strict";
import { FlightError } from "../../../lib/base/errors.ts";
import {
  decodeSetSessionOptionsRequest,
  encodeCloseSessionResult,
  encodeGetSessionOptionsResult,
  encodeSetSessionOptionsResult,
  FLIGHT_ACTION_TYPES,
  type SessionOptionError,
  type SessionOptionValue,
} from "../../../lib/flight/flight_actions.ts";
import { decodeBasicAuth } from "../../../lib/flight/message_codec.ts";
import { GrpcStatus } from "../../../lib/flight/status.ts";
import {
  type ArrowScenario,
  bytesOf,
  command,
  commandText,
  endpoint,
  infoOf,
  NO_FIELDS,
  textOf,
} from "./arrow_scenario.ts";

const USER = "arrow";
const PASSWORD = "flight";

const basicAuth: ArrowScenario = {
  name: "auth:basic_proto",
  service: () => ({
    async *handshake(requests) {
      for await (const request of requests) {
        const { username, password } = decodeBasicAuth(request.payload);
        if (username !== USER || password !== PASSWORD) throw invalidToken();
        yield { protocolVersion: 0, payload: bytesOf(username) };
      }
    },
    async *doAction(_action, { metadata }) {
      const token = metadata.get("auth-token-bin");
      if (token === undefined) throw invalidToken();
      const user = textOf(Uint8Array.fromBase64(token));
      if (user !== USER) throw invalidToken();
      yield bytesOf(user);
    },
  }),
  client: async (client) => {
    await rejects(Array.fromAsync(client.doAction("")), { code: GrpcStatus.UNAUTHENTICATED });
    equal(await client.handshake(USER, PASSWORD), USER);
    deepEqual((await Array.fromAsync(client.doAction(""))).map(textOf), [USER]);
  },
};

function invalidToken(): FlightError {
  return new FlightError("invalid token", { code: GrpcStatus.UNAUTHENTICATED });
}

const HEADER = "x-middleware";
const HEADER_VALUE = "expected value";

const middleware: ArrowScenario = {
  name: "middleware",
  service: () => ({
    getFlightInfo(descriptor, { metadata, responseHeaders }) {
      responseHeaders.set(HEADER, metadata.get(HEADER) ?? "");
      if (commandText(descriptor) !== "success") {
        throw new FlightError("unknown", { code: GrpcStatus.UNKNOWN });
      }
      return infoOf(descriptor, NO_FIELDS, [endpoint("foo", "grpc+tcp://localhost:10010")]);
    },
  }),
  client: async (client) => {
    const seen: (string | undefined)[] = [];
    const options = {
      headers: { [HEADER]: HEADER_VALUE },
      onHeaders: (headers: ReadonlyMap<string, string>) => {
        if (headers.has(HEADER)) seen.push(headers.get(HEADER));
      },
    };
    await rejects(client.getFlightInfo(command(""), options), FlightError);
    deepEqual(seen, [HEADER_VALUE]);
    await client.getFlightInfo(command("success"), options);
    deepEqual(seen, [HEADER_VALUE, HEADER_VALUE]);
  },
};

const COOKIE = "arrow_flight_session_id";
const INVALID = "lol_invalid";

type Options = Map<string, SessionOptionValue>;

/** Sets what may be set and says of the rest why not. */
function setOptions(
  session: Options,
  wanted: ReadonlyMap<string, SessionOptionValue>,
): Map<string, SessionOptionError> {
  const errors = new Map<string, SessionOptionError>();
  for (const [name, value] of wanted) {
    if (name === INVALID) errors.set(name, "invalid_name");
    else if (value === INVALID) errors.set(name, "invalid_value");
    else if (value === null) session.delete(name);
    else session.set(name, value);
  }
  return errors;
}

const OPTIONS: Options = new Map<string, SessionOptionValue>([
  ["foolong", 123n],
  ["bardouble", 456],
  ["big_ol_string_list", ["a", "b", "sea", "dee", " ", "  ", "geee", "(づ｡◕‿‿◕｡)づ"]],
]);

const sessionOptions: ArrowScenario = {
  name: "session_options",
  service: () => {
    const sessions = new Map<string, Options>();
    return {
      async *doAction({ type, body }, { metadata, responseHeaders }) {
        const known = new RegExp(`${COOKIE}=([^;]+)`).exec(metadata.get("cookie") ?? "")?.[1];
        const id = known ?? crypto.randomUUID();
        const session = sessions.get(id) ?? new Map();
        sessions.set(id, session);
        responseHeaders.set("set-cookie", `${COOKIE}=${id}`);
        if (type === FLIGHT_ACTION_TYPES.getSessionOptions) {
          yield encodeGetSessionOptionsResult(session);
        } else if (type === FLIGHT_ACTION_TYPES.setSessionOptions) {
          const wanted = decodeSetSessionOptionsRequest(body);
          yield encodeSetSessionOptionsResult(setOptions(session, wanted));
        } else if (type === FLIGHT_ACTION_TYPES.closeSession) {
          responseHeaders.set("set-cookie", `${COOKIE}=${id}; Max-Age=0`);
          sessions.delete(id);
          yield encodeCloseSessionResult("closed");
        } else throw new RangeError(`Unknown action ${type}`);
      },
    };
  },
  client: async (client) => {
    equal((await client.getSessionOptions()).size, 0);
    const errors = await client.setSessionOptions(
      new Map([
        ...OPTIONS,
        [INVALID, "this won't get set"],
        ["key_with_invalid_value", INVALID],
      ]),
    );
    deepEqual(
      errors,
      new Map([[INVALID, "invalid_name"], ["key_with_invalid_value", "invalid_value"]]),
    );
    deepEqual(sorted(await client.getSessionOptions()), sorted(OPTIONS));
    equal((await client.setSessionOptions(new Map([["foolong", null]]))).size, 0);
    equal((await client.getSessionOptions()).has("foolong"), false);
    equal(await client.closeSession(), "closed");
    equal((await client.getSessionOptions()).size, 0);
  },
};

function sorted(options: Options): [string, SessionOptionValue][] {
  return [...options].sort(([a], [b]) => a < b ? -1 : 1);
}

/** All of them. */
export const ACCESS_SCENARIOS: readonly ArrowScenario[] = [basicAuth, middleware, sessionOptions];
