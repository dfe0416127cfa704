import { rejects, strictEqual as equal, throws } from "node:assert/strict";
import { join } from "@std/path";
import { InvalidDataError, LitmusError } from "../base/errors.ts";
import { resolveDataDirectory, type Surroundings, userCacheFolder } from "./data_directory.ts";

async function withFolder(work: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "litmus-config-" });
  try {
    await work(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function surroundings(workingDirectory: string, env: Record<string, string> = {}): Surroundings {
  return { workingDirectory, env: (name) => env[name] };
}

Deno.test("An explicit path comes before litmus.yaml, that before LITMUS_HOME, that before the user's folder", async () => {
  await withFolder(async (root) => {
    const env = { LITMUS_HOME: join(root, "home"), HOME: join(root, "user"), XDG_DATA_HOME: "" };
    const deep = join(root, "project", "a", "b");
    await Deno.mkdir(deep, { recursive: true });
    await Deno.writeTextFile(join(root, "project", "litmus.yaml"), "data_dir: here/data\n");
    equal(await resolveDataDirectory("x/../y", surroundings(deep, env)), join(deep, "y"));
    equal(
      await resolveDataDirectory("", surroundings(deep, env)),
      join(root, "project", "here", "data"),
    );
    equal(await resolveDataDirectory(undefined, surroundings(root, env)), join(root, "home"));
    await Deno.mkdir(join(root, "home", "data"), { recursive: true });
    equal(
      await resolveDataDirectory(undefined, surroundings(root, env)),
      join(root, "home", "data"),
    );
    if (Deno.build.os === "linux") {
      const { LITMUS_HOME: _, ...user } = env;
      const place = join(root, "user", ".local", "share", "litmus", "data");
      equal(await resolveDataDirectory(undefined, surroundings(root, user)), place);
      const xdg = { ...user, XDG_DATA_HOME: "/xdg" };
      equal(await resolveDataDirectory(undefined, surroundings(root, xdg)), "/xdg/litmus/data");
    }
  });
});

Deno.test("The nearest litmus.yaml that names a data directory counts", async () => {
  await withFolder(async (root) => {
    await Deno.mkdir(join(root, "a", "b"), { recursive: true });
    await Deno.mkdir(join(root, "a", "b", "litmus.yaml"));
    await Deno.writeTextFile(join(root, "a", "litmus.yaml"), "station: x\n");
    await Deno.writeTextFile(join(root, "litmus.yaml"), "data_dir: /absolute\n");
    equal(await resolveDataDirectory(undefined, surroundings(join(root, "a", "b"))), "/absolute");
  });
});

Deno.test("A litmus.yaml that cannot be understood is named with its fault", async () => {
  for (
    const [text, reason] of [
      ["data_dir: [1", /Cannot read .*litmus\.yaml: /],
      ["data_dir: 7", /data_dir must be a path/],
      ["data_dir: ''", /data_dir must be a path/],
      ["data_dir: [a]", /data_dir must be a path/],
    ] as const
  ) {
    await withFolder(async (root) => {
      await Deno.writeTextFile(join(root, "litmus.yaml"), text);
      await rejects(resolveDataDirectory(undefined, surroundings(root)), (error) => {
        return error instanceof InvalidDataError && reason.test(error.message);
      });
    });
  }
  await withFolder(async (root) => {
    for (const text of ["", "# nothing", "[]", "null", "data_dir: null", "other: 1"]) {
      await Deno.writeTextFile(join(root, "litmus.yaml"), text);
      const env = { LITMUS_HOME: "/home-of-it" };
      equal(await resolveDataDirectory(undefined, surroundings(root, env)), "/home-of-it");
    }
  });
});

Deno.test("Without a home folder nothing is put into the working directory", async () => {
  if (Deno.build.os === "windows") return;
  await withFolder(async (root) => {
    await rejects(resolveDataDirectory(undefined, surroundings(root)), LitmusError);
    throws(() => userCacheFolder(surroundings(root)), /No home folder is known/);
    equal(userCacheFolder(surroundings(root, { XDG_RUNTIME_DIR: "/run/user/1" })), "/run/user/1");
    await rejects(Deno.stat(join(root, ".local")), Deno.errors.NotFound);
  });
});
