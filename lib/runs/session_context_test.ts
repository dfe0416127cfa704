import { deepStrictEqual } from "node:assert/strict";
import type { RunEventRecord } from "./run_event.ts";
import { SessionContext } from "./session_context.ts";

Deno.test("SessionContext.events() tells a later run what is connected", () => {
  const ids = { session_id: "s", occurred_at: "2026-11-21T07:04:09Z" };
  const event = (type: string, more = {}): RunEventRecord => ({
    ...ids,
    event_type: type,
    ...more,
  });
  const context = new SessionContext();
  const started = event("session.started");
  const dmm = event("fixture.instrument_connected", { role: "dmm", run_id: null });
  context.add(dmm);
  context.add(started);
  context.add(event("session.started", { station_id: "second" }));
  context.add(event("fixture.instrument_connected", { role: "psu" }));
  context.add(event("fixture.instrument_connected", { role: "scope", run_id: "r" }));
  context.add(event("instrument.read", { role: "psu" }));
  context.add(event("fixture.instrument_disconnected", { role: "psu" }));
  deepStrictEqual(context.events(), [started, dmm]);
});
