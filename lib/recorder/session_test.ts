import {
  deepStrictEqual as deepEqual,
  match,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import type { EventInput } from "../events/event_inputs.ts";
import { brief, ofType, rowsOf } from "./collected_test.ts";
import { MemoryTarget } from "./memory_target.ts";
import { Session } from "./session.ts";

const LIMIT = { low: 0, high: 1 };

Deno.test("Session.startOn() and startRun() tell who records what where", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target, {
    station_id: "bench-1",
    station_name: "Bench 1",
    station_hostname: "host",
    operator_id: "alice",
    fixture_id: "fx",
    client: "test.ts",
    slot_count: 2,
  });
  const run = await session.startRun({
    dut_serial: "SN1",
    dut_part_number: "PN",
    operator_id: "bob",
    slot_id: "left",
    custom_metadata: { shift: 2 },
    environment: { dependencies: ["driver@1.0"] },
  });
  equal(run.outcome, null);
  await run.end();
  await session.end();
  const [started] = ofType(target, "session.started");
  deepEqual(
    [
      started?.station_name,
      started?.slot_count,
      started?.client,
      started?.pid,
      started?.session_type,
    ],
    ["Bench 1", 2, "test.ts", Deno.pid, "test_run"],
  );
  const [row] = rowsOf(target, run.runId);
  deepEqual(
    [row?.station_id, row?.station_hostname, row?.operator_id, row?.fixture_id, row?.slot_id],
    ["bench-1", "host", "bob", "fx", "left"],
  );
  deepEqual([row?.dut_part_number, row?.custom_shift, row?.run_outcome, row?.python_version], [
    "PN",
    2,
    "done",
    null,
  ]);
  const environment = JSON.parse(ofType(target, "run.started")[0]?.environment_json ?? "");
  deepEqual([environment.deno_version, environment.dependencies], [Deno.version.deno, [
    "driver@1.0",
  ]]);
  ok(!JSON.stringify(environment).includes("/home"));
});

Deno.test("Session.end() gives the worst outcome of its runs", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  for (const value of [0.5, 2, 1]) {
    await session.run({ dut_serial: "SN1" }, (run) =>
      run.step("s", (step) => {
        step.measure("v", value, LIMIT);
      }));
  }
  equal(await session.end(), "failed");
  equal(await session.end("passed"), "failed");
  deepEqual(brief(target.events).filter((text) => text.includes("ended")), [
    "run.ended passed",
    "run.ended failed",
    "run.ended passed",
    "session.ended failed",
  ]);
  await rejects(session.startRun({ dut_serial: "SN1" }), /has ended: start another/);
});

Deno.test("Session.end() without runs is done", async () => {
  const session = await Session.startOn(new MemoryTarget());
  equal(await session.end(), "done");
});

Deno.test("Run.end() takes the given outcome, once", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  const run = await session.startRun({ dut_serial: "SN1" });
  equal(await run.end("terminated"), "terminated");
  equal(await run.end(), "terminated");
  equal(run.outcome, "terminated");
  await rejects(run.step("late", () => {}), { name: "TypeError" });
  equal(ofType(target, "run.ended").length, 1);
  await session.end();
});

Deno.test("Run.end() refuses while a step was not awaited, and goes on behind it", async () => {
  const session = await Session.startOn(new MemoryTarget());
  const run = await session.startRun({ dut_serial: "SN1" });
  const { promise, resolve } = Promise.withResolvers<void>();
  const step = run.step("slow", () => promise);
  await Promise.resolve();
  await rejects(run.end(), /Step slow is still open: await it before run.end\(\)/);
  resolve();
  await step;
  equal(await run.end(), "done");
  await session.end();
});

