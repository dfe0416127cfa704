import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { pagerKey, pagerLines } from "./pager_view.ts";
import { isWhole, plotKey, wholeView } from "./plot_view.ts";

function press(...keys: readonly string[]): readonly [number, number] {
  return keys.reduce((view, key) => plotKey(view, key)!, wholeView(0, 100)).shown;
}

Deno.test("plotKey() zooms around the middle and stays within the data", () => {
  deepEqual(press("+"), [25, 75]);
  deepEqual(press("+", "right"), [37.5, 87.5]);
  deepEqual(press("+", "right", "right", "right"), [50, 100]);
  deepEqual(press("+", "home"), [0, 50]);
  deepEqual(press("+", "+", "end"), [75, 100]);
  deepEqual(press("+", "+", "-", "-", "-"), [0, 100]);
  deepEqual(press("+", "right", "0"), [0, 100]);
  equal(isWhole(plotKey(wholeView(0, 1), "-")!), true);
  equal(plotKey(wholeView(0, 1), "S"), undefined);
});

Deno.test("plotKey() does not zoom in without end", () => {
  const [low, high] = press(...Array<string>(200).fill("+"));
  equal(high > low, true);
});

Deno.test("pagerKey() pages, and pagerLines() shows the part and the place", () => {
  const size = { columns: 40, rows: 5 };
  const lines = Array.from({ length: 10 }, (_, i) => `line ${i} 漢字`);
  const top = (keys: string[]) =>
    keys.reduce((view, key) => pagerKey(view, key, lines.length, size)!, { top: 0, left: 0 }).top;
  deepEqual([top([" "]), top([" ", "b"]), top(["G"]), top(["G", "j", "k"])], [4, 0, 6, 5]);
  equal(pagerKey({ top: 0, left: 0 }, "q", 10, size), undefined);
  const shown = pagerLines({ top: 6, left: 7 }, lines, size);
  deepEqual(shown.slice(0, 2), ["漢字", "漢字"]);
  equal(shown.at(-1)?.startsWith("lines 7-10 of 10"), true);
});
