/**
 * The Flight service of the daemon. It only dispatches: each RPC to the part that knows its subject.
 * @module
 */
import { encodeSchema, frameBytes } from "../arrow/message_writer.ts";
import type { FlightDescriptor } from "../flight/messages.ts";
import type { CallContext, FlightService } from "../flight/service.ts";
import { decodeSqlCommand } from "../flight/sql_commands.ts";
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
  readonly sql: FlightSqlService;
  readonly live: LiveService;
  /** Rows of one result; more end it with RESOURCE_EXHAUSTED. */
  readonly maxResultRows: number;
  readonly channelLive: ChannelLive;
  readonly channelPushes: ChannelPushes;
}

/** Puts the parts together. */
export function createService(parts: ServiceParts): FlightService {
  const { queries, puts, actions, sql, live, channelLive, channelPushes } = parts;
  /** The Flight SQL command of a descriptor, if it holds one; notes what the call is about. */
  const commandOf = (
    descriptor: FlightDescriptor,
    { notes }: CallContext,
  ): ReturnType<typeof decodeSqlCommand> => {
    const command = descriptor.type === "command"
      ? decodeSqlCommand(descriptor.command)
      : undefined;
    notes.subject = command === undefined
      ? subjectOfDescriptor(descriptor)
      : sql.subjectOf(command);
    return command;
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
      const command = commandOf(descriptor, context);
      return command === undefined
        ? await queries.info(descriptor)
        : await sql.info(command, descriptor, context);
    },
    getSchema: async (descriptor, context) => {
      const command = commandOf(descriptor, context);
      if (command !== undefined) return (await sql.info(command, descriptor, context)).schema;
      return frameBytes(encodeSchema((await queries.describe(descriptor)).schema));
    },
    doGet: (ticket, context) => {
      const command = decodeSqlCommand(ticket);
      const { notes } = context;
      notes.subject = command === undefined ? subjectOfTicket(ticket) : sql.subjectOf(command);
      return countRows(
        command === undefined ? queries.get(ticket, context) : sql.get(command, context),
        notes,
        parts.maxResultRows,
      );
    },
    doPut: async function* (messages, context) {
      const { first, all } = await peek(countRows(messages, context.notes));
      const descriptor = first?.descriptor;
      const command = descriptor && commandOf(descriptor, context);
      if (command !== undefined) yield* sql.put(command, all, context);
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
    doAction: (action, context) => {
      context.notes.subject = action.type;
      return actions.has(action.type) ? actions.run(action) : sql.action(action, context);
    },
    listActions: async function* () {
      yield* actions.list();
      yield* sql.actionTypes();
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
