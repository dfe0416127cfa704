import { strictEqual as equal } from "node:assert/strict";
import { EVENT_LIMITS } from "../base/limits.ts";
import { DeliveredIds } from "./delivered_ids.ts";

const STEP_MICROS = 2 * EVENT_LIMITS.replayMillis * 1000;

Deno.test("DeliveredIds knows what was given since well before the cursor, and forgets what is older", () => {
  const given = new DeliveredIds();
  const now = 1_795_763_037_000_000;
  given.passed(now);
  equal(given.add("a"), true);
  given.passed(now + STEP_MICROS);
  equal(given.add("a"), false);
  equal(given.add("b"), true);
  given.passed(now + STEP_MICROS + 1000);
  equal(given.add("a"), false);
  given.passed(now + 2 * STEP_MICROS);
  equal(given.add("b"), false);
  equal(given.add("a"), true, "older than anything that is replayed");
});
