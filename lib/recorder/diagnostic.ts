/**
 * Thrown values as diagnostic events.
 * @module
 */
import type { EventInput } from "../events/event_inputs.ts";

/** Where an error was thrown. */
export interface ErrorPlace {
  /** Step path, or another name of the part that speaks. */
  readonly source: string;
  /** Further facts, such as vector and attempt. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Causes form chains, and a chain may be a ring. */
const MAX_CAUSES = 5;

/**
 * Describes a thrown value.
 *
 * @param type Severity
 * @param thrown An error or anything else
 * @param place Where it was thrown
 * @param runId The run, null outside of runs
 * @returns The event, with name, stack and causes among its details
 */
export function diagnosticOf(
  type: "diagnostic.error" | "diagnostic.warning",
  thrown: unknown,
  place: ErrorPlace,
  runId: string | null,
): EventInput {
  return {
    event_type: type,
    run_id: runId,
    source: place.source,
    message: messageOf(thrown),
    details: {
      ...place.details,
      ...(thrown instanceof Error
        ? { name: thrown.name, stack: thrown.stack ?? null, causes: causesOf(thrown) }
        : { name: typeof thrown }),
    },
  };
}

function causesOf(error: Error): string[] {
  const causes: string[] = [];
  let cause = error.cause;
  while (cause !== undefined && cause !== null && causes.length < MAX_CAUSES) {
    causes.push(cause instanceof Error ? `${cause.name}: ${cause.message}` : messageOf(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

/** Text of any thrown value; some objects refuse to be written. */
function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  try {
    return String(thrown);
  } catch {
    // An object without a usable toString() has no better name than its kind.
    return Object.prototype.toString.call(thrown);
  }
}
