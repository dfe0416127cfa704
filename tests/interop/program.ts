/**
 * Programs of other languages: run with a time limit, ended with all that they started.
 * @module
 */

/** How a program runs. */
export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** @default 120 */
  readonly timeoutSeconds?: number;
}

/** What became of a program. */
export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A tool that this machine does not have: a reason to skip, not to fail. */
export class MissingTool extends Error {
  override readonly name = "MissingTool";
}

/**
 * Runs a program to its end.
 *
 * @throws {MissingTool} where there is no such program
 * @throws {Error} where it takes longer than it may
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const child = spawn(command, args, options);
  const seconds = options.timeoutSeconds ?? 120;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end(child.pid);
  }, seconds * 1000);
  try {
    const { code, stdout, stderr } = await child.output();
    if (late) throw new Error(`${command} did not end within ${seconds} s`);
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a program that has to succeed, and gives its output. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(command, args, options);
  if (code === 0) return stdout;
  throw new Error(`${command} ${args[0] ?? ""} ended with ${code}: ${lastLines(stderr + stdout)}`);
}

/** A server of another maker. */
export interface ForeignServer extends AsyncDisposable {
  /** What the pattern found in its output. */
  readonly match: RegExpExecArray;
}

/**
 * Starts a server and waits until it says that it listens; at the end it is killed.
 *
 * @param pattern what its standard output holds by then
 * @throws {MissingTool} where there is no such program
 * @throws {Error} where it ends or says nothing of the kind in time
 */
export async function startServer(
  command: string,
  args: readonly string[],
  pattern: RegExp,
  options: ProgramOptions = {},
): Promise<ForeignServer> {
  const child = spawn(command, args, options);
  const timer = setTimeout(() => end(child.pid), (options.timeoutSeconds ?? 120) * 1000);
  const stop = async (): Promise<void> => {
    clearTimeout(timer);
    end(child.pid);
    await child.status;
  };
  const errors = new Response(child.stderr).text();
  const output = child.stdout.pipeThrough(new TextDecoderStream());
  let text = "";
  for await (const part of output) {
    text += part;
    const match = pattern.exec(text);
    if (match !== null) return { match, [Symbol.asyncDispose]: stop };
  }
  await stop();
  throw new Error(`${command} does not listen: ${lastLines(text + await errors)}`);
}

/** The end of an output, for a message. */
export function lastLines(text: string, count = 12): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

function spawn(
  command: string,
  args: readonly string[],
  { env, cwd }: ProgramOptions,
): Deno.ChildProcess {
  try {
    return new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // A group of its own, so that what it started ends with it.
      detached: Deno.build.os !== "windows",
      ...(env === undefined ? {} : { env: { ...env } }),
      ...(cwd === undefined ? {} : { cwd }),
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new MissingTool(`${command} is not there`, { cause: error });
    }
    throw error;
  }
}

function end(pid: number): void {
  try {
    Deno.kill(Deno.build.os === "windows" ? pid : -pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // it has just ended
  }
}
