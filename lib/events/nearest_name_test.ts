import { strictEqual as equal } from "node:assert/strict";
import { nearestName } from "./nearest_name.ts";

Deno.test("nearestName() finds the name that needs the fewest edits", () => {
  const names = ["step_name", "limit_low", "limit_high", "value"];
  equal(nearestName("limit_hihg", names), "limit_high");
  equal(nearestName("vlaue", names), "value");
  equal(nearestName("stepName", names), "step_name");
  equal(nearestName("", names), "value");
  equal(nearestName("low", names), "value");
});
