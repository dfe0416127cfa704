/** How one field of an event type is described in the table of event_fields.ts. @module */

/** What a field may hold; `counts`, `items`, `map` and `texts` are JSON objects and arrays. */
export type FieldKind =
  | "any"
  | "counts"
  | "flag"
  | "float"
  | "integer"
  | "items"
  | "map"
  | "text"
  | "texts"
  | "time"
  | "uuid";

/** Where a field that was left out gets its value from. */
export type FieldDefault =
  | { readonly from: "nothing" }
  | { readonly from: "value"; readonly value: unknown }
  | { readonly from: "client" | "clock" };

/** One field of an event type. */
export interface EventField<K extends FieldKind = FieldKind, N extends boolean = boolean> {
  readonly kind: K;
  readonly nullable: N;
  readonly initial: FieldDefault;
}

/** One event type: class name, whether it belongs to a run, fields in order. */
export interface EventSpec {
  readonly className: string;
  readonly runId: "optional" | "refused" | "required";
  readonly fields: { readonly [name: string]: EventField };
}

/** Fields of all events, ahead of those of the type, in the order on disk. */
export const baseFieldNames = [
  "id",
  "occurred_at",
  "received_at",
  "session_id",
  "run_id",
  "event_type",
] as const;

/** A field without a default. */
export function needed<K extends FieldKind>(kind: K): EventField<K, false> {
  return { kind, nullable: false, initial: { from: "nothing" } };
}

/** A field with a default other than null. */
export function initially<K extends FieldKind>(kind: K, value: unknown): EventField<K, false> {
  return { kind, nullable: false, initial: { from: "value", value } };
}

/** A field that is null unless given. */
export function nullable<K extends FieldKind>(kind: K): EventField<K, true> {
  return { kind, nullable: true, initial: { from: "value", value: null } };
}

/** A field whose default is known at the time of the event only. */
export function filled<K extends FieldKind>(
  kind: K,
  from: "client" | "clock",
): EventField<K, false> {
  return { kind, nullable: false, initial: { from } };
}
