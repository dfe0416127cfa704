import { strictEqual } from "node:assert/strict";
import { runFileStem } from "./run_file_stem.ts";

Deno.test("runFileStem() names the second of the start and the encoded serial", () => {
  const startedAtMicros = Date.UTC(2026, 10, 21, 7, 4, 9) * 1000 + 999_999;
  strictEqual(runFileStem(startedAtMicros, "SN666"), "20261121T070409Z_SN666");
  strictEqual(runFileStem(startedAtMicros, "../../evil"), "20261121T070409Z_%2E.%2F..%2Fevil");
  strictEqual(runFileStem(startedAtMicros, "  "), "20261121T070409Z");
  strictEqual(runFileStem(startedAtMicros, null), "20261121T070409Z");
});
