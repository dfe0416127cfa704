/**
 * The Flight service of the daemon. It only dispatches: each RPC to the part that knows its subject.
 * @module
 */
import { encodeSchema, frameBytes } from "../arrow/message_writer.ts";
import type { FlightDescriptor } from "../flight/messages.ts";
import type { CallContext, FlightService } from "../flight/service.ts";
import { unpackSqlMessage } from "../flight/sql_any.ts";
import type { SqlCommand, UnknownSqlCommand } from "../flight/sql_types.ts";
import { PUT_PATHS, SUBSCRIBE_PATH } from "../protocol/names.ts";
import { basicToken } from "./access.ts";
import type { ActionService } from "./action_service.ts";
import { countRows, subjectOfDescriptor, subjectOfTicket } from "./call_notes.ts";
import type { ChannelLive } from "./channel_live.ts";
import type { ChannelPushes } from "./channel_pushes.ts";
import type { FlightSqlService } from "./flight_sql_service.ts";
import type { LiveService } from "./live_service.ts";
import type { PutService } from "./put_service.ts";
import type { QueryService } from "./query_service.ts";

/** The parts. */
export interface ServiceParts {
  readonly queries: QueryService;
  readonly puts: PutService;
  readonly actions: ActionService;
  /** Loaded with the first message of Flight SQL: our own clients send none, and it takes a while. */
  readonly sql: () => Promise<FlightSqlService>;
  readonly live: LiveService;
  /** Rows of one result; more end it with RESOURCE_EXHAUSTED. */
  readonly maxResultRows: number;
  readonly channelLive: ChannelLive;
  readonly channelPushes: ChannelPushes;
}

/** A command of Flight SQL and what answers it. */
interface SqlCall {
  readonly command: SqlCommand | UnknownSqlCommand;
  readonly sql: FlightSqlService;
}

/** Puts the parts together. */
export function createService(parts: ServiceParts): FlightService {
  const { queries, puts, actions, sql, live, channelLive, channelPushes } = parts;
  /** The Flight SQL command in bytes, if they hold one; notes what the call is about. */
  const sqlCallOf = async (
    bytes: Uint8Array,
    { notes }: CallContext,
  ): Promise<SqlCall | undefined> => {
    if (unpackSqlMessage(bytes) === undefined) return undefined;
    const service = await sql();
    const command = service.decode(bytes);
    if (command === undefined) return undefined;
    notes.subject = service.subjectOf(command);
    return { command, sql: service };
  };
  const sqlCallBy = async (
    descriptor: FlightDescriptor,
    context: CallContext,
  ): Promise<SqlCall | undefined> => {
    context.notes.subject = subjectOfDescriptor(descriptor);
    return descriptor.type === "command" ? await sqlCallOf(descriptor.command, context) : undefined;
  };
  return {
    // Drivers with a token ask for nothing here but an answer; those with user and password get a token.
    handshake: async function* (requests, context) {
      const header = context.metadata.get("authorization") ?? "";
      const token = basicToken(header);
      if (token !== undefined) context.responseHeaders.set("authorization", `Bearer ${token}`);
      for await (const request of requests) yield { ...request, payload: new Uint8Array(0) };
    },
    listFlights: (criteria) => queries.list(criteria),
    getFlightInfo: async (descriptor, context) => {
      const call = await sqlCallBy(descriptor, context);
      return call === undefined
        ? await queries.info(descriptor)
        : await call.sql.info(call.command, descriptor, context);
    },
    getSchema: async (descriptor, context) => {
      const call = await sqlCallBy(descriptor, context);
      if (call !== undefined) {
        return (await call.sql.info(call.command, descriptor, context)).schema;
      }
      return frameBytes(encodeSchema((await queries.describe(descriptor)).schema));
    },
    doGet: async function* (ticket, context) {
      const { notes } = context;
      notes.subject = subjectOfTicket(ticket);
      const call = await sqlCallOf(ticket, context);
      const answer = call === undefined
        ? queries.get(ticket, context)
        : call.sql.get(call.command, context);
      yield* countRows(answer, notes, parts.maxResultRows);
    },
    doPut: async function* (messages, context) {
      const { first, all } = await peek(countRows(messages, context.notes));
      const descriptor = first?.descriptor;
      const call = descriptor && await sqlCallBy(descriptor, context);
      if (call !== undefined) yield* call.sql.put(call.command, all, context);
      else yield* isChannelPush(descriptor) ? channelPushes.take(all) : puts.put(all);
    },
    doExchange: async function* (messages, context) {
      const { first, all } = await peek(messages);
      const descriptor = first?.descriptor;
      if (descriptor?.type === "path" && descriptor.path[0] === SUBSCRIBE_PATH) {
        context.notes.subject = subjectOfDescriptor(descriptor);
        const [store, ...path] = descriptor.path.slice(1);
        yield* countRows(
          store === PUT_PATHS.channels
            ? channelLive.subscribe(path, all, context)
            : live.subscribe(descriptor.path.slice(1), all, context),
          context.notes,
        );
        return;
      }
      throw new TypeError(
        `DoExchange serves live subscriptions only: path ["${SUBSCRIBE_PATH}", "events"] or ` +
          `["${SUBSCRIBE_PATH}", "channels", CHANNEL]`,
      );
    },
    doAction: async function* (action, context) {
      context.notes.subject = action.type;
      if (actions.has(action.type)) yield* actions.run(action);
      else yield* (await sql()).action(action, context);
    },
    listActions: async function* () {
      yield* actions.list();
      yield* (await sql()).actionTypes();
    },
  };
}

/** True for the path of writers that have files of their own. */
function isChannelPush(descriptor: FlightDescriptor | undefined): boolean {
  return descriptor?.type === "path" && descriptor.path.length === 1 &&
    descriptor.path[0] === PUT_PATHS.channels;
}

/** Looks at the first message without taking it away. */
async function peek<T>(
  messages: AsyncIterable<T>,
): Promise<{ first: T | undefined; all: AsyncIterable<T> }> {
  const iterator = messages[Symbol.asyncIterator]();
  const head = await iterator.next();
  const first = head.done === true ? undefined : head.value;
  async function* all(): AsyncGenerator<T> {
    try {
      if (first !== undefined) yield first;
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { first, all: all() };
}
