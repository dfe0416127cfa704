import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { utf8Column } from "../arrow/column_builder.ts";
import { valueReader } from "../arrow/column_values.ts";
import { type ArrowBatch, field } from "../arrow/field.ts";
import { SeenEvents } from "./seen_events.ts";

function batchOf(ids: readonly (string | null)[]): ArrowBatch {
  const columns = [utf8Column(field("id", "u"), ids)];
  return { schema: { fields: [field("id", "u")] }, rows: ids.length, columns };
}

function idsOf({ columns: [column], rows }: ArrowBatch): unknown[] {
  return Array.from({ length: rows }, (_, row) => valueReader(column!)(row));
}

Deno.test("SeenEvents.firsts() gives each id of a session once, and all events without one", () => {
  const ids = fc.array(fc.option(fc.oneof(fc.uuid(), fc.constantFrom("", "a", "b"))), {
    maxLength: 20,
  });
  const few = fc.array(fc.constantFrom(null, "", "a", "b", "c"), { maxLength: 20 });
  fc.assert(fc.property(fc.array(fc.oneof(ids, few)), (batches) => {
    const seen = new SeenEvents();
    const known = new Set<string>();
    let doubles = 0;
    for (const ids of batches) {
      const wanted = ids.filter((id) => {
        if (id === null || id === "") return true;
        const isFirst = !known.has(id);
        known.add(id);
        if (!isFirst) doubles++;
        return isFirst;
      });
      deepEqual(idsOf(seen.firsts("session", batchOf(ids))), wanted);
    }
    equal(seen.doubles, doubles);
  }));
});

Deno.test("SeenEvents keeps sessions apart and forgets one that is over", () => {
  const seen = new SeenEvents();
  const batch = batchOf(["a", "b"]);
  equal(seen.firsts("one", batch), batch);
  equal(seen.firsts("two", batch), batch);
  equal(seen.has("one", "a") && !seen.has("one", "c") && !seen.has("three", "a"), true);
  seen.forget("one");
  equal(seen.has("one", "a"), false);
  equal(seen.firsts("two", batch).rows, 0);
});

Deno.test("SeenEvents knows the events of a copy whose name tells no session", () => {
  const columns = ["id", "event_type", "occurred_at", "received_at", "session_id"]
    .map((name) => utf8Column(field(name, "u"), [name === "session_id" ? "ABC" : "x"]));
  const batch = { schema: { fields: columns.map((each) => each.field) }, rows: 1, columns };
  const seen = new SeenEvents();
  equal(seen.firsts("abc", batch).rows, 1);
  equal(seen.firsts("", batch).rows, 0);
});
