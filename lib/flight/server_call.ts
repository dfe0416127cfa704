/**
 * One call from its headers to its status.
 * @module
 */

import { FlightError } from "../base/errors.ts";
import { parseGrpcTimeout } from "./grpc_timeout.ts";
import { RPC_HANDLERS, type RpcHandler } from "./rpc_methods.ts";
import { type CallContext, type CallNotes, type FlightService, SERVICE_PATH } from "./service.ts";
import { type CallStatus, GrpcStatus, statusOfError } from "./status.ts";
import type { TransportCall } from "./transport.ts";

const OK: CallStatus = { code: GrpcStatus.OK, message: "" };

/** Checks a call before it starts; throws to refuse it. */
export type Authorize = (context: CallContext) => void | Promise<void>;

/** The RPC name of a path, or the path itself where it is none of ours. */
export function methodOfPath(path: string): string {
  return path.startsWith(SERVICE_PATH) ? path.slice(SERVICE_PATH.length) : path;
}

function toContext(call: TransportCall, notes: CallNotes): CallContext {
  const origin = call.metadata.get("origin");
  return {
    metadata: call.metadata,
    responseHeaders: call.responseHeaders,
    method: methodOfPath(call.path),
    peer: call.peer,
    authority: call.authority,
    notes,
    signal: call.signal,
    ...(origin === undefined ? {} : { origin }),
  };
}

function unimplemented(path: string): FlightError {
  return new FlightError(`The server does not implement ${path}`, {
    code: GrpcStatus.UNIMPLEMENTED,
  });
}

function handlerOf(call: TransportCall): RpcHandler {
  const handler = call.path.startsWith(SERVICE_PATH)
    ? RPC_HANDLERS.get(methodOfPath(call.path))
    : undefined;
  if (handler === undefined) throw unimplemented(call.path);
  return handler;
}

function startDeadline(call: TransportCall): () => void {
  const millis = parseGrpcTimeout(call.metadata.get("grpc-timeout"));
  if (millis === undefined) return () => {};
  const timer = setTimeout(() => {
    call.abort(
      new FlightError("The deadline of the call has passed", {
        code: GrpcStatus.DEADLINE_EXCEEDED,
      }),
    );
  }, millis);
  return () => clearTimeout(timer);
}

async function answer(
  call: TransportCall,
  service: FlightService,
  notes: CallNotes,
  authorize: Authorize | undefined,
): Promise<void> {
  const handler = handlerOf(call);
  const context = toContext(call, notes);
  await authorize?.(context);
  const responses = handler(service, call.messages, context);
  if (responses === undefined) throw unimplemented(call.path);
  // Leaving this loop early runs the stream's return().
  for await (const chunks of responses) {
    if (call.signal.aborted) return;
    const room = call.send(chunks);
    if (room !== undefined) await room;
    if (call.signal.aborted) return;
  }
}

/**
 * Runs a call to its end. Resolves when the handler has come to rest, which may be after the
 * client got its status: a call that is cut short is answered at once.
 *
 * @param call the call
 * @param service answers it
 * @param notes what the service tells of the call
 * @param authorize checks it first
 * @returns how it ended; never rejects
 */
export async function serveCall(
  call: TransportCall,
  service: FlightService,
  notes: CallNotes,
  authorize?: Authorize,
): Promise<CallStatus> {
  let stopDeadline = (): void => {};
  let status = OK;
  try {
    stopDeadline = startDeadline(call);
    await answer(call, service, notes, authorize);
  } catch (error) {
    status = statusOfError(error);
  } finally {
    stopDeadline();
  }
  if (call.signal.aborted) status = statusOfError(call.signal.reason);
  call.finish(status);
  return status;
}
