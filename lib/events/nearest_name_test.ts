import { strictEqual as equal } from "node:assert/strict";
import { nearestName, similarName } from "./nearest_name.ts";

Deno.test("nearestName() finds the name that needs the fewest edits", () => {
  const names = ["step_name", "limit_low", "limit_high", "value"];
  equal(nearestName("limit_hihg", names), "limit_high");
  equal(nearestName("vlaue", names), "value");
  equal(nearestName("stepName", names), "step_name");
  equal(nearestName("", names), "value");
  equal(nearestName("low", names), "value");
});

Deno.test("similarName() finds what was probably meant, in any case, and nothing far-fetched", () => {
  const names = ["runs", "measurements", "dut_serial", "operator_id"];
  equal(similarName("RNUS", names), "runs");
  equal(similarName("mesurement", names), "measurements");
  equal(similarName("serial", names), "dut_serial");
  equal(similarName("foo", names), undefined);
  equal(similarName("zzzz", names), undefined);
  equal(similarName("ru", names), undefined);
  equal(similarName("runs", []), undefined);
});
