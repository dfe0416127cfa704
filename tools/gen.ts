/**
 * Generates lib/flight/gen/ from lib/flight/proto/, and docs/events.schema.json from the event types;
 * with `--check` it writes nothing and fails where the checked-in files differ:
 * `deno run -A tools/gen.ts [--check]`.
 *
 * buf and its plugin run by npx: buf's npm package lists one binary per platform as an optional
 * dependency, and Deno 2.9.6 refuses to start it because it cannot resolve those of the others.
 * @module
 */

import { dirname, join } from "@std/path";
import { eventSchemaText } from "../lib/events/event_schemas.ts";

/** Pinned, and the runtime equal to the one in deno.json's import map. */
const PACKAGES = [
  "@bufbuild/buf@1.75.0",
  "@bufbuild/protoc-gen-es@2.17.0",
  "@bufbuild/protobuf@2.17.0",
];

const TEMPLATE = JSON.stringify({
  version: "v2",
  plugins: [{ local: "protoc-gen-es", out: ".", opt: ["target=ts", "import_extension=ts"] }],
});

const root = dirname(import.meta.dirname ?? ".");
const schemaPath = join(root, "docs", "events.schema.json");
const flightDir = join(root, "lib", "flight");
const genDir = join(flightDir, "gen");

async function generate(outDir: string): Promise<void> {
  const args = ["-y", ...PACKAGES.flatMap((name) => ["-p", name])];
  args.push("buf", "generate", join(flightDir, "proto"), "--template", TEMPLATE, "-o", outDir);
  const command = Deno.build.os === "windows" ? "npx.cmd" : "npx";
  const { success } = await new Deno.Command(command, {
    args,
    stdout: "inherit",
    stderr: "inherit",
  })
    .output();
  if (!success) throw new Error("The generator failed: see its messages above");
}

async function readFolder(dir: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const entry of Deno.readDir(dir)) {
    if (entry.isFile) files.set(entry.name, await Deno.readTextFile(join(dir, entry.name)));
  }
  return files;
}

function differences(wanted: Map<string, string>, found: Map<string, string>): string[] {
  const names = new Set([...wanted.keys(), ...found.keys()]);
  return [...names].filter((name) => wanted.get(name) !== found.get(name)).sort();
}

async function main(): Promise<number> {
  const outDir = await Deno.makeTempDir();
  try {
    await generate(outDir);
    const wanted = await readFolder(outDir);
    if (Deno.args.includes("--check")) {
      const names = differences(wanted, await readFolder(genDir))
        .map((name) => `lib/flight/gen/${name}`);
      if (await Deno.readTextFile(schemaPath) !== eventSchemaText()) {
        names.push("docs/events.schema.json");
      }
      for (const name of names) {
        await Deno.stderr.write(new TextEncoder().encode(`Differs: ${name}\n`));
      }
      return names.length === 0 ? 0 : 1;
    }
    await Deno.remove(genDir, { recursive: true }).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await Deno.writeTextFile(schemaPath, eventSchemaText());
    await Deno.mkdir(genDir);
    for (const [name, text] of wanted) await Deno.writeTextFile(join(genDir, name), text);
    return 0;
  } finally {
    await Deno.remove(outDir, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main());
