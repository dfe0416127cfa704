/**
 * Failures of commands, with exit code and remedy.
 * @module
 */
import { LitmusError } from "../lib/base/errors.ts";

/** Exit codes; a documented contract. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  damaged: 4,
  /** 128 + SIGINT, as shells expect. */
  interrupted: 130,
} as const;

/** A failure that knows its exit code and what to do next. */
export class CommandError extends LitmusError {
  override name = "CommandError";
  readonly exitCode: number;
  /** What the user can do about it; empty where the message says it all. */
  readonly remedy: string;

  constructor(
    message: string,
    options: ErrorOptions & { readonly exitCode?: number; readonly remedy?: string } = {},
  ) {
    super(message, options);
    this.exitCode = options.exitCode ?? EXIT.failed;
    this.remedy = options.remedy ?? "";
  }
}

/** A command line that cannot be understood. */
export function usageError(message: string, remedy = ""): CommandError {
  return new CommandError(message, { exitCode: EXIT.usage, remedy });
}

/** A thing that is not there. */
export function notFound(message: string, remedy = ""): CommandError {
  return new CommandError(message, { exitCode: EXIT.notFound, remedy });
}
