import { isList } from "./json_text.ts";
import { outcomeStyle, paint, type Style } from "./style.ts";
import { cutText, padText, textWidth } from "./text_width.ts";
import { valueText } from "./value_text.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import { bytesText, durationText } from "../../lib/base/quantity_text.ts";

/** How one object is shown. */
export interface DescribeOptions {
  /** Use ANSI colors. @default false */
  readonly color?: boolean;
  /** Terminal width in cells; longer values are cut. @default unlimited */
  readonly width?: number;
}

interface Entry {
  readonly label: string;
  readonly text: string;
  readonly style: Style | undefined;
}

/**
 * Shows one object as aligned lines of name and value; nested objects are indented under their
 * name, objects in a list are numbered.
 *
 * Fields that end with `_bytes` and `_seconds` are shown in units for people.
 *
 * @returns lines, each with its line end
 */
export function describeObject(
  object: Readonly<Record<string, unknown>>,
  options: DescribeOptions = {},
): string {
  return describe(object, "", options);
}

function describe(
  object: Readonly<Record<string, unknown>>,
  indent: string,
  options: DescribeOptions,
): string {
  const { color = false } = options;
  const fields = Object.entries(object).filter(([, value]) => value !== undefined);
  const entries = fields.map(([key, value]) => isNested(value) ? undefined : entryOf(key, value));
  const labelWidth = entries.reduce((w, entry) => Math.max(w, textWidth(entry?.label ?? "")), 0);
  const room = Math.max(8, (options.width ?? Infinity) - indent.length - labelWidth - 2);
  return fields.map(([key, value], i) => {
    const entry = entries[i];
    if (entry === undefined) return nestedText(key, value, indent, options);
    const label = paint(padText(entry.label, labelWidth), "bold", color);
    return `${indent}${label}  ${paint(cutText(entry.text, room), entry.style, color)}\n`;
  }).join("");
}

function nestedText(key: string, value: unknown, indent: string, options: DescribeOptions): string {
  const { color = false } = options;
  const title = `${indent}${paint(labelOf(key), "bold", color)}\n`;
  if (!Array.isArray(value)) {
    return title + describe(value as Record<string, unknown>, `${indent}  `, options);
  }
  const items = value.map((item, i) =>
    `${indent}  ${paint(`${i + 1}.`, "dim", color)}\n` + describe(item, `${indent}     `, options)
  );
  return title + items.join("");
}

function isNested(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isStruct);
  return isStruct(value) && Object.keys(value as object).length > 0;
}

function isStruct(value: unknown): boolean {
  return typeof value === "object" && value !== null && !isList(value) &&
    !(value instanceof Uint8Array) && !(value instanceof Date);
}

function entryOf(key: string, value: unknown): Entry {
  const quantity = quantityText(key, value);
  if (quantity) return { ...quantity, style: undefined };
  return { label: labelOf(key), text: visibleText(plainText(value)), style: styleOf(key, value) };
}

function quantityText(key: string, value: unknown): { label: string; text: string } | undefined {
  if (typeof value !== "number") return undefined;
  const unit = /_(bytes|seconds)$/.exec(key)?.[1];
  if (unit === undefined) return undefined;
  const label = labelOf(key.slice(0, -unit.length - 1));
  return { label, text: unit === "bytes" ? bytesText(value) : durationText(value) };
}

function plainText(value: unknown): string {
  if (value === null) return "-";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (Array.isArray(value)) {
    return value.length === 0 ? "none" : value.map((item) => valueText(item)).join(", ");
  }
  // The kind "time" only changes texts that are RFC 3339 times.
  return valueText(value, typeof value === "string" ? "time" : undefined);
}

function styleOf(key: string, value: unknown): Style | undefined {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "dim";
  return outcomeStyle(key, value);
}

function labelOf(key: string): string {
  return visibleText(key.replaceAll("_", " "));
}
