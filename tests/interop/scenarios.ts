/**
 * All scenarios: which client meets what.
 * @module
 */
import {
  deepStrictEqual as deepEqual,
  notStrictEqual as notEqual,
  strictEqual as equal,
} from "node:assert/strict";
import { join } from "@std/path";
import { acquire, type Lease } from "../../lib/protocol/lease.ts";
import { ROOT, stopDaemon } from "../harness.ts";
import { daemonTls } from "./tls_scenario.ts";
import { pyarrowServers } from "./arrow/pyarrow_scenarios.ts";
import { arrowGo } from "./arrow/go_scenarios.ts";
import { lastLines, MissingTool, type ProgramResult, runProgram } from "./program.ts";
import { writeSeries } from "./downsampled_series.ts";
import { addLongChannels } from "./long_channels.ts";
import { type Check, check, checksOf, type Part, type Scenario } from "./scenario.ts";
import type { RecordedDirectory } from "./scenario.ts";
import { CLIENTS, type Toolchain } from "./toolchain.ts";

const HERE = import.meta.dirname ?? ".";
const script = (name: string): string => join(HERE, name);

const pyarrowClient: Scenario = {
  name: "pyarrow.flight client",
  part: "python",
  run: async (recorded, toolchain) => {
    const python = await toolchain.python("clients");
    return await recorded.served(({ location, token }) =>
      checksOf(python, [
        script("pyarrow_client.py"),
        "all",
        location,
        token,
        recorded.expectedFile,
      ])
    );
  },
};

/** What README shows runs as it stands there. */
const readme: Scenario = {
  name: "Python of the README",
  part: "python",
  run: async (recorded, toolchain) => {
    const python = await toolchain.python("clients");
    const text = await Deno.readTextFile(join(ROOT, "README.md"));
    const [, code = ""] = /^```python\n([^]*?)^```$/m.exec(text) ?? [];
    return await recorded.served(async ({ location, token }) => [
      await check("block", async () => {
        const given = `import sys\nlocation, token = sys.argv[1:]\n${code}print(table.num_rows)\n`;
        const { stdout, stderr } = await runProgram(python, ["-c", given, location, token]);
        equal(stdout.trim(), String(recorded.expected.runs.length), lastLines(stderr));
      }),
    ]);
  },
};

const acknowledgedPut: Scenario = {
  name: "pyarrow put, acknowledged, daemon killed",
  part: "python",
  run: async (recorded, toolchain) => {
    const python = await toolchain.python("clients");
    const act = (part: string, { location, token }: Lease, file: string): Promise<Check[]> =>
      checksOf(python, [script("pyarrow_client.py"), part, location, token, file]);
    return await recorded.served(async (lease, { path }) => {
      const ids = join(path, "ids.json");
      const put = await act("put", lease, ids);
      await stopDaemon(path, "SIGKILL");
      await using next = await acquire(path);
      notEqual(next.pid, lease.pid);
      return [...put, ...await act("find", next, ids)];
    });
  },
};

