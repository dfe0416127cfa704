/**
 * Runs commands: opens what they work with, turns failures into words and exit codes, minds Ctrl-C.
 * @module
 */
import type { Command } from "commander";
import type { CommandContext } from "./command_context.ts";
import type { GlobalOptions } from "./options/global_options.ts";

const INTERRUPTED = 130;

/** What a command does. */
export type CommandBody<O> = (
  context: CommandContext,
  options: O,
  ...args: string[]
) => Promise<void>;

/** Runs the commands of a program. */
export class CommandHost {
  #exitCode = 0;

  /** Exit code of the command that ran. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /**
   * The action of a command.
   *
   * @param load loads the code of the command, which is needed for no other
   */
  action<O extends object>(
    load: () => Promise<CommandBody<O>>,
  ): (...all: unknown[]) => Promise<void> {
    return async (...all) => {
      const command = all.at(-1) as Command;
      const options = all.at(-2) as O;
      const args = all.slice(0, -2).flat().filter((arg) => arg !== undefined) as string[];
      this.#exitCode = await this.#run(
        command.optsWithGlobals<GlobalOptions>(),
        load,
        options,
        args,
      );
    };
  }

  async #run<O extends object>(
    globals: GlobalOptions,
    load: () => Promise<CommandBody<O>>,
    options: O,
    args: readonly string[],
  ): Promise<number> {
    const [{ CommandContext, OutputClosed }, body] = await Promise.all([
      import("./command_context.ts"),
      load(),
    ]);
    const interrupt = watchInterrupt();
    let context: CommandContext | undefined;
    try {
      context = await CommandContext.open({ options: globals, signal: interrupt.signal });
      await body(context, options, ...args);
      await context.output.close();
      await context.tellOfDamage();
      return context.exitCode;
    } catch (error) {
      await context?.output.abandon();
      if (error instanceof OutputClosed) return 0;
      if (interrupt.signal.aborted) return INTERRUPTED;
      const { describeFailure } = await import("./describe_failure.ts");
      const { text, exitCode } = describeFailure(error, {
        width: context?.output.terminal.err ? context.output.terminal.width : undefined,
        debug: isDebug(),
      });
      Deno.stderr.writeSync(new TextEncoder().encode(text));
      return exitCode;
    } finally {
      interrupt.stop();
      await context?.[Symbol.asyncDispose]();
    }
  }
}

function isDebug(): boolean {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "LITMUS_DEBUG" });
  return state === "granted" && (Deno.env.get("LITMUS_DEBUG") ?? "") !== "";
}

/** The first Ctrl-C cancels what runs, the second leaves at once. */
function watchInterrupt(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const listener = (): void => {
    if (controller.signal.aborted) Deno.exit(INTERRUPTED);
    controller.abort(new DOMException("Interrupted", "AbortError"));
  };
  Deno.addSignalListener("SIGINT", listener);
  return {
    signal: controller.signal,
    stop: () => Deno.removeSignalListener("SIGINT", listener),
  };
}
