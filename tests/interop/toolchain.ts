/**
 * What the foreign clients need, prepared in a cache folder of its own: made once, used again.
 * @module
 */
import { join } from "@std/path";
import { ROOT } from "../harness.ts";
import { MissingTool, mustRun, runProgram } from "./program.ts";

/** Packages of the environments, with their pins. */
const PYTHON_PACKAGES = {
  clients: [
    "pyarrow==26.0.1",
    "duckdb==1.5.6",
    "polars==2.1.0",
    "pandas==3.1.1",
    "adbc-driver-flightsql==1.13.0",
    "adbc-driver-manager==1.13.0",
  ],
  notebooks: ["nbclient==0.10.4", "nbformat==5.11.1"],
  downsampling: ["tsdownsample==0.1.5.1", "numpy==2.4.6"],
  spark: ["pyspark==4.0.1"],
  original: ["litmus-test==0.1.3", "duckdb==1.5.6", "pyarrow==26.0.1"],
} as const;
const MAVEN_DEPENDENCY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";
const JDBC_DRIVER = { artifact: "flight-sql-jdbc-driver", version: "18.3.0" } as const;
const ARROW_GO = {
  path:
    "github.com/apache/arrow-go/v18/arrow/internal/flight_integration/cmd/arrow-flight-integration",
  tag: "v18.8.0",
} as const;
const INSTALL_SECONDS = 600;
const BUILD_SECONDS = 1200;

/** Folder of the small clients. */
export const CLIENTS: string = join(ROOT, "examples", "clients");

/** Prepares toolchains in a cache folder. */
export class Toolchain {
  readonly #cache: string;
  readonly #say: (line: string) => void;

  /** Takes an absolute path, and where to say what takes long. */
  constructor(cache: string, say: (line: string) => void) {
    this.#cache = cache;
    this.#say = say;
  }

  /** The interpreter of an environment with its packages. */
  async python(name: keyof typeof PYTHON_PACKAGES): Promise<string> {
    const packages = PYTHON_PACKAGES[name];
    const version = await this.#version("python3", ["--version"]);
    return await this.#once(`python-${name}`, [version, ...packages], async (folder) => {
      const made = await runProgram("python3", ["-m", "venv", folder]);
      if (made.code !== 0) {
        throw new MissingTool(`python3 -m venv does not work: ${made.stdout}${made.stderr}`);
      }
      await mustRun(pythonIn(folder), ["-m", "pip", "install", "--quiet", ...packages], {
        timeoutSeconds: INSTALL_SECONDS,
      });
    }).then(pythonIn);
  }

  /** The Go client, built. */
  async go(): Promise<string> {
    await this.#version("go", ["version"]);
    const binary = join(this.#cache, "go-client");
    this.#say("building the Go client");
    await mustRun("go", ["build", "-o", binary, "."], {
      cwd: join(CLIENTS, "go"),
      env: this.#goModules(),
      timeoutSeconds: BUILD_SECONDS,
    });
    return binary;
  }

  /** The two programs by which Arrow's Go library takes part in Arrow's own tests of Flight. */
  async arrowGo(): Promise<{ readonly client: string; readonly server: string }> {
    const version = await this.#version("go", ["version"]);
    const programs = ["client", "server"].map((side) => `${ARROW_GO.path}-${side}@${ARROW_GO.tag}`);
    const folder = await this.#once("arrow-go", [version, ...programs], async (path) => {
      await mustRun("go", ["install", ...programs], {
        env: { ...this.#goModules(), GOBIN: path },
        timeoutSeconds: BUILD_SECONDS,
      });
    });
    const [client, server] = ["client", "server"].map((side) =>
      join(folder, `arrow-flight-integration-${side}`)
    );
    return { client: client!, server: server! };
  }

  /** Modules are made read-only by default, and then nobody can delete the cache. */
  #goModules(): Record<string, string> {
    return { GOMODCACHE: join(this.#cache, "go-modules"), GOFLAGS: "-modcacherw -mod=readonly" };
  }

  /** The Rust client, built. */
  async rust(): Promise<string> {
    await this.#version("cargo", ["--version"]);
    const target = join(this.#cache, "rust-target");
    const manifest = join(CLIENTS, "rust", "Cargo.toml");
    this.#say("building the Rust client");
    await Deno.mkdir(target, { recursive: true });
    const args = ["build", "--quiet", "--locked", "--manifest-path", manifest];
    await mustRun("cargo", [...args, "--target-dir", target], {
      cwd: this.#cache,
      env: { CARGO_HOME: join(this.#cache, "cargo") },
      timeoutSeconds: BUILD_SECONDS,
    });
    return join(target, "debug", "litmus-client");
  }

  /** Class path of the Java client. */
  async javaClassPath(): Promise<string> {
    await this.#java();
    const pom = join(CLIENTS, "java", "pom.xml");
    const text = await Deno.readTextFile(pom);
    const folder = await this.#once("java", [text], async (path) => {
      const goal = [`${MAVEN_DEPENDENCY}:build-classpath`, `-Dmdep.outputFile=${path}/class.path`];
      await this.#maven(["--file", pom, ...goal]);
    });
    return await Deno.readTextFile(join(folder, "class.path"));
  }

  /** The JDBC driver, one jar. */
  async jdbcDriver(): Promise<string> {
    await this.#java();
    const { artifact, version } = JDBC_DRIVER;
    const folder = await this.#once("jdbc", [artifact, version], async (path) => {
      const what = `-Dartifact=org.apache.arrow:${artifact}:${version}`;
      await this.#maven([`${MAVEN_DEPENDENCY}:copy`, what, `-DoutputDirectory=${path}`]);
    });
    return join(folder, `${artifact}-${version}.jar`);
  }

  /** An interpreter with Spark, which runs on Java. */
  async spark(): Promise<string> {
    await this.#version("java", ["-version"]);
    return await this.python("spark");
  }

  async #java(): Promise<void> {
    await this.#version("java", ["-version"]);
    await this.#version("mvn", ["--version"]);
  }

  async #maven(args: readonly string[]): Promise<void> {
    const repository = `-Dmaven.repo.local=${join(this.#cache, "maven")}`;
    await mustRun("mvn", ["--batch-mode", "--quiet", repository, ...args], {
      cwd: this.#cache,
      timeoutSeconds: INSTALL_SECONDS,
    });
  }

  /** What a tool says of itself; it is missing where it cannot even do that. */
  async #version(command: string, args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runProgram(command, args);
    if (code !== 0) throw new MissingTool(`${command} does not work: ${stderr || stdout}`);
    return stdout;
  }

  /** Makes a folder once for the same ingredients; a half-made one is made anew. */
  async #once(
    name: string,
    ingredients: readonly string[],
    make: (folder: string) => Promise<void>,
  ): Promise<string> {
    const folder = join(this.#cache, name);
    const mark = join(folder, ".made-of");
    const wanted = ingredients.join("\n");
    if (await readOrEmpty(mark) === wanted) return folder;
    this.#say(`preparing ${name}`);
    await removeFolder(folder);
    await Deno.mkdir(folder, { recursive: true });
    await make(folder);
    await Deno.writeTextFile(mark, wanted);
    return folder;
  }
}

function pythonIn(folder: string): string {
  return Deno.build.os === "windows"
    ? join(folder, "Scripts", "python.exe")
    : join(folder, "bin", "python");
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
