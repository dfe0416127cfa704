import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { formatEntry, History, parseEntry } from "./history.ts";
import { defaultHistoryFile, openHistory } from "./history_file.ts";

Deno.test("History.add() keeps entries of several lines across shells", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "state", "history");
    const trouble: string[] = [];
    const first = openHistory(file, (message) => trouble.push(message));
    for (const text of ["SELECT 1;", "SELECT 1;", "", " secret", "SELECT\n  '\\n';"]) {
      first.add(text);
    }
    equal(first.entries.length, 3);
    deepEqual(openHistory(file, () => {}).entries, ["SELECT 1;", "SELECT\n  '\\n';"]);
    deepEqual(trouble, []);
    if (Deno.build.os !== "windows") equal(Deno.statSync(file).mode! & 0o777, 0o600);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openHistory() says why nothing is kept and goes on", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const messages: string[] = [];
    const history = openHistory(folder, (message) => messages.push(message));
    history.add("SELECT 1;");
    deepEqual(history.entries, ["SELECT 1;"]);
    equal(messages.length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("parseEntry() gives back what formatEntry() wrote", () => {
  for (const text of ["a\nb", "\\n", "\\\\n\n\\", "漢"]) equal(parseEntry(formatEntry(text)), text);
  equal(new History(["a"]).entries.length, 1);
});

Deno.test("defaultHistoryFile() follows the environment", () => {
  const of = (env: Record<string, string>) => defaultHistoryFile((name) => env[name]);
  if (Deno.build.os === "windows") return;
  equal(of({ XDG_STATE_HOME: "/s", HOME: "/h" }), "/s/litmus/history");
  equal(of({ HOME: "/h" }), "/h/.local/state/litmus/history");
  equal(of({}), undefined);
});
