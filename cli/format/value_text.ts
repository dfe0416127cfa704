import { isList } from "./json_text.ts";
import type { ColumnKind } from "./result.ts";
import { countText } from "./text_width.ts";

/** How values become text for people. */
export interface ValueTextOptions {
  /** Text for NULL; a string that reads the same is put in quotes. @default "NULL" */
  readonly nullText?: string;
  /** Characters after which lists, structures and strings are cut. @default unlimited */
  readonly maxChars?: number;
}

/**
 * The text of a value as people read it; control characters are still in it.
 *
 * @param kind the kind of the column, undefined inside lists and structures
 */
export function valueText(
  value: unknown,
  kind?: ColumnKind,
  options: ValueTextOptions = {},
): string {
  const { nullText = "NULL", maxChars = Infinity } = options;
  if (value === null || value === undefined) return nullText;
  switch (typeof value) {
    case "string":
      if (kind === "time") return timeText(value);
      if (value === nullText && value !== "") return `'${value}'`;
      return value.length > maxChars ? `${value.slice(0, maxChars)}…` : value;
    case "number":
      return numberText(value, kind);
    case "object":
      return nestedText(value, maxChars);
    default:
      return String(value);
  }
}

/** A number; a whole number in a column of fractions keeps `.0`, so that its type is seen. */
export function numberText(value: number, kind?: ColumnKind): string {
  if (Object.is(value, -0)) return kind === "number" ? "-0.0" : "0";
  const text = String(value);
  return kind === "number" && Number.isInteger(value) && Math.abs(value) < 1e21
    ? `${text}.0`
    : text;
}

/** An RFC 3339 time with a blank for the T: always UTC and always of the same length. */
export function timeText(time: string): string {
  return /^\d{4}-\d\d-\d\dT/.test(time) ? `${time.slice(0, 10)} ${time.slice(11)}` : time;
}

function nestedText(value: object, maxChars: number): string {
  if (value instanceof Uint8Array) return binaryText(value, maxChars);
  if (value instanceof Date) return timeText(value.toISOString());
  return isList(value) ? listText(value, maxChars) : structText(value, maxChars);
}

function innerText(value: unknown, maxChars: number): string {
  return typeof value === "string"
    ? JSON.stringify(value)
    : valueText(value, undefined, { maxChars });
}

function listText(list: ArrayLike<unknown>, maxChars: number): string {
  let text = "[";
  for (let i = 0; i < list.length; i++) {
    if (text.length > maxChars) return `${text}… ${countText(list.length, "value")}]`;
    text += (i > 0 ? ", " : "") + innerText(list[i], maxChars);
  }
  return `${text}]`;
}

function structText(struct: object, maxChars: number): string {
  let text = "{";
  for (const [key, value] of Object.entries(struct)) {
    if (text.length > maxChars) return `${text}, …}`;
    text += `${text.length > 1 ? ", " : ""}${key}: ${innerText(value, maxChars)}`;
  }
  return `${text}}`;
}

function binaryText(bytes: Uint8Array, maxChars: number): string {
  const shown = Math.min(bytes.length, maxChars);
  const text = `0x${bytes.subarray(0, shown).toHex()}`;
  return shown < bytes.length ? `${text}… ${countText(bytes.length, "byte")}` : text;
}
