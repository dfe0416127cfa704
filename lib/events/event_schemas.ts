/**
 * JSON Schemas of the events as they stand on disk, for writers and readers in other languages.
 * Nothing on the way of `emit()` imports this module, because loading TypeBox takes 10-25 ms.
 * @module
 */
import { type TSchema, Type } from "@sinclair/typebox";
import type { TArray, TBoolean, TInteger, TLiteral, TNull } from "@sinclair/typebox";
import type { TRecord, TString, TUnion, TUnknown, TUnsafe } from "@sinclair/typebox";
import type { EventField, FieldKind } from "./event_field.ts";
import { eventSpecs } from "./event_fields.ts";
import type { EventType } from "./event_types.ts";

type Specs = typeof eventSpecs;

interface SchemaByKind {
  any: TUnknown;
  counts: TRecord<TString, TInteger>;
  flag: TBoolean;
  float: TUnsafe<number>;
  integer: TInteger;
  items: TArray<TRecord<TString, TUnion<[TString, TInteger, TNull]>>>;
  map: TRecord<TString, TUnknown>;
  text: TString;
  texts: TArray<TString>;
  time: TString;
  uuid: TString;
}

type SchemaOf<F> = F extends EventField<infer K, infer N>
  ? N extends true ? TUnion<[SchemaByKind[K], TNull]> : SchemaByKind[K]
  : never;

interface RunIdSchema {
  optional: TUnion<[TString, TNull]>;
  refused: TNull;
  required: TString;
}

type PropertiesOf<T extends EventType> =
  & {
    id: TString;
    occurred_at: TString;
    received_at: TUnion<[TString, TNull]>;
    session_id: TString;
    run_id: RunIdSchema[Specs[T]["runId"]];
    event_type: TLiteral<T>;
  }
  & { -readonly [K in keyof Specs[T]["fields"]]: SchemaOf<Specs[T]["fields"][K]> };

/**
 * The TypeScript type that each schema describes. It reads `static` itself, because TypeBox's
 * `Static` over this mapping is too deep for the compiler.
 */
export type SchemaStaticByType = {
  [T in EventType]: {
    -readonly [K in keyof PropertiesOf<T>]: PropertiesOf<T>[K] extends { static: infer S } ? S
      : never;
  };
};

const uuid = (): TString => Type.String({ format: "uuid" });
const time = (): TString => Type.String({ format: "date-time" });
const orNull = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);

const schemaByKind: { readonly [K in FieldKind]: () => TSchema } = {
  any: () => Type.Unknown(),
  counts: () => Type.Record(Type.String(), Type.Integer()),
  flag: () => Type.Boolean(),
  float: () =>
    Type.Union([
      Type.Number(),
      ...["NaN", "Infinity", "-Infinity"].map((name) => Type.Literal(name)),
    ]),
  integer: () => Type.Integer(),
  items: () =>
    Type.Array(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer(), Type.Null()])),
    ),
  map: () => Type.Record(Type.String(), Type.Unknown()),
  text: () => Type.String(),
  texts: () => Type.Array(Type.String()),
  time,
  uuid,
};

const runIdSchema: { readonly [K in keyof RunIdSchema]: () => TSchema } = {
  optional: () => orNull(uuid()),
  refused: () => Type.Null(),
  required: uuid,
};

function schemaOfField(field: EventField): TSchema {
  const schema = schemaByKind[field.kind]();
  const { initial } = field;
  const whole = field.nullable ? orNull(schema) : schema;
  return initial.from === "value" ? { ...whole, default: initial.value } : whole;
}

function schemaOfType(eventType: EventType): TSchema {
  const spec = eventSpecs[eventType];
  const properties: Record<string, TSchema> = {
    id: uuid(),
    occurred_at: time(),
    received_at: orNull(time()),
    session_id: uuid(),
    run_id: runIdSchema[spec.runId](),
    event_type: Type.Literal(eventType),
  };
  for (const [name, field] of Object.entries<EventField>(spec.fields)) {
    properties[name] = schemaOfField(field);
  }
  return Type.Object(properties, { title: spec.className });
}

/**
 * The JSON Schema of each known event type as it stands in the `json` column: all keys present.
 *
 * @example
 * ```ts
 * import { strictEqual as equal } from "node:assert/strict";
 * equal(eventSchemas["test.measurement"].title, "MeasurementRecorded");
 * ```
 */
export const eventSchemas: Readonly<Record<EventType, TSchema>> = Object.fromEntries(
  (Object.keys(eventSpecs) as EventType[]).map((type) => [type, schemaOfType(type)]),
) as Record<EventType, TSchema>;

/** All schemas as the text of one JSON Schema, which an event in the `json` column satisfies. */
export function eventSchemaText(): string {
  const types = Object.keys(eventSchemas) as EventType[];
  const document = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Events of Litmus",
    description:
      "An event as it stands in the json column. Types that are not named here are allowed there.",
    anyOf: types.map((type) => ({ $ref: `#/$defs/${type}` })),
    $defs: eventSchemas,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
