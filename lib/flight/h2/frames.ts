/**
 * The frames of HTTP/2 (RFC 9113, section 4.1).
 *
 *     length   u24 BE
 *     type     u8
 *     flags    u8
 *     stream   u31 BE   0: the connection
 *     payload  length bytes
 *
 * @module
 */

/** Size of the header before each payload. */
export const FRAME_HEADER_BYTES = 9;
/** Largest payload that every endpoint takes. */
export const MIN_FRAME_BYTES = 16_384;
/** Largest payload that the header can tell of. */
export const MAX_FRAME_BYTES = 2 ** 24 - 1;
/** Largest flow-control window. */
export const MAX_WINDOW_BYTES = 2 ** 31 - 1;
/** Window of connections, and of streams until the settings say otherwise. */
export const INITIAL_WINDOW_BYTES = 65_535;
/** What a client sends first. */
export const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** Types of frames. */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

/** Flags of frames. */
export const Flag = { END_STREAM: 1, ACK: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 32 } as const;

/** Numbers of settings. */
export const Setting = {
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
} as const;

/** Codes of RST_STREAM and GOAWAY. */
export const ErrorCode = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  FLOW_CONTROL_ERROR: 3,
  STREAM_CLOSED: 5,
  FRAME_SIZE_ERROR: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION_ERROR: 9,
  ENHANCE_YOUR_CALM: 11,
} as const;

/** What ends a connection, never more than that. */
export class ConnectionError extends Error {
  /** One of {@linkcode ErrorCode}. */
  readonly code: number;

  /** @param code what the peer is told */
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** A frame whose payload is here. */
export interface Frame {
  /** One of {@linkcode FrameType}, or a number that is unknown. */
  readonly type: number;
  /** Sum of {@linkcode Flag}s. */
  readonly flags: number;
  /** The stream, 0 for the connection. */
  readonly streamId: number;
  /** A view that is valid until the next read. */
  readonly payload: Uint8Array;
}

/** Reads a number of four bytes. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 24 | bytes[offset + 1]! << 16 | bytes[offset + 2]! << 8 |
    bytes[offset + 3]!) >>> 0;
}

/** Writes a number of four bytes. */
export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}

/** Writes a frame header. */
export function writeFrameHeader(
  bytes: Uint8Array,
  offset: number,
  { length, type, flags, streamId }: Omit<Frame, "payload"> & { readonly length: number },
): void {
  bytes[offset] = length >>> 16;
  bytes[offset + 1] = length >>> 8;
  bytes[offset + 2] = length;
  bytes[offset + 3] = type;
  bytes[offset + 4] = flags;
  writeUint32(bytes, offset + 5, streamId);
}

/** The bytes of a frame. */
export function encodeFrame({ payload, ...header }: Frame): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  writeFrameHeader(bytes, 0, { ...header, length: payload.length });
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

/** A frame of one number: WINDOW_UPDATE or RST_STREAM. */
export function encodeNumberFrame(type: number, streamId: number, value: number): Uint8Array {
  const payload = new Uint8Array(4);
  writeUint32(payload, 0, value);
  return encodeFrame({ type, flags: 0, streamId, payload });
}

/** SETTINGS of pairs of number and value. */
export function encodeSettings(settings: readonly (readonly [number, number])[]): Uint8Array {
  const payload = new Uint8Array(6 * settings.length);
  for (const [i, [setting, value]] of settings.entries()) {
    payload[6 * i + 1] = setting;
    writeUint32(payload, 6 * i + 2, value);
  }
  return encodeFrame({ type: FrameType.SETTINGS, flags: 0, streamId: 0, payload });
}

/** A header block as one HEADERS frame and as many CONTINUATIONs as it takes. */
export function encodeHeadersFrames(
  streamId: number,
  block: Uint8Array,
  isLast: boolean,
): Uint8Array {
  const count = Math.max(1, Math.ceil(block.length / MIN_FRAME_BYTES));
  const bytes = new Uint8Array(block.length + count * FRAME_HEADER_BYTES);
  for (let i = 0; i < count; i++) {
    const part = block.subarray(i * MIN_FRAME_BYTES, (i + 1) * MIN_FRAME_BYTES);
    const at = i * (MIN_FRAME_BYTES + FRAME_HEADER_BYTES);
    const flags = (i === 0 && isLast ? Flag.END_STREAM : 0) |
      (i === count - 1 ? Flag.END_HEADERS : 0);
    const type = i === 0 ? FrameType.HEADERS : FrameType.CONTINUATION;
    writeFrameHeader(bytes, at, { length: part.length, type, flags, streamId });
    bytes.set(part, at + FRAME_HEADER_BYTES);
  }
  return bytes;
}

/**
 * The content of a DATA or HEADERS frame without its padding.
 *
 * @throws {ConnectionError} where the padding is longer than the payload
 */
export function withoutPadding({ flags, payload }: Frame): Uint8Array {
  if ((flags & Flag.PADDED) === 0) return payload;
  const length = payload[0];
  if (length === undefined || length >= payload.length) {
    throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "The padding is longer than its frame");
  }
  return payload.subarray(1, payload.length - length);
}
