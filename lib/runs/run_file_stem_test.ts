import { strictEqual } from "node:assert/strict";
import { runFileStem, StemNumbers } from "./run_file_stem.ts";

Deno.test("runFileStem() names the second of the start and the encoded serial", () => {
  const startedAtMicros = Date.UTC(2026, 10, 21, 7, 4, 9) * 1000 + 999_999;
  strictEqual(runFileStem(startedAtMicros, "SN666"), "20261121T070409Z_SN666");
  strictEqual(runFileStem(startedAtMicros, "../../evil"), "20261121T070409Z_%2E.%2F..%2Fevil");
  strictEqual(runFileStem(startedAtMicros, "  "), "20261121T070409Z");
  strictEqual(runFileStem(startedAtMicros, null), "20261121T070409Z");
});

Deno.test("StemNumbers goes on behind the highest number that was taken, whatever the order", () => {
  const numbers = new StemNumbers();
  strictEqual(numbers.first("a"), 1);
  numbers.taken("a", 3);
  numbers.taken("a", 2);
  strictEqual(numbers.first("a"), 4);
  for (let i = 0; i < 5000; i++) numbers.taken(`b${i}`, 1);
  strictEqual(numbers.first("b4999"), 2);
});
