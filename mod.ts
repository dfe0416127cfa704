/**
 * Litmus SDK: the data layer for hardware test. Test programs write events, channels and run results into
 * open files; a small daemon, started by whoever comes first, answers SQL on all of them.
 *
 * @example Recording a run and asking about it
 * ```ts
 * import { RunStore, Session } from "@litmus/sdk";
 * import { equal } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * {
 *   await using session = await Session.start({ dataDir, station_id: "bench-1" });
 *   await using run = await session.startRun({ dut_serial: "SN001" });
 *   await run.step("power", (step) => {
 *     step.measure("rail_3v3", 3.31, { low: 3.2, high: 3.4, units: "V" });
 *   });
 *   await run.end();
 * }
 * await using runs = await RunStore.open({ dataDir });
 * const [run] = await runs.list({ serial: "SN001" });
 * equal(run?.run_outcome, "passed");
 * ```
 *
 * @module
 */
export { EventLog } from "./lib/events/event_log.ts";
export {
  type BatchSink,
  type EventLogOptions,
  type EventLogParts,
  type EventLogStatus,
  FileEventLog,
  type PushState,
} from "./lib/events/file_event_log.ts";
