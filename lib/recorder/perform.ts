/**
 * Runs the function of a step between the start and the end of its record.
 * @module
 */
import { RetryClaims } from "./vector_claims.ts";
import type { StepNode } from "./step_node.ts";
import { isBad } from "./verdict.ts";

type Call<T> = () => T | Promise<T>;

/** A promise for the result of a function that may throw before it returns one. */
async function invoke<T>(call: Call<T>): Promise<T> {
  return await call();
}

/**
 * Starts the function, then the record of its step: by then a step that only runs vectors has called
 * the first one, and takes no index of its own.
 */
function start<T>(node: StepNode, call: Call<T>): Promise<T> {
  const pending = invoke(call);
  try {
    if (!node.execution.hasVectors) node.execution.begin();
  } catch (error) {
    return pending.then(() => {
      throw error;
    });
  }
  return pending;
}

/**
 * Performs a step or a vector.
 *
 * @returns What the function returns; undefined where it threw and the step is to continue on errors
 * @throws What the function threw; an error of its own where the step failed and is to stop on that
 */
export async function perform<T>(node: StepNode, call: Call<T>): Promise<T | undefined> {
  const { core } = node;
  await core.settle();
  const [result] = await Promise.allSettled([start(node, call)]);
  await node.idle();
  if (result.status === "fulfilled") {
    node.end();
    await core.settle();
    if (node.stopOnFail && isBad(node.outcome)) throw core.stopAt(node.path);
    return result.value;
  }
  if (core.isEnded) throw result.reason;
  fail(node, result.reason);
  node.end();
  await core.settle();
  if (!node.continueOnError || core.isStop(result.reason)) throw result.reason;
  core.forget(result.reason);
  return undefined;
}

/** Judges a step by what its function threw, and records that in the innermost step. */
function fail(node: StepNode, error: unknown): void {
  const { core, execution } = node;
  if (core.isStop(error)) return;
  const isNew = !core.isReported(error);
  if (!execution.isRefused && (isNew || !execution.hasVectors)) execution.begin();
  if (isNew) {
    const { place: { name }, vectorIndex } = execution;
    core.report(error, {
      source: node.path,
      details: {
        step_name: name,
        step_path: node.path,
        vector_index: vectorIndex ?? null,
        retry: node.claims.attempt,
      },
    });
  }
  node.note("errored", isNew || !execution.hasVectors ? "content" : "vector");
}

/**
 * Performs attempts until one passes.
 *
 * @param attempts Attempts in all, at least 1
 * @param call Function of an attempt
 * @returns What the last attempt returned
 * @throws What the last attempt threw
 */
export async function performAttempts<T>(
  node: StepNode,
  attempts: number,
  call: (attempt: StepNode) => T | Promise<T>,
): Promise<T> {
  if (!Number.isSafeInteger(attempts) || attempts < 1) {
    throw new RangeError(`Number of attempts: wanted a whole number from 1 on, got ${attempts}`);
  }
  const claims = new RetryClaims(node.claims);
  for (let number = 0;; number++) {
    claims.begin(number);
    const attempt = node.attempt(claims);
    const [result] = await Promise.allSettled([invoke(() => call(attempt))]);
    await attempt.idle();
    const isLast = number + 1 >= attempts;
    if (result.status === "fulfilled" && (isLast || !isBad(attempt.outcome))) {
      attempt.conclude();
      return result.value;
    }
    if (result.status === "rejected" && (isLast || node.core.isEnded)) {
      if (attempt.outcome !== null) attempt.conclude();
      throw result.reason;
    }
    if (result.status === "rejected" && !node.core.isStop(result.reason)) {
      node.core.warn(result.reason, {
        source: node.path,
        details: { step_path: node.path, retry: claims.attempt, attempts },
      });
    }
    await node.core.settle();
  }
}
