import { strictEqual as equal } from "node:assert/strict";
import { eventGist } from "./event_gist.ts";

Deno.test("eventGist() tells numbers, texts and booleans as they were measured", () => {
  const gist = (fields: Record<string, unknown>): string =>
    eventGist({
      event_type: "test.measurement",
      measurement_name: "m",
      outcome: "passed",
      ...fields,
    });
  equal(gist({ value: 3.300000001, units: "V", custom: {} }), "m = 3.3 V passed");
  equal(gist({ value: null, custom: { value_text: "2.4.1" } }), "m = 2.4.1 passed");
  equal(gist({ value: 0, custom: { value_bool: false } }), "m = false passed");
  equal(gist({ value: null, custom: null }), "m = none passed");
});

Deno.test("eventGist() of an event of an unknown type lists its own fields", () => {
  equal(eventGist({ event_type: "x.test", id: "1", n: 7, text: "a" }), "n=7 text=a");
});