Deno.test("Run.step() records an error once and errs in all steps around it", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  const cause = new RangeError("query timed out");
  await rejects(
    session.run(
      { dut_serial: "SN1" },
      (run) =>
        run.step("outer", (outer) =>
          outer.step("inner", () => {
            throw new Error("no answer", { cause });
          })),
    ),
    /no answer/,
  );
  deepEqual(brief(target.events).slice(2), [
    ">outer#0",
    ">outer/inner#0",
    "diagnostic.error",
    "<outer/inner#0 errored",
    "<outer#0 errored",
    "run.ended errored",
  ]);
  const [error] = ofType(target, "diagnostic.error");
  deepEqual([error?.source, error?.message], ["outer/inner", "no answer"]);
  match(error?.details.stack as string, /session_test\.ts/);
  deepEqual(error?.details.causes, ["RangeError: query timed out"]);
  await session.end();
});

Deno.test("Run.step() goes on behind an error under continueOnError, and the run is errored", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  const outcome = await session.run({ dut_serial: "SN1" }, async (run) => {
    for (let i = 0; i < 2; i++) {
      const value = await run.step("s", (): number => {
        throw "lost";
      }, { continueOnError: true });
      equal(value, undefined);
    }
    await run.step("t", (step) => step.measure("v", 1, LIMIT));
  });
  equal(outcome, "errored");
  deepEqual(ofType(target, "diagnostic.error").map(({ message }) => message), ["lost", "lost"]);
});

Deno.test("stopOnFail leaves the run behind the step that failed, as failed", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  const outcome = await session.run({ dut_serial: "SN1", stopOnFail: true }, async (run) => {
    await run.step("outer", async (outer) => {
      await outer.step("bad", (step) => {
        step.measure("v", 2, LIMIT);
        step.measure("still measured", 1);
      });
      await outer.step("never", () => {});
    });
    await run.step("never", () => {});
  });
  equal(outcome, "failed");
  deepEqual(brief(target.events).slice(2), [
    ">outer#0",
    ">outer/bad#0",
    "v@0 failed",
    "still measured@0 done",
    "<outer/bad#0 failed",
    "<outer#0 failed",
    "run.ended failed",
  ]);
});

Deno.test("A run that is left without end() is errored, whatever it measured", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  {
    await using run = await session.startRun({ dut_serial: "SN1" });
    await run.step("s", (step) => step.measure("v", 1, LIMIT));
  }
  equal(ofType(target, "run.ended")[0]?.outcome, "errored");
  match(ofType(target, "diagnostic.error")[0]?.message ?? "", /left without end\(\)/);
});

Deno.test("A run that stopOnFail left by its scope is failed", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  await rejects(async () => {
    await using run = await session.startRun({ dut_serial: "SN1", stopOnFail: true });
    await run.step("s", (step) => step.measure("v", 2, LIMIT));
    await run.end();
  }, /Step s failed: the run stops here/);
  equal(ofType(target, "run.ended")[0]?.outcome, "failed");
  equal(ofType(target, "diagnostic.error").length, 0);
});

Deno.test("Session disposal ends open runs and their open steps", async () => {
  const target = new MemoryTarget();
  const never = Promise.withResolvers<void>();
  {
    await using session = await Session.startOn(target);
    const run = await session.startRun({ dut_serial: "SN1" });
    void run.step("outer", (outer) => outer.step("inner", () => never.promise));
    await new Promise((resolve) => setTimeout(resolve));
  }
  deepEqual(brief(target.events).slice(2), [
    ">outer#0",
    ">outer/inner#0",
    "diagnostic.error",
    "<outer/inner#0 errored",
    "<outer#0 errored",
    "run.ended errored",
    "session.ended errored",
  ]);
});

Deno.test("Session.run() records what is thrown outside of steps", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  await rejects(
    session.run({ dut_serial: "SN1" }, () => {
      throw new Error("psu is off");
    }),
    /psu is off/,
  );
  deepEqual(brief(target.events).slice(2), ["diagnostic.error", "run.ended errored"]);
});

