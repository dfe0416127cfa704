/**
 * Arrow types in words.
 * @module
 */
import type { ArrowField } from "./field.ts";

const WORDS: Readonly<Record<string, string>> = {
  n: "null",
  b: "bool",
  c: "int8",
  C: "uint8",
  s: "int16",
  S: "uint16",
  i: "int32",
  I: "uint32",
  l: "int64",
  L: "uint64",
  e: "half",
  f: "float",
  g: "double",
  u: "text",
  U: "text",
  z: "binary",
  Z: "binary",
  tdD: "date",
  tdm: "date",
  tiM: "interval",
  tiD: "interval",
  tin: "interval",
  "+m": "map",
};

/** The type of a field in words: `double`, `list of text`, `timestamp UTC`, `decimal(18,3)`. */
export function typeText({ format, children }: ArrowField): string {
  const word = Object.hasOwn(WORDS, format) ? WORDS[format] : undefined;
  if (word !== undefined) return word;
  if (format.startsWith("ts")) return `timestamp ${format.slice(4)}`.trimEnd();
  if (format.startsWith("tt")) return "time";
  if (format.startsWith("tD")) return "duration";
  if (format.startsWith("w:")) return "binary";
  if (format.startsWith("+u")) return "union";
  if (format === "+s") return `struct of ${children.map(({ name }) => name).join(", ")}`;
  if (format.startsWith("+")) {
    const [item] = children;
    return item === undefined ? "list" : `list of ${typeText(item)}`;
  }
  const [precision, scale] = format.slice(2).split(",");
  return format.startsWith("d:") ? `decimal(${precision},${scale})` : format;
}
