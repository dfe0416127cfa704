/**
 * Large pieces of memory for the batches of a busy log, used again once a batch is on the device: fresh
 * memory costs a page fault for each 4 KiB, which is more than it takes to fill them.
 *
 *     | room for the frame, the header and the other columns | JSON text of the batch |
 *
 * So the text stays where it was written, and the message is built around it.
 * @module
 */
import { EVENT_LIMITS } from "../base/limits.ts";

/** What stands before the text: about 200 bytes for each event. */
const FRONT_BYTES = 1024 * 1024;
/** A batch closes behind the event that fills it. */
const TEXT_BYTES = EVENT_LIMITS.batchBytes + EVENT_LIMITS.batchBytes / 4 + 64;
/** Pieces kept while nothing waits for the device. */
const IDLE_PIECES = 4;

/** Lends memory and takes it back. */
export class BatchMemory {
  readonly #free: ArrayBuffer[] = [];

  /** A piece: what lies at its front offset and behind it is for the text. */
  take(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly front: number } {
    const buffer = this.#free.pop() ?? new ArrayBuffer(FRONT_BYTES + TEXT_BYTES);
    return { bytes: new Uint8Array(buffer), front: FRONT_BYTES };
  }

  /** Whether a text of so many bytes fits a piece. */
  holds(bytes: number): boolean {
    return bytes <= TEXT_BYTES;
  }

  /** Takes the memory of a batch back that nobody will look at any more; others are not ours. */
  give({ buffer }: Uint8Array): void {
    if (!(buffer instanceof ArrayBuffer)) return;
    if (buffer.byteLength === FRONT_BYTES + TEXT_BYTES) this.#free.push(buffer);
  }

  /** Lets go of what only a burst needs. */
  trim(): void {
    this.#free.splice(IDLE_PIECES);
  }
}
