/**
 * What a failed command says and which exit code it leaves.
 * @module
 */
import {
  DaemonError,
  DamagedDataError,
  FlightError,
  NotFoundError,
  PermissionError,
  SqlError,
} from "../lib/base/errors.ts";
import { CommandError, EXIT } from "./failure.ts";
import { sqlErrorText } from "./sql/sql_error_text.ts";

const LEAD = "litmus: ";
/** Cells of a line that nobody breaks. */
const WIDE = 200;

/** What is printed for a failure. */
export interface Failure {
  /** Text for standard error, with its line end. */
  readonly text: string;
  readonly exitCode: number;
}

/** Context of a failure. */
export interface FailureContext {
  /** Cells of a line of the terminal; undefined where the text goes elsewhere. */
  readonly width?: number | undefined;
  /** Whether the stack is shown. */
  readonly debug?: boolean | undefined;
}

/** Describes an error of any kind for people. */
export function describeFailure(error: unknown, context: FailureContext = {}): Failure {
  const lines = [
    error instanceof SqlError
      ? sqlErrorText(error, { color: false, width: context.width ?? WIDE, lead: LEAD })
      : LEAD + messageOf(error),
  ];
  const remedy = remedyOf(error);
  if (remedy !== "") lines.push(remedy);
  if (context.debug === true && error instanceof Error) {
    lines.push(Deno.inspect(error, { colors: false }));
  }
  return { text: `${lines.join("\n").trimEnd()}\n`, exitCode: exitCodeOf(error) };
}

// deno-lint-ignore no-control-regex -- a daemon that did not start may have colored its last words
const COLOR_CODE = /\x1b\[[\d;]*m/g;

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Deno.errors.NotCapable) {
    return `A permission is missing: ${error.message.split("\n")[0]}`;
  }
  const whole = error.message === "" ? error.name : error.message;
  // Behind the first line of these stands the end of the daemon's log.
  const text = error instanceof DaemonError ? whole.split("\n", 1)[0] ?? "" : whole;
  return text.replaceAll(COLOR_CODE, "");
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
  if (error instanceof SqlError) return sqlRemedy(error);
  if (error instanceof FlightError) return flightRemedy(error);
  return "";
}

function flightRemedy({ code }: FlightError): string {
  if (code === 16) return "Get a token by `litmus daemon token`, or restart: litmus daemon restart";
  if (code === 14) return "See what the daemon said: litmus daemon logs";
  return "";
}

function sqlRemedy({ message }: SqlError): string {
  if (/Could not convert string .* to INT/.test(message)) {
    return "If that is about a parameter: text that looks like a number needs quotes, --param 'name=\"123\"'";
  }
  if (/Table with name .* does not exist/.test(message)) {
    return 'Views are events, sessions, runs, steps, measurements and channels: litmus sql "DESCRIBE runs" tells their columns';
  }
  return "";
}
