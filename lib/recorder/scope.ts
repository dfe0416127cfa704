import type { RunCore } from "./run_core.ts";
import type { VectorClaims } from "./vector_claims.ts";
import type { Outcome } from "./verdict.ts";

/** Where steps run: the run itself, a step, one of its vectors, or one attempt. */
export interface Scope {
  readonly core: RunCore;
  /** Path of the step, empty for the run. */
  readonly path: string;
  /** Conditions that hold here and in all steps below. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly claims: VectorClaims;
  readonly stopOnFail: boolean;
  /** Called before a step below starts. */
  beginContent(): void;
  /** Takes the outcome of what lies below; that of a vector does not judge its neighbours. */
  note(outcome: Outcome, from: "content" | "vector"): void;
}

/**
 * Gives the path of a step; a `/` within a name is written `%2F`, as it would look like a level.
 *
 * @throws {TypeError} for an empty name
 */
export function stepPath(parentPath: string, name: string): string {
  if (typeof name !== "string" || name === "") {
    throw new TypeError(`Step name: wanted a text that is not empty, got ${JSON.stringify(name)}`);
  }
  const part = name.replaceAll("/", "%2F");
  return parentPath === "" ? part : `${parentPath}/${part}`;
}
