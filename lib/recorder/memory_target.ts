import { systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import type { ChannelWriteOptions } from "../channels/channel_types.ts";
import type { EventInput } from "../events/event_inputs.ts";
import type { LitmusEvent } from "../events/event_types.ts";
import { normalizeEvent } from "../events/validate_event.ts";
import type { RecorderTarget } from "./recorder_target.ts";

/** Data that was written to a channel. */
export interface MemoryCapture {
  /** The channel. */
  readonly channelId: string;
  /** What was written. */
  readonly value: unknown;
  /** Unit, timing and origin. */
  readonly options: ChannelWriteOptions;
}

/**
 * A target that keeps what is recorded in memory: to try out a test program, or to test it. Events are
 * checked and completed as on their way to disk.
 *
 * @example
 * ```ts
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 * import { Session } from "./session.ts";
 *
 * const target = new MemoryTarget();
 * const session = await Session.startOn(target);
 * await session.end();
 * deepEqual(target.events.map((event) => event.event_type), ["session.started", "session.ended"]);
 * ```
 */
export class MemoryTarget implements RecorderTarget {
  readonly sessionId: string;
  readonly dataDir = ":memory:";
  /** All events in order, as they would stand on disk. */
  readonly events: LitmusEvent[] = [];
  /** Captures in order. */
  readonly captures: MemoryCapture[] = [];
  /** Saved data by reference; of a file its path. */
  readonly references: Map<string, ArrayBufferView | string> = new Map();

  /**
   * Makes an empty target.
   *
   * @param sessionId UUID of the session; a new one where it is left out
   */
  constructor(sessionId: string = newId()) {
    this.sessionId = sessionId;
  }

  emit(event: EventInput): void {
    const { json } = normalizeEvent(event, {
      sessionId: this.sessionId,
      nowMicros: () => systemClock.nowMicros(),
      newId,
    });
    this.events.push(JSON.parse(json));
  }

  async flush(): Promise<void> {}

  async sync(): Promise<void> {}

  saveRef(key: string, data: Uint8Array | ArrayBufferView | string): Promise<string> {
    const reference = `file://_ref/${this.references.size}_${encodeURIComponent(key)}`;
    this.references.set(reference, data);
    return Promise.resolve(reference);
  }

  writeChannel(channelId: string, value: unknown, options: ChannelWriteOptions): string {
    this.captures.push({ channelId, value, options });
    return `channel://${encodeURIComponent(channelId)}?session=${this.sessionId}`;
  }

  /** Does nothing: what was recorded stays readable. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
