/**
 * The hybrid of run lengths and packed bits that carries levels and dictionary codes.
 *
 *     run       varint of (count << 1), the value in whole bytes
 *     packed    varint of (groups << 1 | 1), groups of eight values, lowest bit first
 *
 * @module
 */
import type { ByteSink } from "./byte_sink.ts";

/** Equal values from which on a run is shorter than packed bits. */
export const RUN_LENGTH = 8;

/** Numbers of one bit width, below 2 ** 32. */
type Numbers = Uint8Array | Uint32Array;

/** Writes `count` times the same value. */
export function writeRun(sink: ByteSink, value: number, count: number, width: number): void {
  sink.varint(count * 2);
  for (let shift = 0; shift < width; shift += 8) sink.byte(value >>> shift & 0xff);
}

/** Writes the first `count` values. */
export function writeHybrid(sink: ByteSink, values: Numbers, count: number, width: number): void {
  let start = 0; // of what is to be packed
  let at = 0;
  while (at < count) {
    let end = at + 1;
    while (end < count && values[end] === values[at]) end++;
    // Packed groups are whole: a run begins where one ends.
    const begin = at + (start - at & 7);
    if (end - begin >= RUN_LENGTH) {
      writePacked(sink, values, start, begin, width);
      writeRun(sink, values[at] ?? 0, end - begin, width);
      start = end;
    }
    at = end;
  }
  writePacked(sink, values, start, count, width);
}

function writePacked(
  sink: ByteSink,
  values: Numbers,
  start: number,
  end: number,
  width: number,
): void {
  const groups = Math.ceil((end - start) / 8);
  if (groups === 0) return;
  sink.varint(groups * 2 + 1);
  for (let first = start; first < start + groups * 8; first += 8) {
    let held = 0;
    let bits = 0;
    for (let i = first; i < first + 8; i++) {
      let value = i < end ? values[i] ?? 0 : 0;
      for (let left = width; left > 0;) {
        const taken = Math.min(left, 8 - bits);
        held |= (value & (1 << taken) - 1) << bits;
        value >>>= taken;
        bits += taken;
        left -= taken;
        if (bits < 8) continue;
        sink.byte(held);
        held = bits = 0;
      }
    }
  }
}

/**
 * Reads `count` values.
 *
 * @throws {RangeError} where the bytes end before
 */
export function readHybrid(bytes: Uint8Array, count: number, width: number): Uint32Array {
  const values = new Uint32Array(count);
  const byteWidth = width + 7 >> 3;
  let at = 0;
  let done = 0;
  const byte = (): number => {
    const value = bytes[at++];
    if (value === undefined) throw new RangeError("Levels end before all values are read");
    return value;
  };
  while (done < count) {
    let header = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const part = byte();
      header += (part & 0x7f) * 2 ** shift;
      more = part > 0x7f;
      if (shift > 28) throw new RangeError("Run of levels has no length");
    }
    if (header % 2 === 0) {
      let value = 0;
      for (let i = 0; i < byteWidth; i++) value += byte() * 2 ** (8 * i);
      const end = Math.min(done + header / 2, count);
      if (end === done) throw new RangeError("Run of levels is empty");
      values.fill(value, done, end);
      done = end;
      continue;
    }
    const wanted = Math.min((header - 1) / 2 * 8, count - done);
    if (wanted === 0) throw new RangeError("Packed levels are empty");
    unpack(bytes, at, width, values.subarray(done, done + wanted));
    at += (header - 1) / 2 * width;
    done += wanted;
  }
  return values;
}

function unpack(bytes: Uint8Array, start: number, width: number, into: Uint32Array): void {
  if (start + Math.ceil(into.length * width / 8) > bytes.length) {
    throw new RangeError("Packed levels end before all values are read");
  }
  let at = start;
  let bits = 0;
  for (let i = 0; i < into.length; i++) {
    let value = 0;
    for (let got = 0; got < width;) {
      const taken = Math.min(width - got, 8 - bits);
      value += ((bytes[at] ?? 0) >>> bits & (1 << taken) - 1) * 2 ** got;
      got += taken;
      bits += taken;
      if (bits === 8) {
        bits = 0;
        at++;
      }
    }
    into[i] = value;
  }
}
