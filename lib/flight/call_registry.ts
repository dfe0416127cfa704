/**
 * The calls of a server that are under way.
 * @module
 */

import { setImmediate } from "node:timers";
import { FlightError } from "../base/errors.ts";
import { type Authorize, methodOfPath, serveCall } from "./server_call.ts";
import type { CallNotes, FlightService } from "./service.ts";
import { type CallStatus, GrpcStatus } from "./status.ts";
import type { TransportCall, TransportHandlers } from "./transport.ts";

/** What is known of a call that has ended. */
export interface CallRecord extends Readonly<CallNotes> {
  /** RPC name such as `DoGet`, or the path where it is none of Flight's. */
  readonly method: string;
  /** `ADDRESS:PORT` of the client. */
  readonly peer: string;
  /** What the client calls itself; empty where it does not. */
  readonly userAgent: string;
  /** Numeric gRPC status code. */
  readonly code: number;
  /** From the arrival of the headers until the handler came to rest. */
  readonly durationMillis: number;
  /** Bytes of messages sent. */
  readonly bytesOut: number;
  /** Bytes of messages received. */
  readonly bytesIn: number;
  /** The status message, absent for OK. */
  readonly message?: string;
}

/** Rules of a {@linkcode CallRegistry}. */
export interface CallRegistryOptions {
  /** Largest number of calls under way. */
  readonly maxConcurrentCalls: number;
  /** Checks each call before it starts. */
  readonly authorize?: Authorize;
  /** Told of each call that has ended; must not throw. */
  readonly onCall?: (record: CallRecord) => void;
}

/** Methods whose calls end when the client wants. */
const OPEN_ENDED: ReadonlySet<string> = new Set(["DoPut", "DoExchange"]);

/** The calls under way, and the rules by which one may start. */
export class CallRegistry implements TransportHandlers {
  readonly #service: FlightService;
  readonly #options: CallRegistryOptions;
  readonly #active = new Set<TransportCall>();
  readonly #onIdle: (() => void)[] = [];
  #isRefusing = false;

  /** @param service answers the calls */
  constructor(service: FlightService, options: CallRegistryOptions) {
    this.#service = service;
    this.#options = options;
  }

  /** Number of calls under way. */
  get size(): number {
    return this.#active.size;
  }

  /** Starts a call, or refuses it. */
  onCall(call: TransportCall): void {
    const startMillis = performance.now();
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      call.finish(refusal);
      this.#report(call, refusal, startMillis, {});
      return;
    }
    this.#active.add(call);
    const notes: CallNotes = {};
    void serveCall(call, this.#service, notes, this.#options.authorize).then((status) => {
      this.#active.delete(call);
      if (this.#active.size === 0) { for (const wake of this.#onIdle.splice(0)) wake(); }
      // The end of the call goes out first: it was put in line for this turn of the event loop.
      setImmediate(() => this.#report(call, status, startMillis, notes));
    });
  }

  /** Refuses all calls from now on. */
  refuse(): void {
    this.#isRefusing = true;
  }

  /** Cuts puts and exchanges short: they go on for as long as their client likes. */
  abortStreams(): void {
    this.#abort(({ path }) => OPEN_ENDED.has(methodOfPath(path)));
  }

  /** Cuts all calls short. */
  abortAll(): void {
    this.#abort(() => true);
  }

  #abort(isMeant: (call: TransportCall) => boolean): void {
    for (const call of this.#active) {
      if (!isMeant(call)) continue;
      call.abort(
        new FlightError("The server is shutting down", { code: GrpcStatus.UNAVAILABLE }),
      );
    }
  }

  /** Whether all calls have ended within the time. */
  async idleWithin(millis: number): Promise<boolean> {
    if (this.#active.size === 0) return true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), millis);
    });
    const idle = new Promise<boolean>((resolve) => this.#onIdle.push(() => resolve(true)));
    try {
      return await Promise.race([idle, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  #refusal(): CallStatus | undefined {
    if (this.#isRefusing) {
      return { code: GrpcStatus.UNAVAILABLE, message: "The server is shutting down" };
    }
    const limit = this.#options.maxConcurrentCalls;
    if (this.#active.size < limit) return undefined;
    const message = `${limit} calls are under way, which is the limit: try again later`;
    return { code: GrpcStatus.RESOURCE_EXHAUSTED, message };
  }

  #report(call: TransportCall, status: CallStatus, startMillis: number, notes: CallNotes): void {
    this.#options.onCall?.({
      ...notes,
      method: methodOfPath(call.path),
      peer: call.peer,
      userAgent: call.metadata.get("user-agent") ?? "",
      code: status.code,
      durationMillis: performance.now() - startMillis,
      bytesOut: call.bytesOut,
      bytesIn: call.bytesIn,
      ...(status.code === GrpcStatus.OK ? {} : { message: status.message }),
    });
  }
}
