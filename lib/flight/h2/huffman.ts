/**
 * The Huffman code of HPACK (RFC 7541, appendix B). It is canonical: codes of one length count up in the
 * order of their symbols, so that the lengths alone say all.
 * @module
 */

/** The longest code. */
const MAX_BITS = 30;
/** The symbol that ends a string; it only serves as padding. */
const EOS = 256;

/** Bits of the code of each byte, then of EOS. */
// deno-fmt-ignore
const CODE_BITS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];

/** Symbols by length of their code, then by value. */
const SYMBOLS = CODE_BITS.map((_, symbol) => symbol)
  .sort((a, b) => CODE_BITS[a]! - CODE_BITS[b]! || a - b);
const COUNT = new Int32Array(MAX_BITS + 1);
/** First code of each length, and the place of its symbol. */
const FIRST_CODE = new Int32Array(MAX_BITS + 1);
const FIRST_PLACE = new Int32Array(MAX_BITS + 1);
for (const bits of CODE_BITS) COUNT[bits]!++;
for (let bits = 1; bits <= MAX_BITS; bits++) {
  FIRST_CODE[bits] = (FIRST_CODE[bits - 1]! + COUNT[bits - 1]!) << 1;
  FIRST_PLACE[bits] = FIRST_PLACE[bits - 1]! + COUNT[bits - 1]!;
}

/**
 * Decodes a Huffman string.
 *
 * @param bytes codes, filled up to whole bytes by ones
 * @returns the text, one character per byte; undefined where the bytes are no such string
 */
export function decodeHuffman(bytes: Uint8Array): string | undefined {
  let text = "";
  let code = 0;
  let bits = 0;
  for (const byte of bytes) {
    for (let shift = 7; shift >= 0; shift--) {
      code = (code << 1) | ((byte >> shift) & 1);
      bits++;
      const place = code - FIRST_CODE[bits]!;
      if (place >= COUNT[bits]!) {
        if (bits === MAX_BITS) return undefined;
        continue;
      }
      const symbol = SYMBOLS[FIRST_PLACE[bits]! + place]!;
      if (symbol === EOS) return undefined;
      text += String.fromCharCode(symbol);
      code = 0;
      bits = 0;
    }
  }
  const isPadding = bits < 8 && code === (1 << bits) - 1;
  return isPadding ? text : undefined;
}
