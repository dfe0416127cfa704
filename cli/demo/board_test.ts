import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { Board } from "./board.ts";
import { randomSource } from "./random.ts";

Deno.test("randomSource() gives the same numbers for the same seed", () => {
  const [a, b] = [randomSource(7), randomSource(7)];
  deepEqual(Array.from({ length: 5 }, () => a.next()), Array.from({ length: 5 }, () => b.next()));
  const values = Array.from({ length: 10_000 }, () => a.normal(3, 0.5));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  ok(Math.abs(mean - 3) < 0.02, `mean is ${mean}`);
});

Deno.test("Board holds its limits unless it is weak", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const volts = new Board("SN", seed, undefined).volts3v3(2, 9);
    ok(volts > 3.234 && volts < 3.366, `unit ${seed}: ${volts} V`);
    ok(new Board("SN", seed, "weak-rail").volts3v3(2) < 3.234, `unit ${seed} should sag`);
  }
});

Deno.test("Board.ripple() has glitches far above the ripple", () => {
  const ripple = new Board("SN", 1, undefined).ripple(100_000);
  equal(ripple.length, 100_000);
  equal(ripple.filter((value) => value > 0.025).length > 2, true);
});
