import { deepStrictEqual as equal } from "node:assert/strict";
import { FolderRounds } from "./folder_rounds.ts";

Deno.test("FolderRounds gives each folder its turn, many small ones or one large one at a time", () => {
  let now = 0;
  const sizes = new Map<string, number>();
  const rounds = new FolderRounds(() => sizes, () => now);
  equal(rounds.turn(), []);
  for (const [folder, files] of [["a", 600], ["b", 600], ["c", 5000], ["d", 1]] as const) {
    sizes.set(folder, files);
  }
  equal(rounds.turn(), [], "a turn was just before");
  const turns = Array.from({ length: 4 }, () => {
    now += 1000;
    return rounds.turn();
  });
  equal(turns, [["a", "b"], ["c"], ["d", "a", "b"], ["c"]]);
  sizes.delete("c");
  now += 1000;
  equal(rounds.turn().sort(), ["a", "b", "d"]);
  for (const folder of ["a", "b"]) sizes.delete(folder);
  now += 1000;
  equal(rounds.turn(), ["d"], "each once, however few");
});
