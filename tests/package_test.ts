/**
 * The package as a user gets it: packed by `deno publish`, installed by another Deno from a registry on
 * this machine into an empty project, with nothing of this repository in reach.
 */
import { deepStrictEqual as deepEqual, match, ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { ROOT, stopDaemon } from "./harness.ts";
import { type PackageRegistry, startRegistry } from "./package_registry.ts";

const decoder = new TextDecoder();

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function deno(args: readonly string[], cwd: string, registry: string): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { JSR_URL: registry, LITMUS_DAEMON_IDLE_TIMEOUT: "2", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** Publishes the package and makes an empty project. */
async function withProject(
  act: (project: string, registry: PackageRegistry) => Promise<void>,
): Promise<void> {
  await using registry = startRegistry();
  const args = ["publish", "--token", "none", "--allow-dirty", "--no-check"];
  const published = await deno(args, ROOT, registry.url);
  equal(published.code, 0, published.err);
  const project = await Deno.makeTempDir({ prefix: "litmus-project-" });
  try {
    await act(project, registry);
  } finally {
    await stopDaemon(join(project, "data"));
    await Deno.remove(project, { recursive: true });
  }
}

/** What README starts with, on the entry points that a program would use. */
const QUICK_START = `
import { RunStore, Session } from "SDK";
import { capabilityOf } from "SDK/analysis";
import { plot } from "SDK/notebook";
const dataDir = "data";
{
  await using session = await Session.start({ dataDir, station_id: "bench-1" });
  await session.run({ dut_serial: "SN001" }, async (run) => {
    await run.step("power up", async (step) => {
      step.measure("rail_3v3", 3.31, { low: 3.2, high: 3.4, units: "V" });
      step.measure("rail_3v3", 3.32, { low: 3.2, high: 3.4, units: "V" });
      await step.read("scope.inrush", new Float64Array(1000), { sampleInterval: 1e-6, units: "A" });
    });
  });
}
await using runs = await RunStore.open({ dataDir });
const [run] = await runs.list({ serial: "SN001" });
const samples = await runs.sql("SELECT * FROM lttb('scope.inrush', 100)");
const points = plot(samples, { x: "offset_seconds", y: "value" });
console.log(JSON.stringify([
  run.run_outcome,
  (await capabilityOf(runs))[0].measurement_name,
  (await points.svg()).slice(0, 4),
  (await points.html()).includes("uPlot"),
]));
`;
const EXPECTED = `["passed","rail_3v3","<svg",true]\n`;

Deno.test("The packed package holds what it needs and nothing else", async () => {
  await withProject(async (project, registry) => {
    const paths = [...registry.files.keys()];
    for (const name of ["README.md", "LICENSE", "CHANGELOG.md", "deno.json", "mod.ts"]) {
      ok(paths.includes(`/${name}`), name);
    }
    const odd = paths.filter((path) =>
      !/^\/((lib|cli)\/.*\.ts|[a-z]+\.ts|README\.md|LICENSE|CHANGELOG\.md|deno\.json)$/.test(
        path,
      ) ||
      path.endsWith("_test.ts")
    );
    deepEqual(odd, []);
    await Deno.writeTextFile(
      join(project, "start.ts"),
      QUICK_START.replaceAll("SDK", "jsr:@litmus/sdk"),
    );
    // A project with packages of its own must not become the daemon's.
    await Deno.writeTextFile(join(project, "package.json"), `{"name":"mine","dependencies":{}}`);
    const flags = ["--quiet", "--no-lock", "--node-modules-dir=none"];
    const started = await deno(["run", "-A", ...flags, "start.ts"], project, registry.url);
    equal(started.out, EXPECTED, started.err);

    const cli = ["run", "-A", ...flags, "jsr:@litmus/sdk/cli", "--data-dir", "data"];
    const asked = await deno([...cli, "runs", "--format", "jsonl"], project, registry.url);
    equal((JSON.parse(asked.out) as { dut_serial: string }).dut_serial, "SN001", asked.err);
  });
});

Deno.test("A daemon is started from wherever the package was loaded, plain HTTP as well", async () => {
  await withProject(async (project, registry) => {
    const config = JSON.parse(decoder.decode(registry.files.get("/deno.json"))) as {
      version: string;
      exports: Record<string, string>;
    };
    const base = `${registry.url}/@litmus/sdk/${config.version}`;
    const imports = Object.entries(config.exports).map(([name, path]) =>
      [name.replace(/^\./, "litmus"), base + path.slice(1)] as const
    );
    await Deno.writeTextFile(
      join(project, "deno.json"),
      JSON.stringify({ imports: Object.fromEntries(imports) }),
    );
    await Deno.writeTextFile(join(project, "start.ts"), QUICK_START.replaceAll("SDK", "litmus"));
    const host = new URL(registry.url).host;
    const flags = [
      ...["--quiet", "--no-lock", `--allow-import=${host}`],
      ...["read", "write", "net", "env", "run", "sys"].map((name) => `--allow-${name}`),
    ];
    // No JSR_URL: nothing says that this address is a registry.
    const started = await deno(["run", ...flags, "start.ts"], project, "https://jsr.io");
    equal(started.out, EXPECTED, started.err);
    const status = await deno(
      ["run", ...flags, `${base}/cli/main.ts`, "--data-dir", "data", "daemon", "status"],
      project,
      "https://jsr.io",
    );
    match(status.out, /grpc:\/\/127\.0\.0\.1:\d+/, status.err);
  });
});
