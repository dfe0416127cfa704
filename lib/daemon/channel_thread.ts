/**
 * Threads that answer channel queries which take long: many samples are read and chosen from in one go, and
 * the main thread serves others meanwhile. Started when such a query comes, ended when none has for a while.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import { StorageError } from "../base/errors.ts";
import type { ChannelQuestion, ThreadReply, ThreadRequest } from "./channel_thread_messages.ts";

/** A thread is ended after this long without work: it holds memory of its own. */
const IDLE_MILLIS = 10_000;

/** A thread that answers one question at a time. */
class ChannelThread {
  readonly #worker: Worker;
  #waiting: PromiseWithResolvers<ArrowBatch | undefined> | undefined;
  #failure: Error | undefined;

  constructor() {
    this.#worker = new Worker(import.meta.resolve("./channel_worker.ts"), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<ThreadReply>) => this.#take(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.end(new Error(`Channel thread ended: ${event.message}`));
    };
  }

  /** True while it can take another question. */
  get isAlive(): boolean {
    return this.#failure === undefined;
  }

  /** Begins with a question. */
  open(question: ChannelQuestion): void {
    this.#post({ kind: "open", question });
  }

  /** The next batch of the answer; undefined after the last. */
  next(): Promise<ArrowBatch | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#waiting = Promise.withResolvers();
    this.#post({ kind: "next" });
    return this.#waiting.promise;
  }

  /** Ends the thread, whatever it does. */
  end(reason: Error): void {
    this.#failure ??= reason;
    this.#waiting?.reject(reason);
    this.#waiting = undefined;
    this.#worker.terminate();
  }

  #post(request: ThreadRequest): void {
    this.#worker.postMessage(request);
  }

  #take(reply: ThreadReply): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (reply.kind === "batch") return waiting?.resolve(reply.batch);
    const { message, isRange, file } = reply;
    waiting?.reject(isRange ? new RangeError(message) : new StorageError(message, { file }));
  }
}

/** A few threads; who finds none free waits for one. */
export class ChannelThreads {
  readonly #limit: number;
  readonly #idle: ChannelThread[] = [];
  readonly #busy = new Set<ChannelThread>();
  readonly #queue: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** @param limit threads at most; 0 for none, then {@linkcode answer} must not be asked */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True where there may be any. */
  get isOpen(): boolean {
    return this.#limit > 0 && !this.#isClosed;
  }

  /**
   * The batches of an answer, read while they are asked for.
   *
   * @param signal ends the thread in the middle of its work
   */
  async *answer(question: ChannelQuestion, signal: AbortSignal): AsyncGenerator<ArrowBatch> {
    const thread = await this.#lease(signal);
    const stop = (): void => thread.end(signal.reason);
    let isOver = false;
    try {
      signal.addEventListener("abort", stop, { once: true });
      thread.open(question);
      for (let batch = await thread.next(); batch !== undefined; batch = await thread.next()) {
        yield batch;
      }
      isOver = true;
    } finally {
      signal.removeEventListener("abort", stop);
      // What is in the middle of an answer that nobody wants cannot be told otherwise.
      if (!isOver) thread.end(new Error("Channel thread was ended"));
      this.#giveBack(thread);
    }
  }

  async #lease(signal: AbortSignal): Promise<ChannelThread> {
    while (!this.#isClosed && this.#busy.size >= this.#limit) await this.#turn(signal);
    if (this.#isClosed) throw new Error("Channel threads are closed");
    signal.throwIfAborted();
    clearTimeout(this.#timer);
    const thread = this.#idle.pop() ?? new ChannelThread();
    this.#busy.add(thread);
    return thread;
  }

  /** Waits until a thread was given back. */
  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      const at = this.#queue.indexOf(resolve);
      if (at >= 0) this.#queue.splice(at, 1);
      reject(signal.reason);
    };
    this.#queue.push(resolve);
    signal.addEventListener("abort", leave, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  #giveBack(thread: ChannelThread): void {
    this.#busy.delete(thread);
    if (thread.isAlive) this.#idle.push(thread);
    this.#queue.shift()?.();
    clearTimeout(this.#timer);
    if (this.#idle.length > 0) this.#timer = setTimeout(() => this.#endIdle(), IDLE_MILLIS);
  }

  #endIdle(): void {
    for (const thread of this.#idle.splice(0)) thread.end(new Error("Channel thread was idle"));
  }

  /** Ends all threads. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#endIdle();
    for (const thread of this.#busy) thread.end(new Error("Channel threads are closed"));
    for (const wake of this.#queue.splice(0)) wake();
  }
}
