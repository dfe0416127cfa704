/**
 * Percent-encoding of the `grpc-message` trailer: UTF-8 bytes outside 0x20-0x7E, and the percent
 * sign itself, become %XX (gRPC over HTTP/2, "Status-Message").
 * @module
 */

/**
 * gRPC's C core drops a call whose trailers pass 8 KiB, so a long message (SQL text in it) is cut
 * well below that.
 */
const MAX_ENCODED_CHARS = 4096;

/**
 * Encodes a status message for the trailer, cut at 4,096 characters.
 *
 * @param message any text
 * @returns printable ASCII
 */
export function encodeGrpcMessage(message: string): string {
  let encoded = "";
  for (const char of message) {
    const part = encodeChar(char);
    if (encoded.length + part.length > MAX_ENCODED_CHARS - 3) return encoded + "...";
    encoded += part;
  }
  return encoded;
}

function encodeChar(char: string): string {
  const code = char.codePointAt(0)!;
  if (code >= 0x20 && code <= 0x7e && char !== "%") return char;
  let part = "";
  for (const byte of new TextEncoder().encode(char)) {
    part += "%" + byte.toString(16).toUpperCase().padStart(2, "0");
  }
  return part;
}

/**
 * Decodes the trailer; what is not valid encoding stays as it is, because a status must not be
 * lost for the sake of its text.
 *
 * @param encoded the trailer's value
 * @returns the message
 */
export function decodeGrpcMessage(encoded: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < encoded.length; i++) {
    const hex = encoded[i] === "%" ? encoded.slice(i + 1, i + 3) : "";
    if (/^[0-9a-fA-F]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      i += 2;
    } else {
      bytes.push(...new TextEncoder().encode(encoded[i]!));
    }
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
