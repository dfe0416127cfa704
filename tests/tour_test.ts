/** Each command of docs/tour.md runs, in one shell from the first to the last, and prints what stands there. */
import { ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { ROOT, stopDaemon } from "./harness.ts";

interface Part {
  readonly commands: string;
  /** Lines that are printed, in this order; empty where nothing is said of them. */
  readonly expected: readonly string[];
}

/** The fenced blocks of a page: commands, and what they print where a text block follows. */
function partsOf(page: string): Part[] {
  const blocks = [...page.matchAll(/^```(sh|text)\n([^]*?)^```$/gm)];
  return blocks.flatMap(([, language, text = ""], i) => {
    if (language !== "sh") return [];
    const next = blocks[i + 1];
    const lines = next?.[1] === "text" ? next[2]?.split("\n") ?? [] : [];
    return [{
      commands: text.replaceAll("npx -y deno@2.9.6", `"${Deno.execPath()}"`),
      expected: lines.filter((line) => line.trim() !== "" && line !== "..."),
    }];
  });
}

/** A line without what differs from call to call: ids, times, paths, measured values, widths. */
function shape(line: string): string {
  return line.replaceAll(/\/\S+/g, "PATH")
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<= )[0-9a-f]{8}\b/g, "ID")
    .replaceAll(/-?\d+(?:[.,:]\d+)*(?: [µmk]?[sVA]\b)?/g, "N")
    .replaceAll(/[─█▏▎▍▌▋▊▉]+|\s+/g, " ").trim();
}

Deno.test("The tour runs as it is written", async () => {
  const parts = partsOf(await Deno.readTextFile(join(ROOT, "docs", "tour.md")));
  const home = await Deno.makeTempDir({ prefix: "litmus-tour-" });
  const script = parts.map(({ commands }, i) => `echo "== part ${i}"\n${commands}`).join("\n");
  try {
    const { code, stdout } = await new Deno.Command("sh", {
      args: ["-e", "-c", `exec 2>&1\nunset INIT_CWD\n${script}`],
      cwd: ROOT,
      stdin: "null",
      env: { TMPDIR: home, NO_COLOR: "1", LITMUS_DAEMON_IDLE_TIMEOUT: "5" },
    }).output();
    const out = new TextDecoder().decode(stdout);
    equal(code, 0, out);
    const printed = out.split(/^== part \d+\n/m).slice(1);
    equal(printed.length, parts.length);
    parts.forEach(({ expected, commands }, i) => {
      const lines = printed[i]?.split("\n").map(shape) ?? [];
      let from = 0;
      for (const line of expected) {
        const at = lines.indexOf(shape(line), from);
        ok(at >= 0, `${commands}\ndoes not print\n${line}\nbut\n${printed[i]}`);
        from = at + 1;
      }
    });
  } finally {
    for (const { name } of Deno.readDirSync(home)) await stopDaemon(join(home, name));
    await Deno.remove(home, { recursive: true });
  }
});
