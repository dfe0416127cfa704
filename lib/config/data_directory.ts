/**
 * Which data directory is meant.
 *
 *     explicit  >  data_dir in the nearest litmus.yaml upwards  >  LITMUS_HOME  >  the user's data folder
 *
 * @module
 */
import { dirname, isAbsolute, join, resolve } from "@std/path";
import { InvalidDataError, LitmusError, PermissionError } from "../base/errors.ts";

/** What the resolution looks at; handed in, so that tests need no real environment. */
export interface Surroundings {
  /** The folder that relative paths and the search for litmus.yaml start from. */
  readonly workingDirectory: string;
  /** Reads an environment variable; undefined where it is unset or may not be read. */
  readonly env: (name: string) => string | undefined;
}

/** The surroundings of this process. */
export function processSurroundings(): Surroundings {
  return {
    // Only where it is needed: the folder may have been removed.
    get workingDirectory() {
      return Deno.cwd();
    },
    env: readEnv,
  };
}

/** An environment variable, or undefined where it is unset or may not be read. */
export function readEnv(name: string): string | undefined {
  // Asking first keeps Deno from prompting in the middle of a terminal program.
  const state = Deno.permissions.querySync({ name: "env", variable: name }).state;
  return state === "granted" ? Deno.env.get(name) : undefined;
}

/**
 * Resolves the data directory to an absolute path. Nothing is created.
 *
 * @param explicit a path given by the caller, relative to the working directory
 * @throws {InvalidDataError} where a litmus.yaml cannot be understood
 */
export async function resolveDataDirectory(
  explicit?: string,
  surroundings: Surroundings = processSurroundings(),
): Promise<string> {
  if (explicit !== undefined && explicit !== "") {
    return isAbsolute(explicit)
      ? resolve(explicit)
      : resolve(surroundings.workingDirectory, explicit);
  }
  return await fromConfigFile(surroundings.workingDirectory) ?? fromHome(surroundings) ??
    join(userDataFolder(surroundings), "litmus", "data");
}

async function fromConfigFile(start: string): Promise<string | undefined> {
  for (let folder = start;;) {
    const text = readIfThere(join(folder, "litmus.yaml"));
    if (text !== undefined) {
      const configured = await dataDirOf(text, join(folder, "litmus.yaml"));
      if (configured !== undefined) return resolve(folder, configured);
    }
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    // Folders above may be closed to us; a config file there is not ours to follow.
    if (
      error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable ||
      error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotADirectory ||
      error instanceof Deno.errors.IsADirectory
    ) return undefined;
    throw error;
  }
}

async function dataDirOf(text: string, path: string): Promise<string | undefined> {
  // Loading the parser takes longer than all else here, and most directories have no such file.
  const { parse } = await import("@std/yaml");
  let config: unknown;
  try {
    config = parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidDataError(`Cannot read ${path}: ${reason}`, { cause: error });
  }
  if (typeof config !== "object" || config === null) return undefined;
  const value: unknown = Reflect.get(config, "data_dir");
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || value === "") {
    throw new InvalidDataError(`${path}: data_dir must be a path`, { path: "data_dir" });
  }
  return value;
}

function fromHome({ env, workingDirectory }: Surroundings): string | undefined {
  const home = env("LITMUS_HOME");
  if (home === undefined || home === "") return undefined;
  const root = isAbsolute(home) ? home : resolve(workingDirectory, home);
  // The original's code says LITMUS_HOME/data and its manual LITMUS_HOME: both are met in the field.
  return isDirectory(join(root, "data")) ? join(root, "data") : root;
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

/** The folder of this user; without it no default can be told from the working directory. */
function homeFolder(env: Surroundings["env"]): string {
  const home = [env("HOME"), env("USERPROFILE")].find((each) => each !== undefined && each !== "");
  if (home !== undefined) return home;
  if (Deno.permissions.querySync({ name: "env", variable: "HOME" }).state !== "granted") {
    throw new PermissionError(
      "The folders for data and runtime files hang on the environment: name a data directory that can be written, or run with --allow-env=LITMUS_HOME,HOME,USERPROFILE,LOCALAPPDATA,XDG_DATA_HOME,XDG_CACHE_HOME,XDG_RUNTIME_DIR",
    );
  }
  throw new LitmusError(
    "No home folder is known: name a data directory, or set LITMUS_HOME or HOME",
  );
}

/** The folder in which programs of this user keep data. */
function userDataFolder({ env }: Surroundings): string {
  if (Deno.build.os === "windows") {
    return env("LOCALAPPDATA") ?? join(homeFolder(env), "AppData", "Local");
  }
  if (Deno.build.os === "darwin") return join(homeFolder(env), "Library", "Application Support");
  const xdg = env("XDG_DATA_HOME");
  return xdg !== undefined && isAbsolute(xdg) ? xdg : join(homeFolder(env), ".local", "share");
}

/** The folder in which programs of this user keep what can be made anew. */
export function userCacheFolder({ env }: Surroundings): string {
  const runtime = env("XDG_RUNTIME_DIR");
  if (runtime !== undefined && isAbsolute(runtime)) return runtime;
  if (Deno.build.os === "windows") {
    return env("LOCALAPPDATA") ?? join(homeFolder(env), "AppData", "Local");
  }
  if (Deno.build.os === "darwin") return join(homeFolder(env), "Library", "Caches");
  const cache = env("XDG_CACHE_HOME");
  return cache !== undefined && isAbsolute(cache) ? cache : join(homeFolder(env), ".cache");
}
