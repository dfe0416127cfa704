import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { IdSet } from "./id_set.ts";

Deno.test("IdSet.add() knows every id it has seen and no other", () => {
  const few = fc.constantFrom(
    "00000000-0000-0000-0000-000000000000",
    "00000000-0000-0000-0000-000000000001",
    "00000000-0000-0000-0001-000000000000",
    "not a uuid",
    "",
  );
  fc.assert(fc.property(fc.array(fc.oneof(fc.uuid(), few), { maxLength: 300 }), (ids) => {
    const set = new IdSet();
    const plain = new Set<string>();
    for (const id of ids) {
      strictEqual(set.add(id), !plain.has(id));
      plain.add(id);
    }
  }));
});
