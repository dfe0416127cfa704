/**
 * What a failed command says and which exit code it leaves.
 * @module
 */
import {
  DaemonError,
  DamagedDataError,
  FlightError,
  LitmusError,
  NotFoundError,
  PermissionError,
} from "../lib/base/errors.ts";
import { sqlExcerpt } from "./sql_excerpt.ts";

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

/** What is printed for a failure. */
export interface Failure {
  /** Text for standard error, with its line end. */
  readonly text: string;
  readonly exitCode: number;
}

/** Context of a failure. */
export interface FailureContext {
  /** The statement that was run, for errors that point into it. */
  readonly sql?: string | undefined;
  /** Whether the stack is shown. */
  readonly debug?: boolean | undefined;
}

/** Describes an error of any kind for people. */
export function describeFailure(error: unknown, context: FailureContext = {}): Failure {
  const lines = [`litmus: ${messageOf(error)}`];
  const excerpt = context.sql === undefined ? undefined : sqlExcerpt(context.sql, error);
  if (excerpt !== undefined) lines.push("", excerpt, "");
  const remedy = remedyOf(error);
  if (remedy !== "") lines.push(remedy);
  if (context.debug === true && error instanceof Error) {
    lines.push(Deno.inspect(error, { colors: false }));
  }
  return { text: `${lines.join("\n").trimEnd()}\n`, exitCode: exitCodeOf(error) };
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Deno.errors.NotCapable) {
    return `A permission is missing: ${error.message.split("\n")[0]}`;
  }
  const text = error.message === "" ? error.name : error.message;
  return text.replace(/^Failed to extract statements: /, "");
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode;
  if (error instanceof NotFoundError) return EXIT.notFound;
  if (error instanceof DamagedDataError) return EXIT.damaged;
  return EXIT.failed;
}

function remedyOf(error: unknown): string {
  if (error instanceof CommandError) return error.remedy;
  if (error instanceof PermissionError || error instanceof NotFoundError) return "";
  if (error instanceof DaemonError) return "See what it said: litmus daemon logs";
  if (error instanceof FlightError) return flightRemedy(error);
  return "";
}

function flightRemedy({ code, message }: FlightError): string {
  if (code === 16) return "Get a token by `litmus daemon token`, or restart: litmus daemon restart";
  if (code === 14) return "See what the daemon said: litmus daemon logs";
  if (/Could not convert string .* to INT/.test(message)) {
    return "A numeric --param is a number: for text give it quotes within quotes, --param 'name=\"123\"'";
  }
  if (/Table with name .* does not exist/.test(message)) {
    return 'Views are events, sessions, runs, steps, measurements and channels: litmus sql "DESCRIBE runs" tells their columns';
  }
  return "";
}
