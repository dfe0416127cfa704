/**
 * Starting the daemon process so that it outlives us.
 * @module
 */
import { DaemonError } from "../base/errors.ts";
import { requireSpawn } from "./permissions.ts";

/** What the daemon may do; native code in it is outside of Deno's sandbox anyway. */
const FLAGS = [
  "--quiet",
  "--no-prompt",
  "--no-lock",
  // The project around it may keep its packages in a folder; ours are not in there.
  "--node-modules-dir=none",
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-env",
  "--allow-sys",
  "--allow-ffi",
] as const;

/** How a daemon ended before it served. */
export interface StartFailure {
  /** Exit code or signal, with what it said. */
  readonly text: string;
  /** True where it was ended from outside: the next one may fare better. */
  readonly wasKilled: boolean;
}

/** A daemon that was started. */
export interface StartedDaemon {
  readonly pid: number;
  /** Why it ended, once it has. */
  failure(): StartFailure | undefined;
  /** Lets go of it: this process may end before or after it. */
  detach(): void;
}

/**
 * Starts the daemon of this very package, wherever that was loaded from.
 *
 * @param dataDir absolute path, the last argument of its command line
 * @throws {PermissionError} where starting programs is not allowed
 */
export async function spawnDaemon(
  dataDir: string,
  more: readonly string[],
): Promise<StartedDaemon> {
  await requireSpawn();
  const program = import.meta.resolve("../daemon/main.ts");
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...FLAGS, ...importFlags(program), program, ...more, "--data-dir", dataDir],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    detached: true,
  });
  try {
    return watch(command.spawn());
  } catch (error) {
    throw new DaemonError(`Cannot start the daemon with ${Deno.execPath()}`, { cause: error });
  }
}

/** A package that came over the network loads from where it came, and from nowhere else. */
function importFlags(program: string): string[] {
  const { protocol, host, hostname } = new URL(program);
  if (protocol === "file:") return [];
  return [`--allow-import=${host === hostname && protocol === "https:" ? `${host}:443` : host}`];
}

function watch(child: Deno.ChildProcess): StartedDaemon {
  let failure: StartFailure | undefined;
  let words = "";
  const reading = collect(child.stderr, (text) => words = (words + text).slice(-4000));
  const ended = child.status.then(async (status) => {
    await reading.done;
    const how = status.signal === null ? `exit code ${status.code}` : `signal ${status.signal}`;
    const text = words.trim() === "" ? how : `${how}: ${words.trim()}`;
    failure = { text, wasKilled: status.signal !== null };
  });
  ended.catch((error: unknown) => failure = { text: String(error), wasKilled: false });
  return {
    pid: child.pid,
    failure: () => failure,
    detach: () => {
      child.unref();
      reading.cancel();
    },
  };
}

/** Reads what a daemon says before it has its log. */
function collect(
  stream: ReadableStream<Uint8Array>,
  take: (text: string) => void,
): { readonly done: Promise<void>; cancel(): void } {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const read = async (): Promise<void> => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      take(decoder.decode(value, { stream: true }));
    }
  };
  const done = read();
  return {
    done,
    cancel: () => {
      // Already closed where the daemon has ended; nothing is lost either way.
      reader.cancel().catch(() => {});
    },
  };
}

/** The end of a daemon's log, for an error message; empty where there is none. */
export function lastWords(logPath: string): string {
  try {
    const lines = Deno.readTextFileSync(logPath).trimEnd().split("\n").slice(-5);
    return lines.join("").trim() === "" ? "" : `\n${lines.join("\n")}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
