/** What a peer says in SETTINGS and concerns what it is sent. @module */

import {
  ConnectionError,
  ErrorCode,
  INITIAL_WINDOW_BYTES,
  MAX_FRAME_BYTES,
  MAX_WINDOW_BYTES,
  MIN_FRAME_BYTES,
  readUint32,
  Setting,
} from "./frames.ts";

/** Size of one setting: its number in two bytes, its value in four. */
const SETTING_BYTES = 6;

/** The settings of a peer. */
export class PeerSettings {
  #isKnown = false;
  #windowBytes = INITIAL_WINDOW_BYTES;
  #maxFrameBytes = MIN_FRAME_BYTES;
  #maxStreams = Infinity;

  /** Whether any have come. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Window of new streams. */
  get windowBytes(): number {
    return this.#windowBytes;
  }

  /** How many streams it lets be open at once. */
  get maxStreams(): number {
    return this.#maxStreams;
  }

  /** Largest payload of a frame. */
  get maxFrameBytes(): number {
    return this.#maxFrameBytes;
  }

  /**
   * Takes a SETTINGS frame.
   *
   * @returns by how much the windows of the open streams grow, negative where they shrink
   * @throws {ConnectionError} for values out of range
   */
  apply(payload: Uint8Array): number {
    if (payload.length % SETTING_BYTES !== 0) {
      throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "A setting is cut");
    }
    this.#isKnown = true;
    const before = this.#windowBytes;
    for (let at = 0; at < payload.length; at += SETTING_BYTES) {
      this.#set(payload[at]! << 8 | payload[at + 1]!, readUint32(payload, at + 2));
    }
    return this.#windowBytes - before;
  }

  #set(setting: number, value: number): void {
    if (setting === Setting.INITIAL_WINDOW_SIZE) {
      if (value > MAX_WINDOW_BYTES) {
        throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, `A window of ${value} bytes`);
      }
      this.#windowBytes = value;
    } else if (setting === Setting.MAX_FRAME_SIZE) {
      if (value < MIN_FRAME_BYTES || value > MAX_FRAME_BYTES) {
        throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `Frames of ${value} bytes`);
      }
      this.#maxFrameBytes = value;
    } else if (setting === Setting.MAX_CONCURRENT_STREAMS) {
      this.#maxStreams = value;
    }
  }
}
