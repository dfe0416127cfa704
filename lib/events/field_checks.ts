/**
 * What the compiled writers of row_compiler.ts call for every value that is not of its
 * field's plain type already, and the errors that they raise.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { formatMicros, isCanonicalTime, parseMicros } from "../base/time.ts";
import type { EventField, FieldKind } from "./event_field.ts";
import { eventSpecs } from "./event_fields.ts";
import { describeValue, jsonMap, jsonNumber, jsonValue } from "./json_value.ts";
import { microsOfDate, numberOfBigint } from "./json_value.ts";
import { nearestName } from "./nearest_name.ts";

const LOWER_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const wantedByKind: { readonly [K in FieldKind]: string } = {
  any: "any JSON value",
  counts: "an object of integers",
  flag: "a boolean",
  float: "a number",
  integer: "an integer of at most 2^53 - 1",
  items: "an array of objects of strings, integers and nulls",
  map: "an object",
  text: "a string",
  texts: "an array of strings",
  time: "a Date or RFC 3339 text with Z or an offset",
  uuid: "a UUID such as 0a1b2c3d-1111-4222-8333-444455556666",
};

/** Raises the error for a field of a wrong type. */
export function refuseField(type: string, name: string, field: EventField, value: unknown): never {
  const wanted = wantedByKind[field.kind] + (field.nullable ? " or null" : "");
  const remedy = value === null && field.initial.from !== "nothing"
    ? "; leave it out for its default"
    : "";
  throw new InvalidDataError(
    `Event ${type}, field ${name}: wanted ${wanted}, got ${describeValue(value)}${remedy}`,
    { path: name },
  );
}

/** Raises the error for the first field that the type does not have; returns when there is none. */
export function refuseUnknownField(type: string, known: readonly string[], input: object): void {
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || known.includes(name)) continue;
    const owners = Object.entries(eventSpecs)
      .filter(([, spec]) => Object.hasOwn(spec.fields, name)).map(([owner]) => owner);
    const elsewhere = owners.length > 0
      ? `; ${name} belongs to ${owners.slice(0, 3).join(", ")}`
      : "";
    throw new InvalidDataError(
      `Event ${type} has no field ${JSON.stringify(name)}: the nearest one is ` +
        `${JSON.stringify(nearestName(name, known))}${elsewhere}`,
      { path: name },
    );
  }
}

/** A UUID in lower case, or undefined when the value is none. */
export function uuidText(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (LOWER_UUID.test(value)) return value;
  const lower = value.toLowerCase();
  return LOWER_UUID.test(lower) ? lower : undefined;
}

const knownUuids = new Map<unknown, string>();
const KNOWN_UUIDS_MAX = 1000;

/** As {@linkcode uuidText}, for the ids that many events share. */
export function knownUuidText(value: unknown): string | undefined {
  const known = knownUuids.get(value);
  if (known !== undefined) return known;
  const text = uuidText(value);
  if (text === undefined) return undefined;
  if (knownUuids.size >= KNOWN_UUIDS_MAX) knownUuids.clear();
  knownUuids.set(value, text);
  return text;
}

/** The microseconds of a Date or RFC 3339 text, or undefined when the value is none. */
export function microsOfTime(value: unknown, name: string): number | undefined {
  if (value instanceof Date) return microsOfDate(value, name);
  if (typeof value !== "string") return undefined;
  try {
    return parseMicros(value);
  } catch (cause) {
    throw new InvalidDataError(`Event field ${name}: ${(cause as Error).message}`, {
      cause,
      path: name,
    });
  }
}

const conversions: { readonly [K in FieldKind]: (value: unknown, name: string) => unknown } = {
  any: (value, name) => value === undefined ? undefined : jsonValue(value, name),
  counts: (value, name) =>
    isObject(value) && allOf(value, isInteger) ? jsonMap(value, name) : undefined,
  flag: () => undefined,
  float: floatValue,
  integer: (value, name) => typeof value === "bigint" ? numberOfBigint(value, name) : undefined,
  items: (value, name) =>
    Array.isArray(value) && value.every((item) => isObject(item) && allOf(item, isItemValue))
      ? jsonValue(value, name)
      : undefined,
  map: (value, name) => isObject(value) ? jsonMap(value, name) : undefined,
  text: () => undefined,
  texts: (value, name) =>
    Array.isArray(value) && value.every((item) => typeof item === "string")
      ? jsonValue(value, name)
      : undefined,
  time: (value, name) => {
    const micros = microsOfTime(value, name);
    if (micros === undefined) return undefined;
    return typeof value === "string" && isCanonicalTime(value) ? value : formatMicros(micros);
  },
  uuid: uuidText,
};

/**
 * Converts a value that is not plainly of the field's type.
 *
 * @returns The value for the JSON text.
 * @throws {InvalidDataError} When the field cannot hold it.
 */
export function convertField(
  type: string,
  name: string,
  field: EventField,
  value: unknown,
): unknown {
  const converted = conversions[field.kind](value, name);
  return converted === undefined ? refuseField(type, name, field, value) : converted;
}

function floatValue(value: unknown, name: string): unknown {
  if (typeof value === "number") return jsonNumber(value);
  if (typeof value === "bigint") return numberOfBigint(value, name);
  // The form on disk, so that what was read as JSON can be written again.
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? value : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !ArrayBuffer.isView(value) && !(value instanceof Date);
}

function isInteger(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

function isItemValue(value: unknown): boolean {
  return value === null || typeof value === "string" || Number.isSafeInteger(value);
}

function allOf(value: object, test: (item: unknown) => boolean): boolean {
  return Object.values(value).every(test);
}
