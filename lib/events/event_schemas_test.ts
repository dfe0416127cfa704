import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { FormatRegistry } from "@sinclair/typebox";
import type { EventType } from "./event_types.ts";
import { eventSchemas, eventSchemaText } from "./event_schemas.ts";
import { baseFieldNames } from "./event_field.ts";
import { eventSpecs } from "./event_fields.ts";

const samples = new URL("../../tests/testdata/litmus-0.1.3/event_samples.jsonl", import.meta.url);

Deno.test("eventSchemas accept every event that the Python package wrote", async () => {
  FormatRegistry.Set("uuid", (text) => /^[0-9a-f-]{36}$/.test(text));
  FormatRegistry.Set("date-time", (text) => text.endsWith("Z"));
  const checks = new Map(
    Object.entries(eventSchemas).map(([type, schema]) => [type, TypeCompiler.Compile(schema)]),
  );
  for (const line of (await Deno.readTextFile(samples)).trim().split("\n")) {
    const event = JSON.parse(JSON.parse(line).json);
    const check = checks.get(event.event_type)!;
    deepEqual([...check.Errors(event)].map((error) => error.path + error.message), []);
    equal(check.Check({ ...event, session_id: 7 }), false);
  }
  FormatRegistry.Delete("uuid");
  FormatRegistry.Delete("date-time");
});

Deno.test("eventSchemas name the fields in the order on disk and are plain JSON Schema", () => {
  for (const [type, schema] of Object.entries(eventSchemas)) {
    const plain = JSON.parse(JSON.stringify(schema));
    const spec = eventSpecs[type as EventType];
    equal(plain.title, spec.className);
    deepEqual(Object.keys(plain.properties), [...baseFieldNames, ...Object.keys(spec.fields)]);
    deepEqual(plain.required, Object.keys(plain.properties));
  }
  const { value } = JSON.parse(JSON.stringify(eventSchemas["test.measurement"])).properties;
  deepEqual(value, {
    anyOf: [
      {
        anyOf: [
          { type: "number" },
          { const: "NaN", type: "string" },
          { const: "Infinity", type: "string" },
          { const: "-Infinity", type: "string" },
        ],
      },
      { type: "null" },
    ],
    default: null,
  });
});

Deno.test("docs/events.schema.json is what the types say", async () => {
  const file = new URL("../../docs/events.schema.json", import.meta.url);
  const hint = "deno task gen writes it anew";
  equal(await Deno.readTextFile(file), eventSchemaText(), hint);
});
