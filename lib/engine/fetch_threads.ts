/**
 * Threads that fetch large results, started when one is met and ended when none has been for a while.
 * @module
 */
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import type { FetchReply, FetchRequest, FetchTarget } from "./fetch_messages.ts";

/** A thread is ended after this long without work: it holds memory of its own. */
const IDLE_MILLIS = 5000;

/** A thread that fetches one result at a time. */
export class FetchThread {
  readonly #worker: Worker;
  readonly #onIdle: (thread: FetchThread) => void;
  #schema: ArrowSchema = { fields: [] };
  #waiting: PromiseWithResolvers<FetchReply> | undefined;
  #failure: Error | undefined;

  /** @param onIdle called when it can take another result, or never will again */
  constructor(onIdle: (thread: FetchThread) => void) {
    this.#onIdle = onIdle;
    this.#worker = new Worker(import.meta.resolve("./fetch_worker.ts"), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FetchReply>) => this.#take(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new Error(`Fetching thread ended: ${event.message}`));
    };
  }

  /** Why it cannot be used any more. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Takes a result over. */
  open(target: FetchTarget): void {
    this.#schema = target.schema;
    this.#post({ kind: "open", target });
  }

  /** The next batch, with which the result may have ended. */
  async next(): Promise<{ readonly batch: ArrowBatch; readonly isLast: boolean }> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#waiting = Promise.withResolvers<FetchReply>();
    this.#post({ kind: "next" });
    const reply = await this.#waiting.promise;
    if (reply.kind === "failed") throw new Error(reply.message);
    if (reply.kind === "ready") throw new TypeError("A fetching thread answered out of turn");
    const { rows, columns, body, isLast } = reply.batch;
    return { batch: { schema: this.#schema, rows, columns, body }, isLast };
  }

  /** Gives the result back; nothing may be under way. */
  release(): void {
    this.#schema = { fields: [] };
    this.#onIdle(this);
  }

  /** Ends the thread. */
  end(): void {
    this.#settle(new Error("Fetching thread was ended"));
    this.#worker.terminate();
  }

  #post(request: FetchRequest): void {
    this.#worker.postMessage(request);
  }

  #take(reply: FetchReply): void {
    if (reply.kind === "ready") {
      this.#onIdle(this);
      return;
    }
    this.#waiting?.resolve(reply);
    this.#waiting = undefined;
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#settle(error);
    this.#onIdle(this);
  }

  #settle(error: Error): void {
    this.#failure ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/** A few threads for whoever has a large result. */
export class FetchThreads {
  readonly #limit: number;
  readonly #all = new Set<FetchThread>();
  readonly #idle: FetchThread[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isBroken = false;

  /** @param limit threads at most */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A thread that is free, or none: then one is started where there is room, for whoever asks next. */
  lease(): FetchThread | undefined {
    const thread = this.#idle.pop();
    if (thread === undefined) this.#start();
    return thread;
  }

  /** Ends all threads. */
  close(): void {
    this.#isBroken = true;
    clearTimeout(this.#timer);
    for (const thread of [...this.#all]) thread.end();
  }

  #start(): void {
    if (this.#isBroken || this.#all.size >= this.#limit) return;
    this.#all.add(new FetchThread((thread) => this.#settle(thread)));
  }

  #settle(thread: FetchThread): void {
    if (thread.failure !== undefined) {
      // Results are fetched without threads from now on: slower, and just as right.
      this.#isBroken = true;
      this.#all.delete(thread);
      return;
    }
    this.#idle.push(thread);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#endIdle(), IDLE_MILLIS);
  }

  #endIdle(): void {
    for (const thread of this.#idle.splice(0)) {
      this.#all.delete(thread);
      thread.end();
    }
  }
}
