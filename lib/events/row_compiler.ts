/**
 * Compiles one writer per event type from the table of event_fields.ts: it checks each field, fills in
 * defaults, and brings the JSON text of the type up to date where a value differs from the event before.
 *
 * It is generated source, because that reads each field by a constant name and keeps each last value in a
 * variable of its own: 1 us per measurement of 26 fields, where a loop over the table and
 * `JSON.stringify` took 4 us. The source contains nothing but names and literals of that table.
 *
 * What may run code of the caller (getters, `toJSON`) comes before the first change of the text, so that an
 * event emitted from within is whole, and so is the outer one.
 * @module
 */
import { formatMicros } from "../base/time.ts";
import { type EventDefaults, EventHead, type EventRow, headNames } from "./event_base.ts";
import { baseFieldNames, type EventField, type EventSpec, type FieldKind } from "./event_field.ts";
import { EventText } from "./event_text.ts";
import { convertField, refuseField, refuseUnknownField } from "./field_checks.ts";
import { flatCopy, isSameFlat, jsonText, UNSET } from "./json_value.ts";

/**
 * Checks one event of one type and brings it into the form of a row on disk.
 *
 * @returns The row; valid until the next event of the type.
 */
export type RowWriter = (input: object, defaults: EventDefaults) => EventRow;

/** Holds for the values that go into the JSON text as they are; the rest is converted or refused. */
const plainByKind: { readonly [K in FieldKind]: (value: string) => string } = {
  any: (v) => `typeof ${v} === "string" || (typeof ${v} === "number" && ${v} - ${v} === 0)`,
  counts: () => "false",
  flag: (v) => `typeof ${v} === "boolean"`,
  float: (v) => `typeof ${v} === "number" && ${v} - ${v} === 0`,
  integer: (v) => `Number.isSafeInteger(${v})`,
  items: () => "false",
  map: () => "false",
  text: (v) => `typeof ${v} === "string"`,
  texts: () => "false",
  time: () => "false",
  uuid: () => "false",
};

/** Kinds whose value may be an object. */
const STRUCTURED: ReadonlySet<FieldKind> = new Set(["any", "counts", "items", "map", "texts"]);

/**
 * Compiles the writer of one event type.
 *
 * @param eventType A known type such as `test.measurement`.
 * @param spec Its fields in the order on disk.
 */
export function compileRowWriter(eventType: string, spec: EventSpec): RowWriter {
  const names = Object.keys(spec.fields);
  const text = new EventText([...headNames, ...names]);
  const tools = {
    UNSET,
    convertField,
    refuseField,
    refuseUnknownField,
    formatMicros,
    flatCopy,
    isSameFlat,
    jsonText,
    text,
    head: new EventHead(eventType, spec.runId, text),
    fields: Object.values(spec.fields),
    known: [...baseFieldNames, ...names],
  };
  const source = writerSource(eventType, spec, names);
  return new Function(...Object.keys(tools), source)(...Object.values(tools)) as RowWriter;
}

function writerSource(eventType: string, spec: EventSpec, names: readonly string[]): string {
  const type = JSON.stringify(eventType);
  const each = (line: (field: FieldPlace) => string): string =>
    Object.values(spec.fields).map((field, i) => line({ type, field, i, name: names[i] ?? "" }))
      .filter((text) => text !== "").join("\n  ");
  return `"use strict";
${each(({ i }) => `let was${i} = UNSET;`)}
return function writeRow(input, defaults) {
  const { id, occurred_at, received_at, session_id, run_id } = input;
  ${each(({ i, name }) => `const in${i} = input.${name};`)}
  let given = 1;
  ${baseFieldNames.slice(0, 5).map((name) => `if (${name} !== undefined) given++;`).join("\n  ")}
  ${each(({ i }) => `if (in${i} !== undefined) given++;`)}
  let keys = 0;
  for (const _ in input) keys++;
  if (keys !== given) refuseUnknownField(${type}, known, input);
  ${each(convertedFirst)}
  head.begin({
    id, occurredAt: occurred_at, receivedAt: received_at, sessionId: session_id, runId: run_id,
  }, defaults);
  ${each(replaced)}
  head.json = text.bytes;
  return head;
};`;
}

/** A field of the type that is compiled. */
interface FieldPlace {
  readonly type: string;
  readonly name: string;
  readonly field: EventField;
  readonly i: number;
}

/** Values that may run code of the caller, before anything of the text is changed. */
function convertedFirst(place: FieldPlace): string {
  const { field: { kind }, i } = place;
  if (kind === "time") return `const out${i} = in${i} === was${i} ? was${i} : ${valueOf(place)};`;
  if (!STRUCTURED.has(kind)) return "";
  return `let out${i} = was${i}, json${i};
  if (in${i} !== was${i} && !isSameFlat(was${i}, in${i})) {
    const value = ${valueOf(place)};
    out${i} = in${i} === undefined ? undefined : flatCopy(value);
    json${i} = jsonText(value);
  }`;
}

/** Brings the text up to date. The last value is changed right behind it: whatever fails, they agree. */
function replaced(place: FieldPlace): string {
  const { field: { kind }, i } = place;
  const number = headNames.length + i;
  if (STRUCTURED.has(kind)) {
    return `if (json${i} !== undefined) { text.json(${number}, json${i}); was${i} = out${i}; }`;
  }
  if (kind === "time") {
    return `if (out${i} !== was${i}) { text.value(${number}, out${i}); was${i} = out${i}; }`;
  }
  return `if (in${i} !== was${i}) {
    const out = ${valueOf(place)};
    if (out !== was${i}) { text.value(${number}, out); was${i} = out; }
  }`;
}

/** The value as it is written, of one that was checked or of the default. */
function valueOf({ type, name, field, i }: FieldPlace): string {
  const value = `in${i}`;
  const place = `${type}, "${name}", fields[${i}], ${value}`;
  const plain = plainByKind[field.kind](value) + (field.nullable ? ` || ${value} === null` : "");
  return `${value} === undefined ? ${defaultOf(field, place)}
    : ${plain} ? ${value} : convertField(${place})`;
}

function defaultOf(field: EventField, place: string): string {
  switch (field.initial.from) {
    case "nothing":
      return `refuseField(${place})`;
    case "value":
      return JSON.stringify(field.initial.value);
    case "client":
      return `(defaults.client ?? "unknown")`;
    case "clock":
      return "formatMicros(defaults.nowMicros())";
  }
}
