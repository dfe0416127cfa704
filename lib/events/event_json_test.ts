import { deepStrictEqual as deepEqual, ok, strictEqual as equal, throws } from "node:assert/strict";
import fc from "fast-check";
import type { EventField, FieldKind } from "./event_field.ts";
import { eventSpecs } from "./event_fields.ts";
import { eventColumns, eventTypes, isEvent, isKnownEvent, parseEvent } from "./event_json.ts";
import { normalizeEvent } from "./validate_event.ts";

const defaults = {
  sessionId: "0a1b2c3d-1111-4222-8333-444455556666",
  nowMicros: () => 1_795_244_637_992_188,
  newId: () => "dbea1136-d8ce-40bd-ba0f-3701bc4d9413",
};

const text = fc.string({ unit: "binary" });
const json = fc.jsonValue({ noUnicodeString: false, maxDepth: 4 }).map(withoutMinusZero);
const map = fc.dictionary(text, json, { maxKeys: 4 }).map((value) => ({ ...value }));
const integer = fc.maxSafeInteger().map(withoutMinusZero);
const micros = fc.date({
  min: new Date("1700-01-01"),
  max: new Date("2250-01-01"),
  noInvalidDate: true,
}).map((date) => date.toISOString().replace("Z", "000Z"));

const valueByKind: { readonly [K in FieldKind]: fc.Arbitrary<unknown> } = {
  any: json.filter((value) => typeof value !== "string" || !/^(NaN|-?Infinity)$/.test(value)),
  counts: fc.dictionary(text, integer, { maxKeys: 3 }).map((value) => ({ ...value })),
  flag: fc.boolean(),
  float: fc.double().map(withoutMinusZero),
  integer,
  items: fc.array(
    fc.dictionary(text, fc.oneof(text, integer, fc.constant(null)), { maxKeys: 3 })
      .map((value) => ({ ...value })),
    { maxLength: 3 },
  ),
  map,
  text,
  texts: fc.array(text, { maxLength: 3 }),
  time: micros,
  uuid: fc.uuid(),
};

function withoutMinusZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withoutMinusZero(v)]));
}

function arbitraryOf(field: EventField): fc.Arbitrary<unknown> {
  const value = valueByKind[field.kind];
  return field.nullable ? fc.option(value) : value;
}

for (const [eventType, spec] of Object.entries(eventSpecs)) {
  Deno.test(`parseEvent() gives back any ${eventType} that normalizeEvent() took`, () => {
    const fields = Object.fromEntries(
      Object.entries<EventField>(spec.fields).map(([name, field]) => [name, arbitraryOf(field)]),
    );
    const run = spec.runId === "refused"
      ? fc.constant(null)
      : spec.runId === "required"
      ? fc.uuid()
      : fc.option(fc.uuid());
    const event = fc.record({
      id: fc.uuid(),
      occurred_at: micros,
      received_at: micros,
      session_id: fc.uuid(),
      run_id: run,
      event_type: fc.constant(eventType),
      ...fields,
    }, { noNullPrototype: true });
    fc.assert(
      fc.property(event, (value) => {
        deepEqual(parseEvent(normalizeEvent(value, defaults).json), value);
      }),
      { numRuns: 40 },
    );
  });
}

Deno.test("parseEvent() fills in what an older writer left out and keeps what a newer one added", () => {
  const event = parseEvent(
    '{"event_type":"test.measurement","step_name":"s","value":"-Infinity","units":"NaN","added":[1]}',
  );
  ok(isEvent(event, "test.measurement"));
  equal(event.value, -Infinity);
  equal(event.units, "NaN");
  equal(event.limit_low, null);
  equal(event.vector_index, 0);
  equal(event.run_id, null);
  deepEqual(event.inputs, {});
  deepEqual((event as unknown as { added: unknown }).added, [1]);
  const other = parseEvent('{"event_type":"test.measurement"}');
  ok(isEvent(other, "test.measurement") && other.inputs !== event.inputs);
});

Deno.test("parseEvent() reads NaN in the value of a reading, not in the text around it", () => {
  const event = parseEvent(
    '{"event_type":"instrument.read","value":"NaN","method":"Infinity","units":"NaN"}',
  );
  ok(isEvent(event, "instrument.read"));
  ok(Number.isNaN(event.value));
  equal(event.method, "Infinity");
});

Deno.test("parseEvent() keeps an unknown type as it is", () => {
  const event = parseEvent('{"event_type":"vendor.x","value":"NaN","run_id":"R"}');
  deepEqual(event, { event_type: "vendor.x", value: "NaN", run_id: "R" });
  equal(isKnownEvent(event), false);
  equal(isKnownEvent(parseEvent('{"event_type":"run.ended"}')), true);
});

Deno.test("parseEvent() says why a text is no event", () => {
  const bad: [string, RegExp][] = [
    ["", /^Event JSON: Unexpected end/],
    ['{"event_type":', /^Event JSON: /],
    ["[1]", /wanted an object with an event_type, got another value$/],
    ["null", /got another value$/],
    ["{}", /wanted an object with an event_type, got none$/],
    ['{"event_type":7}', /got none$/],
  ];
  for (const [wrong, message] of bad) {
    throws(() => parseEvent(wrong), { name: "InvalidDataError", message });
  }
});

Deno.test("eventColumns and eventTypes are the contract of formats", () => {
  deepEqual(eventColumns.join(), "id,event_type,occurred_at,received_at,session_id,run_id,json");
  equal(eventTypes.length, 31);
});
