/**
 * The rules of the house that a machine can check: who may import whom, how long files grow, what the
 * public surface is.
 */
import { deepStrictEqual as deepEqual, ok } from "node:assert/strict";
import { dirname, join, relative, resolve } from "@std/path";

const ROOT = resolve(dirname(new URL(import.meta.url).pathname), "..");

/** Rooms bottom-up; a room imports itself and the rooms it names. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  base: ["../deno.json"],
  config: ["base"],
  parquet: ["base"],
  arrow: ["base"],
  flight: ["base", "arrow"],
  protocol: ["base", "config", "arrow", "flight"],
  channels: ["base", "config", "arrow", "flight", "protocol"],
  events: ["base", "config", "arrow", "flight", "protocol", "channels"],
  runs: ["base", "config", "parquet", "arrow", "flight", "protocol"],
  analysis: ["base", "arrow", "protocol", "runs"],
  recorder: ["base", "config", "arrow", "protocol", "channels", "events", "runs"],
  doctor: ["base", "config", "arrow", "protocol", "channels", "events", "runs"],
  engine: ["base", "parquet", "arrow", "runs/columns.ts"],
  daemon: [
    "base",
    "config",
    "arrow",
    "flight",
    "protocol",
    "channels",
    "events",
    "runs",
    "analysis",
    "doctor",
    "engine",
  ],
  notebook: ["base", "arrow", "protocol", "channels", "events", "runs", "analysis"],
};

/** Each third-party package belongs to one room. */
const PACKAGES: Readonly<Record<string, string>> = {
  "apache-arrow": "arrow",
  "flatbuffers": "arrow",
  "@bufbuild/protobuf": "flight",
  "@duckdb/node-api": "engine",
  "@duckdb/node-bindings": "engine",
  "@std/yaml": "config",
  "@sinclair/typebox": "events",
  "@observablehq/plot": "notebook",
  "linkedom": "notebook",
  "uplot": "notebook",
  "commander": "cli",
  "get-east-asian-width": "cli",
  "hyparquet-writer": "cli",
};

const MAX_FILE_LINES = 400;

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function* walk(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory && entry.name !== "gen" && entry.name !== "testdata") yield* walk(path);
    else if (entry.isFile && entry.name.endsWith(".ts")) yield path;
  }
}

function sources(...folders: string[]): Source[] {
  return folders.flatMap((folder) => [...walk(join(ROOT, folder))]).map((path) => {
    const text = Deno.readTextFileSync(path);
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "");
    const statements = code.matchAll(
      /^(?:import|export)\b[^"';]*?\bfrom "([^"]+)"|^import "([^"]+)"/gm,
    );
    const calls = code.matchAll(/\bimport\(\s*"([^"]+)"/g);
    const imports = [...statements, ...calls].map(([, name, bare]) => name ?? bare ?? "");
    return { path, text, imports };
  });
}

const isTest = (path: string): boolean => path.endsWith("_test.ts");
const product = sources("lib", "cli").filter(({ path }) => !isTest(path));

function roomOf(path: string): string {
  const [top = "", second = ""] = relative(ROOT, path).split(/[\\/]/);
  return top === "lib" ? second : top;
}

Deno.test("A room imports only the rooms above it in the table", () => {
  const wrong: string[] = [];
  for (const { path, imports } of product) {
    const room = roomOf(path);
    const allowed = ROOMS[room];
    if (room === "cli") continue;
    ok(allowed !== undefined, `Room lib/${room} is not in the table of tests/tidy_test.ts`);
    for (const name of imports.filter((each) => each.startsWith("."))) {
      const target = resolve(dirname(path), name);
      const other = roomOf(target);
      const exact = relative(join(ROOT, "lib"), target).replaceAll("\\", "/");
      if (other !== room && !allowed.includes(other) && !allowed.includes(exact)) {
        wrong.push(`${relative(ROOT, path)} imports ${exact}`);
      }
    }
  }
  deepEqual(wrong, []);
});

Deno.test("No file is part of an import cycle", () => {
  const graph = new Map(
    product.map(({ path, imports }) => [
      path,
      imports.filter((name) => name.startsWith(".")).map((name) => resolve(dirname(path), name)),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push(
        [...trail.slice(trail.indexOf(path)), path].map((p) => relative(ROOT, p)).join(" > "),
      );
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  deepEqual(cycles, []);
});

Deno.test("Each third-party package is imported by one room", () => {
  const wrong: string[] = [];
  for (const { path, imports } of product) {
    for (const name of imports) {
      if (name.startsWith(".") || name.startsWith("node:") || name === "@std/path") continue;
      if (name.startsWith("@litmus/sdk")) continue; // examples in doc comments of templates
      const owner = Object.entries(PACKAGES).find(([key]) =>
        name === key || name.startsWith(`${key}/`)
      );
      if (owner === undefined) wrong.push(`${relative(ROOT, path)} imports ${name}, in no table`);
      else if (owner[1] !== roomOf(path)) {
        wrong.push(`${relative(ROOT, path)} imports ${name} of room ${owner[1]}`);
      }
    }
  }
  deepEqual(wrong, []);
});

Deno.test("Entry points other than the daemon's load neither DuckDB nor the daemon", async () => {
  for (const entry of ["mod.ts", "client.ts", "files.ts", "lttb.ts"]) {
    const output = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", join(ROOT, entry)],
      stdout: "piped",
    }).output();
    const info = JSON.parse(new TextDecoder().decode(output.stdout)) as {
      modules: { specifier: string }[];
      npmPackages?: Record<string, { name: string }>;
    };
    const modules = info.modules.map(({ specifier }) => specifier);
    ok(modules.length > 0, `deno info listed no modules for ${entry}`);
    const forbidden = modules.filter((name) => /\/lib\/(engine|daemon)\/|@duckdb/.test(name));
    deepEqual(forbidden, [], entry);
    if (entry === "lttb.ts") {
      deepEqual(modules.filter((name) => !/\/(lttb|lib\/channels\/[a-z_]+)\.ts$/.test(name)), []);
    }
  }
});

Deno.test("Files stay short enough to be read at one sitting", () => {
  const long = [...product, ...sources("tests")]
    .map(({ path, text }) => ({ path: relative(ROOT, path), lines: text.split("\n").length }))
    .filter(({ lines }) => lines > MAX_FILE_LINES);
  deepEqual(long, []);
});

Deno.test("No path or host of a machine is in any file", () => {
  const patterns = [
    /\/root\//,
    /\/home\/[a-z]+\//,
    /registry\.npmjs\.org/,
    /\/tmp\/(?:venv|probe)/,
  ];
  const hits = [...product, ...sources("tests", "tools")]
    .filter(({ path }) => !path.endsWith("tidy_test.ts"))
    .flatMap(({ path, text }) =>
      patterns.filter((pattern) => pattern.test(text)).map((pattern) =>
        `${relative(ROOT, path)} ${pattern}`
      )
    );
  deepEqual(hits, []);
});

Deno.test("Classes hide their members with # and nothing is exported by default or wholesale", () => {
  const wrong = product.flatMap(({ path, text }) => {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/\/\/.*$/gm, "");
    const found: string[] = [];
    if (/^\s+private (?!constructor)/m.test(code)) found.push("private member");
    if (/^export default/m.test(code)) found.push("default export");
    if (/^export \* from/m.test(code)) found.push("export *");
    return found.map((what) => `${relative(ROOT, path)}: ${what}`);
  });
  deepEqual(wrong, []);
});
