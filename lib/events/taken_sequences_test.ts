import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { TakenSequences } from "./taken_sequences.ts";

const A = "aaaaaaaaaaaaaaaa";
const B = "bbbbbbbbbbbbbbbb";

Deno.test("TakenSequences.add() takes each batch of a writer once", () => {
  const taken = new TakenSequences();
  deepEqual([1, 2, 2, 1, 3].map((n) => taken.add(A, n)), [true, true, false, false, true]);
  equal(taken.last(A), 3);
  equal(taken.add(B, 1), true);
  equal(taken.last("cccccccccccccccc"), 0);
});

Deno.test("TakenSequences.add() takes a batch that was passed over when it turns up later", () => {
  const taken = new TakenSequences();
  deepEqual([1, 5, 9].map((n) => taken.add(A, n)), [true, true, true]);
  equal(taken.has(A, 3), false);
  deepEqual([3, 3, 2, 4, 4, 7].map((n) => taken.add(A, n)), [true, false, true, true, false, true]);
  deepEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((n) => !taken.has(A, n)), [6, 8, 10]);
  equal(taken.last(A), 9);
});

Deno.test("TakenSequences agrees with a plain set over random orders", () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (let round = 0; round < 200; round++) {
    const taken = new TakenSequences();
    const model = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const n = 1 + Math.floor(random() * 20);
      equal(taken.add(A, n), !model.has(n));
      model.add(n);
      for (let k = 1; k <= 20; k++) equal(taken.has(A, k), model.has(k));
    }
  }
});
