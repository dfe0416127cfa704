/** Puts header blocks together from HEADERS and CONTINUATION frames. @module */

import { ConnectionError, ErrorCode, Flag, type Frame, withoutPadding } from "./frames.ts";
import { HeaderDecoder, type HeaderField } from "./hpack.ts";

/** What a HEADERS frame with the PRIORITY flag starts with; it is ignored. */
const PRIORITY_BYTES = 5;
/** Largest block: a list that is a little too long is still answered by a status. */
const MAX_BLOCK_BYTES = 256 * 1024;

/** A header block. */
export interface HeaderBlock {
  /** The stream that it belongs to. */
  readonly streamId: number;
  /** Whether the stream ends with it. */
  readonly isLast: boolean;
  /** The fields; undefined where they are more than the limit. */
  readonly fields: readonly HeaderField[] | undefined;
}

/** The header blocks of one connection. */
export class HeaderBlocks {
  readonly #decoder: HeaderDecoder;
  #open: Omit<HeaderBlock, "fields"> | undefined;
  #bytes: Uint8Array = new Uint8Array(0);

  /** @param maxListBytes largest list of fields */
  constructor(maxListBytes: number) {
    this.#decoder = new HeaderDecoder(maxListBytes);
  }

  /** Whether a block is incomplete, so that nothing but CONTINUATION may come. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Takes a HEADERS frame. @returns the block where it is complete */
  start(frame: Frame): HeaderBlock | undefined {
    const content = withoutPadding(frame);
    const skipped = (frame.flags & Flag.PRIORITY) === 0 ? 0 : PRIORITY_BYTES;
    if (content.length < skipped) {
      throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "A HEADERS frame is too short");
    }
    const isLast = (frame.flags & Flag.END_STREAM) !== 0;
    this.#open = { streamId: frame.streamId, isLast };
    return this.#add(content.subarray(skipped), frame.flags);
  }

  /** Takes a CONTINUATION frame of the open block. @returns the block where it is complete */
  goOn({ streamId, flags, payload }: Frame): HeaderBlock | undefined {
    if (streamId !== this.#open?.streamId) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "A header block is interrupted");
    }
    return this.#add(payload, flags);
  }

  #add(part: Uint8Array, flags: number): HeaderBlock | undefined {
    const isWhole = (flags & Flag.END_HEADERS) !== 0;
    const length = this.#bytes.length + part.length;
    if (length > MAX_BLOCK_BYTES) {
      throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "A header block is too long");
    }
    let block = part;
    if (!isWhole || this.#bytes.length > 0) {
      block = new Uint8Array(length);
      block.set(this.#bytes);
      block.set(part, this.#bytes.length);
    }
    if (!isWhole) {
      this.#bytes = block;
      return undefined;
    }
    const head = this.#open!;
    this.#open = undefined;
    this.#bytes = new Uint8Array(0);
    return { ...head, fields: this.#decoder.decode(block) };
  }
}