Deno.test("Instruments give their addresses and are released at the end, the last first", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  session.instrument({ role: "dmm", resource: "GPIB::1", cal_due: "2027-01-31" });
  const run = await session.startRun({ dut_serial: "SN1" });
  const scope = run.instrument({ role: "scope", instrument_id: "S-7", resource: "USB::2" });
  run.instrument({ role: "load" });
  await run.step("s", async (step) => {
    step.measure("a", 1, { instrument: "dmm" });
    step.measure("b", 1, { instrument: scope });
    await step.read("dmm.v", 1);
  });
  await run.end();
  await session.end();
  deepEqual(ofType(target, "test.measurement").map((event) => event.instrument_resource), [
    "GPIB::1",
    "USB::2",
  ]);
  equal(ofType(target, "instrument.read")[0]?.resource, "GPIB::1");
  deepEqual(
    ofType(target, "fixture.instrument_disconnected").map((event) => [event.role, event.run_id]),
    [["load", run.runId], ["scope", run.runId], ["dmm", null]],
  );
  const step = rowsOf(target, run.runId).find((row) => row.record_type === "step");
  deepEqual(step?.step_instruments_name, ["dmm", "scope", "load"]);
  deepEqual(step?.step_instruments_cal_due, ["2027-01-31", null, null]);
});

Deno.test("Run.attach() saves data and records its reference", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  const run = await session.startRun({ dut_serial: "SN1" });
  const reference = await run.attach("log.txt", Uint8Array.of(1));
  await run.end();
  await rejects(run.attach("late", Uint8Array.of(1)), /has ended/);
  const [record] = ofType(target, "test.record");
  deepEqual([record?.key, record?.value, record?.step_name], ["log.txt", reference, ""]);
  await session.end();
});

/** A target that holds its callers back, and fails on request. */
class SlowTarget extends MemoryTarget {
  held = 0;
  failure: Error | undefined;
  closed = 0;

  override emit(event: EventInput): void | Promise<void> {
    super.emit(event);
    const { failure } = this;
    this.held++;
    return new Promise((resolve, reject) =>
      setTimeout(() => {
        this.held--;
        failure === undefined ? resolve() : reject(failure);
      })
    );
  }

  override [Symbol.asyncDispose](): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

Deno.test("Steps wait under back-pressure", async () => {
  const target = new SlowTarget();
  const session = await Session.startOn(target, { closeTarget: true });
  equal(target.held, 0);
  const run = await session.startRun({ dut_serial: "SN1" });
  await run.step("s", async (step) => {
    for (let i = 0; i < 10; i++) step.measure("v", i);
    ok(target.held >= 10);
    await step.drain();
    equal(target.held, 0);
  });
  equal(target.held, 0);
  await run.end();
  await session.end();
  await session.end();
  deepEqual([target.held, target.closed], [0, 1]);
});

Deno.test("Run.step() passes on that events could not be written", async () => {
  const target = new SlowTarget();
  const session = await Session.startOn(target);
  const run = await session.startRun({ dut_serial: "SN1" });
  await rejects(
    run.step("s", (step) => {
      target.failure = new Error("disk is full");
      step.measure("v", 1);
      target.failure = undefined;
    }),
    /disk is full/,
  );
  equal(await run.end(), "errored");
  await session.end();
});

Deno.test("Run.step() passes on that the target refuses a value", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  const run = await session.startRun({ dut_serial: "SN1" });
  await rejects(run.step("s", () => {}, { inputs: { driver: () => {} } }), {
    name: "InvalidDataError",
  });
  await rejects(run.step("", () => {}), /wanted a text that is not empty/);
  await rejects(run.step("t", (step) => step.record("k", Symbol("s"))), {
    name: "InvalidDataError",
  });
  equal(await run.end(), "errored");
  deepEqual(brief(target.events).slice(2), [
    "diagnostic.error",
    ">t#0",
    "diagnostic.error",
    "<t#0 errored",
    "run.ended errored",
  ]);
  await session.end();
});
