/**
 * The run that is meant by an id, the start of one, a serial, or `latest`.
 * @module
 */
import { notFound } from "../failure.ts";
import type { RunSource } from "../show/run_source.ts";
import { nearestValues } from "./nearest_values.ts";

/** What identifies a run. */
export interface FoundRun {
  readonly run_id: string;
  readonly session_id: string;
  readonly dut_serial: string | null;
  readonly run_outcome: string | null;
}

type Candidate = FoundRun & { readonly rank: number };
/** Serials to choose from that are named. */
const NAMED = 3;
const COLUMNS = "run_id, session_id, dut_serial, run_outcome";

/**
 * Finds a run.
 *
 * @throws {CommandError} exit code 3 where there is none, or where several ids start like that
 */
export async function findRun(source: RunSource, name: string): Promise<FoundRun> {
  const candidates = name === "latest" ? await latest(source) : await named(source, name);
  const [first, second] = candidates;
  if (first === undefined) throw await noRun(source, name);
  if (first.rank === 2 && second !== undefined) {
    throw notFound(
      `Several runs start with ${name}: ${candidates.map(({ run_id }) => run_id).join(", ")}`,
      "Give more of the id",
    );
  }
  if (first.rank === 1 && second?.rank === 1) {
    source.output.note(
      `Several runs of ${name}, the latest is ${first.run_id}: litmus runs --serial ${name}`,
    );
  }
  return first;
}

async function latest(source: RunSource): Promise<Candidate[]> {
  return await source.all<Candidate>(
    `SELECT ${COLUMNS}, 0 AS rank FROM runs ORDER BY run_started_at DESC NULLS LAST, run_id LIMIT 1`,
  );
}

async function named(source: RunSource, name: string): Promise<Candidate[]> {
  return await source.all<Candidate>(
    `SELECT ${COLUMNS}, CASE WHEN run_id = lower($1) THEN 0 WHEN dut_serial = $1 THEN 1 ELSE 2 END AS rank
    FROM runs WHERE starts_with(run_id, lower($1)) OR dut_serial = $1
    ORDER BY rank, run_started_at DESC NULLS LAST, run_id LIMIT 5`,
    [name],
  );
}

async function noRun(source: RunSource, name: string): Promise<Error> {
  const near = await nearestValues(source, "dut_serial", name, NAMED);
  if (near.length === 0) {
    return notFound(`No runs in ${source.dataDir} yet`, "Record some: litmus demo");
  }
  return notFound(
    `No run ${name}`,
    `Serials such as ${near.join(", ")} are there: litmus runs`,
  );
}
