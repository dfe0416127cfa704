/**
 * Batches out of a stream of messages, as an iterator that closes the stream whether or not it was begun.
 * @module
 */
import { InvalidDataError, LitmusError } from "../base/errors.ts";
import type { ArrowBatch, ArrowSchema } from "./field.ts";
import { StreamAssembler } from "./stream_assembler.ts";

/** One Flight message as it arrives: IPC metadata and body. */
export interface ResultMessage {
  /** The flatbuffer of the message, empty where a frame carries none. */
  readonly header: Uint8Array;
  /** The message body. */
  readonly body: Uint8Array;
}

/**
 * Reads batches on demand. Not a generator: one that was never begun skips its `finally` on return, and
 * a result that nobody reads would keep its call open.
 */
export class MessageBatches implements AsyncIterableIterator<ArrowBatch> {
  /** The schema of all batches. */
  readonly schema: ArrowSchema;
  readonly #assembler: StreamAssembler;
  readonly #messages: AsyncIterator<ResultMessage>;
  #done = false;

  private constructor(
    schema: ArrowSchema,
    assembler: StreamAssembler,
    messages: AsyncIterator<ResultMessage>,
  ) {
    this.schema = schema;
    this.#assembler = assembler;
    this.#messages = messages;
  }

  /**
   * Reads up to the schema.
   *
   * @throws {LitmusError} if the stream holds no schema
   */
  static async open(messages: AsyncIterable<ResultMessage>): Promise<MessageBatches> {
    const assembler = new StreamAssembler();
    const iterator = messages[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) throw new LitmusError("Flight stream ended before its schema");
        const { header, body } = next.value;
        if (header.byteLength > 0) assembler.acceptBytes(header, body);
        const { schema } = assembler;
        if (schema !== undefined) return new MessageBatches(schema, assembler, iterator);
      }
    } catch (error) {
      await iterator.return?.();
      throw error;
    }
  }

  /** The next batch. */
  async next(): Promise<IteratorResult<ArrowBatch, undefined>> {
    try {
      while (!this.#done) {
        const next = await this.#messages.next();
        if (next.done === true) this.#done = true;
        else if (next.value.header.byteLength > 0) {
          const batch = this.#accept(next.value);
          if (batch !== undefined) return { done: false, value: batch };
        }
      }
    } catch (error) {
      await this.return();
      throw error;
    }
    return { done: true, value: undefined };
  }

  #accept({ header, body }: ResultMessage): ArrowBatch | undefined {
    const batch = this.#assembler.acceptBytes(header, body);
    if (this.#assembler.schema !== this.schema) {
      throw new InvalidDataError("Flight stream changed its schema midway");
    }
    return batch;
  }

  /** Closes the stream. */
  async return(): Promise<IteratorResult<ArrowBatch, undefined>> {
    if (!this.#done) {
      this.#done = true;
      await this.#messages.return?.();
    }
    return { done: true, value: undefined };
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Closes the stream. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
