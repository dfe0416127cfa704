import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { IdSet } from "./id_set.ts";

const ids = fc.array(
  fc.oneof(
    fc.uuid(),
    fc.constantFrom(
      "00000000-0000-0000-0000-000000000000",
      "00000000-0000-0000-0000-000000000001",
      "00000000-0000-0000-0001-000000000000",
      "0000000g-0000-0000-0000-000000000000",
      "00000000-0000-0000-0000_000000000000",
      "ä0000000-0000-0000-0000-000000000000",
      "not a uuid",
      "",
    ),
  ),
  { maxLength: 300 },
);

Deno.test("IdSet.add() knows every id it has seen and no other", () => {
  fc.assert(fc.property(ids, (ids) => {
    const set = new IdSet();
    const plain = new Set<string>();
    for (const id of ids) {
      strictEqual(set.has(id), plain.has(id));
      strictEqual(set.add(id), !plain.has(id));
      plain.add(id);
      strictEqual(set.has(id), true);
    }
  }));
});

Deno.test("IdSet.addBytes() is IdSet.add() for an id among others", () => {
  const encoder = new TextEncoder();
  fc.assert(fc.property(ids, (ids) => {
    const [set, same] = [new IdSet(), new IdSet()];
    const bytes = encoder.encode(ids.join(""));
    let at = 0;
    for (const id of ids) {
      const end = at + encoder.encode(id).byteLength;
      strictEqual(same.addBytes(bytes, at, end), set.add(id));
      at = end;
    }
  }));
});