const originalReader: Scenario = {
  name: "litmus-test 0.1.3 reads our directory",
  part: "python",
  run: async (recorded, toolchain) => {
    const python = await toolchain.python("original");
    const home = await Deno.makeTempDir({ prefix: "litmus-original-" });
    try {
      await recorded.copyTo(join(home, "data"));
      await addLongChannels(join(home, "data"));
      return await checksOf(python, [script("litmus_reader.py"), home, recorded.expectedFile], {
        timeoutSeconds: 300,
      });
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
};

const parquetReaders: Scenario = {
  name: "DuckDB, Polars and pandas read our Parquet",
  part: "python",
  run: async (recorded, toolchain) => {
    const python = await toolchain.python("clients");
    return await readBy(recorded, python, "parquet_readers.py");
  },
};

const tsdownsample: Scenario = {
  name: "tsdownsample chooses the same samples",
  part: "python",
  run: async (_recorded, toolchain) => {
    const python = await toolchain.python("downsampling");
    const folder = await Deno.makeTempDir({ prefix: "litmus-series-" });
    try {
      await writeSeries(folder);
      return await checksOf(python, [script("tsdownsample_peer.py"), folder]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

const spark: Scenario = {
  name: "Spark reads our Parquet",
  part: "java",
  run: async (recorded, toolchain) =>
    await readBy(recorded, await toolchain.spark(), "spark_reader.py"),
};

/** Runs a script on a copy of the directory. */
async function readBy(
  recorded: RecordedDirectory,
  python: string,
  name: string,
): Promise<readonly Check[]> {
  const folder = await Deno.makeTempDir({ prefix: "litmus-parquet-" });
  try {
    await recorded.copyTo(folder);
    return await checksOf(python, [script(name), folder, recorded.expectedFile]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const adbc: Scenario = {
  name: "ADBC driver for Flight SQL",
  part: "python",
  run: async (recorded, toolchain) => {
    const python = await toolchain.python("clients");
    return await recorded.served(({ location, token }) =>
      checksOf(python, [script("adbc_client.py"), location, token])
    );
  },
};

const jdbc: Scenario = {
  name: "JDBC driver for Flight SQL",
  part: "java",
  run: async (recorded, toolchain) => {
    const driver = await toolchain.jdbcDriver();
    const program = join(HERE, "jdbc", "JdbcClient.java");
    return await recorded.served(({ location, token }) =>
      checksOf("java", [OPEN_MEMORY, "-cp", driver, program, location, token])
    );
  },
};

const notebooks: Scenario = {
  name: "notebooks in the Deno kernel of Jupyter",
  part: "python",
  run: async (_recorded, toolchain) => {
    const python = await toolchain.python("notebooks");
    const folder = await Deno.makeTempDir({ prefix: "litmus-notebooks-" });
    const dataDir = join(folder, "data"), target = join(folder, "executed");
    try {
      await Deno.mkdir(dataDir);
      await Deno.mkdir(target);
      await writeKernel(join(folder, "kernels", "deno"));
      // The folder of the notebooks itself: they import the package by the name that this checkout has.
      return await checksOf(python, [script("notebooks.py"), NOTEBOOKS, target], {
        env: { JUPYTER_PATH: folder, LITMUS_HOME: dataDir, NO_COLOR: "1" },
        timeoutSeconds: 300,
      });
    } finally {
      await stopDaemon(dataDir);
      await Deno.remove(folder, { recursive: true });
    }
  },
};

const NOTEBOOKS = join(ROOT, "examples", "notebooks");

async function writeKernel(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const argv = [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"];
  const kernel = { argv, display_name: "Deno", language: "typescript" };
  await Deno.writeTextFile(join(folder, "kernel.json"), JSON.stringify(kernel));
}

/** Arrow's Java library reads memory by means that the JDK opens only when asked. */
const OPEN_MEMORY = "--add-opens=java.base/java.nio=ALL-UNNAMED";

/** The command of an example client; location and SQL follow. */
type ClientCommand = (toolchain: Toolchain) => Promise<readonly [string, ...string[]]>;

function example(name: string, part: Part, command: ClientCommand): Scenario {
  return {
    name: `${name} example`,
    part,
    run: async (recorded, toolchain) => {
      const [program, ...args] = await command(toolchain);
      return await recorded.served(async ({ location, token }) => {
        const ask = (sql: string, LITMUS_TOKEN: string): Promise<ProgramResult> =>
          runProgram(program, [...args, location, sql], { env: { LITMUS_TOKEN } });
        return await exampleChecks(recorded, (sql) => ask(sql, token), () => ask(RUNS, "wrong"));
      });
    },
  };
}

const RUNS = `SELECT r.run_id, r.run_outcome, count(m.run_id) AS measurements
  FROM runs r LEFT JOIN measurements m USING (run_id) GROUP BY r.run_id, r.run_outcome`;
const MANY = 200_000;

async function exampleChecks(
  { expected }: RecordedDirectory,
  ask: (sql: string) => Promise<ProgramResult>,
  askWrong: () => Promise<ProgramResult>,
): Promise<Check[]> {
  const rows = async (sql: string): Promise<string[]> => {
    const { code, stdout, stderr } = await ask(sql);
    equal(code, 0, lastLines(stderr));
    return stdout.trimEnd().split(/\r?\n/);
  };
  return [
    await check("runs", async () => {
      const wanted = expected.runs.map((run) =>
        `${run.run_id}\t${run.outcome}\t${run.measurements}`
      );
      deepEqual((await rows(RUNS)).sort(), wanted.sort());
    }),
    await check("many rows", async () => {
      const found = await rows(`SELECT i, 'row ' || i AS t, i * 0.5 AS h FROM range(${MANY}) r(i)`);
      equal(found.length, MANY);
      const sum = found.reduce((total, line) => total + Number(line.split("\t")[0]), 0);
      equal(sum, MANY * (MANY - 1) / 2);
    }),
    await check("mistake in the SQL", async () => {
      const { code, stdout, stderr } = await ask("SELECT nothing FROM runs");
      notEqual(code, 0);
      equal(/nothing/.test(stderr + stdout), true, lastLines(stderr));
    }),
    await check("wrong token", async () => {
      const { code, stdout, stderr } = await askWrong();
      notEqual(code, 0);
      equal(/token/i.test(stderr + stdout), true, lastLines(stderr));
    }),
  ];
}

/** All of them, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  pyarrowClient,
  readme,
  acknowledgedPut,
  originalReader,
  parquetReaders,
  notebooks,
  tsdownsample,
  spark,
  adbc,
  daemonTls,
  pyarrowServers,
  example("Python", "python", async (toolchain) => [
    await toolchain.python("clients"),
    join(CLIENTS, "python", "query.py"),
  ]),
  example("Go", "go", async (toolchain) => [await toolchain.go()]),
  arrowGo,
  example("Rust", "rust", async (toolchain) => [await toolchain.rust()]),
  example("Java", "java", async (toolchain) => [
    "java",
    OPEN_MEMORY,
    "-cp",
    await toolchain.javaClassPath(),
    join(CLIENTS, "java", "src", "main", "java", "Query.java"),
  ]),
  jdbc,
].map(whenPresent);

/** A scenario whose program is not part of this checkout is skipped. */
function whenPresent(scenario: Scenario): Scenario {
  const files: Readonly<Record<string, string>> = {
    [adbc.name]: script("adbc_client.py"),
    [jdbc.name]: join(HERE, "jdbc", "JdbcClient.java"),
  };
  const file = files[scenario.name];
  if (file === undefined) return scenario;
  return {
    ...scenario,
    run: async (recorded, toolchain) => {
      try {
        await Deno.stat(file);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        throw new MissingTool(`${file} is not part of this checkout`);
      }
      return await scenario.run(recorded, toolchain);
    },
  };
}
