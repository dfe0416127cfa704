/**
 * Compiles one normalizer per event type from the table of event_fields.ts: it checks each field,
 * fills defaults and builds the object for `JSON.stringify` in the key order on disk.
 *
 * It is generated source, because that reads each field by a constant name and creates every object
 * with one shape: 0.1 us per measurement, where a loop over the table took 3.7 us (the objects
 * that such a loop fills become hash tables, which `JSON.stringify` reads slowly as well). The
 * source contains nothing but names and literals of that table.
 * @module
 */
import { formatMicros } from "../base/time.ts";
import { type EventDefaults, type NormalizedEvent, startEvent } from "./event_base.ts";
import { baseFieldNames, type EventField, type EventSpec, type FieldKind } from "./event_field.ts";
import { convertField, refuseField, refuseUnknownField } from "./field_checks.ts";
import { jsonText } from "./json_value.ts";

/** Checks one event of one type and brings it into the form of a row on disk. */
export type Normalizer = (input: object, defaults: EventDefaults) => NormalizedEvent;

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

/**
 * Compiles the normalizer of one event type.
 *
 * @param eventType A known type such as `test.measurement`.
 * @param spec Its fields in the order on disk.
 */
export function compileNormalizer(eventType: string, spec: EventSpec): Normalizer {
  const names = Object.keys(spec.fields);
  const tools = {
    convertField,
    refuseField,
    refuseUnknownField,
    startEvent,
    formatMicros,
    jsonText,
    fields: Object.values(spec.fields),
    known: [...baseFieldNames, ...names],
  };
  const source = normalizerSource(eventType, spec, names);
  return new Function(...Object.keys(tools), source)(...Object.values(tools)) as Normalizer;
}

function normalizerSource(eventType: string, spec: EventSpec, names: readonly string[]): string {
  const type = JSON.stringify(eventType);
  const fields = Object.values(spec.fields);
  return `"use strict";
return function normalize(input, defaults) {
  const { id, occurred_at, received_at, session_id, run_id } = input;
  ${names.map((name, i) => `const in${i} = input.${name};`).join("\n  ")}
  let given = 1;
  ${baseFieldNames.slice(0, 5).map((name) => `if (${name} !== undefined) given++;`).join("\n  ")}
  ${names.map((_, i) => `if (in${i} !== undefined) given++;`).join("\n  ")}
  let keys = 0;
  for (const _ in input) keys++;
  if (keys !== given) refuseUnknownField(${type}, known, input);
  const event = startEvent(${type}, "${spec.runId}", {
    id, occurredAt: occurred_at, receivedAt: received_at, sessionId: session_id, runId: run_id,
  }, defaults);
  ${
    fields.map((field, i) => `const out${i} = ${valueSource(type, names[i]!, field, i)};`).join(
      "\n  ",
    )
  }
  const occurredAt = formatMicros(event.occurredAtMicros);
  event.json = jsonText({
    id: event.id,
    occurred_at: occurredAt,
    received_at: event.receivedAtMicros === event.occurredAtMicros
      ? occurredAt
      : formatMicros(event.receivedAtMicros),
    session_id: event.sessionId,
    run_id: event.runId,
    event_type: ${type},
    ${names.map((name, i) => `${name}: out${i},`).join("\n    ")}
  });
  return event;
};`;
}

function valueSource(type: string, name: string, field: EventField, index: number): string {
  const value = `in${index}`;
  const place = `${type}, "${name}", fields[${index}], ${value}`;
  const plain = plainByKind[field.kind](value) + (field.nullable ? ` || ${value} === null` : "");
  return `${value} === undefined ? ${defaultSource(field, place)}
    : ${plain} ? ${value} : convertField(${place})`;
}

function defaultSource(field: EventField, place: string): string {
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
