/**
 * Sizes and durations in words.
 * @module
 */
const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** A size for people: `512 B`, `1.5 KiB`, `150 MiB`. */
export function bytesText(sizeBytes: number): string {
  if (!Number.isFinite(sizeBytes)) return String(sizeBytes);
  let size = sizeBytes;
  let power = 0;
  // 1023.95 and not 1024: what would round to "1024" belongs to the next unit.
  while (Math.abs(size) >= 1023.95 && power < BINARY.length - 1) {
    size /= 1024;
    power++;
  }
  const text = power === 0 || Math.abs(size) >= 99.95 ? size.toFixed(0) : size.toFixed(1);
  return `${text} ${BINARY[power]}`;
}

/** A duration for people: `35 ms`, `4.2 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return String(seconds);
  if (seconds < 0) return `-${durationText(-seconds)}`;
  if (seconds === 0) return "0 s";
  if (seconds < 0.9995e-3) return `${trim(seconds * 1e6)} µs`;
  if (seconds < 0.9995) return `${trim(seconds * 1e3)} ms`;
  if (seconds < 59.95) return `${trim(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(whole, 60, "min", 1, "s");
  if (whole < 86400) return pair(whole, 3600, "h", 60, "min");
  return pair(whole, 86400, "d", 3600, "h");
}

function trim(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function pair(whole: number, big: number, bigUnit: string, small: number, unit: string): string {
  const rest = Math.floor((whole % big) / small);
  return `${Math.floor(whole / big)} ${bigUnit}${rest > 0 ? ` ${rest} ${unit}` : ""}`;
}
