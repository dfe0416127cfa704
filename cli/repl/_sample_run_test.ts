import { EventStore } from "../../lib/events/event_store.ts";

/** Records a run of one measurement, for tests that look at one. */
export async function recordSampleRun(dataDir: string, serial: string): Promise<void> {
  await using store = await EventStore.open({ dataDir });
  const run_id = crypto.randomUUID();
  const step = { run_id, step_name: "rails", step_index: 0, step_path: "rails" };
  store.emit({ event_type: "session.started", station_id: "bench-1" });
  store.emit({ event_type: "run.started", run_id, dut_serial: serial });
  store.emit({ event_type: "test.step_started", ...step });
  store.emit({
    event_type: "test.measurement",
    ...step,
    measurement_name: "vout",
    value: 3.31,
    units: "V",
    limit_low: 3.2,
    limit_high: 3.4,
    outcome: "passed",
  });
  store.emit({ event_type: "test.step_ended", ...step, outcome: "passed" });
  store.emit({ event_type: "run.ended", run_id, outcome: "passed" });
  store.emit({ event_type: "session.ended", outcome: "passed" });
}
