import { strictEqual as equal } from "node:assert/strict";
import type { UnknownEvent } from "./base_event.ts";
import { eventSchemas, type SchemaStaticByType } from "./event_schemas.ts";
import { eventSpecs } from "./event_fields.ts";
import type { EventInput, UnknownEventInput } from "./event_inputs.ts";
import type { EventByType, EventType, LitmusEvent } from "./event_types.ts";
import type { MeasurementRecorded } from "./test_event_types.ts";

type Flat<T> = { [K in keyof T]: T[K] };
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
type Differing = {
  [T in EventType]: Same<Flat<EventByType[T]>, Flat<SchemaStaticByType[T]>> extends true ? never
    : T;
}[EventType];

function emit(event: EventInput): string;
function emit<T extends string>(event: UnknownEventInput<T>): string;
function emit(event: { event_type: string }): string {
  return event.event_type;
}

Deno.test("EventByType is the type that the schemas describe, for all 31 types", () => {
  const none: Same<Differing, never> = true;
  equal(none, true);
  equal(Object.keys(eventSpecs).length, 31);
  equal(Object.keys(eventSchemas).length, 31);
});

Deno.test("EventInput leaves out what has a default and takes dates and bigints", () => {
  emit({ event_type: "test.measurement", step_name: "s", step_index: 0n, measurement_name: "m" });
  emit({
    event_type: "test.measurement",
    occurred_at: new Date(),
    step_name: "s",
    step_index: 0,
    measurement_name: "m",
    measurement_timestamp: new Date(),
    value: undefined,
  });
  emit({ event_type: "route.closed", connection_name: "c", switch_role: "s", channels: ["1"] });
  emit({
    event_type: "instrument.read",
    instrument_role: "dmm",
    channel_id: "dmm.v",
    method: "read",
    value: new Float64Array(2),
  });
});

Deno.test("EventInput takes unknown types and refuses wrong fields of known ones", () => {
  emit({ event_type: "vendor.special", anything: [1, 2], run_id: null });
  // @ts-expect-error: the step is missing.
  emit({ event_type: "test.measurement", measurement_name: "m" });
  // @ts-expect-error: no such field.
  emit({ event_type: "run.ended", run_id: "r", outcom: "passed" });
  // @ts-expect-error: a session belongs to no run.
  emit({ event_type: "session.ended", run_id: "r" });
  // @ts-expect-error: a run event names its run.
  emit({ event_type: "run.ended", outcome: "passed" });
});

Deno.test("LitmusEvent narrows by event_type and is an input again", () => {
  const narrowed = (event: LitmusEvent): number | null =>
    event.event_type === "test.measurement" ? event.value : null;
  equal(narrowed({ value: 3, event_type: "test.measurement" } as MeasurementRecorded), 3);
  const again = (event: LitmusEvent): string => emit(event);
  const unknown = (event: UnknownEvent): string => emit(event);
  equal(typeof again, typeof unknown);
});
