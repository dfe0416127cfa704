/**
 * The filters of commands about runs.
 * @module
 */
import type { RunFilter } from "../../lib/runs/run_store.ts";
import { parseCount } from "../options/parse_count.ts";
import { parseTime } from "../options/parse_time.ts";

/** The options that filter runs, as they come from the command line. */
export interface RunFilterOptions {
  readonly since?: string;
  readonly until?: string;
  readonly serial?: string;
  readonly product?: string;
  readonly station?: string;
  readonly outcome?: string;
  readonly phase?: string;
  readonly operator?: string;
  readonly limit?: string;
}

/**
 * Reads the filters.
 *
 * @throws {CommandError} for a time or number that cannot be understood
 */
export function runFilterOf(options: RunFilterOptions): RunFilter {
  const { since, until, limit, serial, product, station, outcome, phase, operator } = options;
  return {
    ...(serial === undefined ? {} : { serial }),
    ...(product === undefined ? {} : { product }),
    ...(station === undefined ? {} : { station }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(phase === undefined ? {} : { phase }),
    ...(operator === undefined ? {} : { operator }),
    ...(since === undefined ? {} : { since: parseTime("--since", since) }),
    ...(until === undefined ? {} : { until: parseTime("--until", until) }),
    ...(limit === undefined ? {} : { limit: parseCount("--limit", limit) }),
  };
}
