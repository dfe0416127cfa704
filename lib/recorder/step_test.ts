import { deepStrictEqual as deepEqual, rejects, strictEqual as equal } from "node:assert/strict";
import { brief, ofType, rowsOf } from "./collected_test.ts";
import { MemoryTarget } from "./memory_target.ts";
import type { Run } from "./run.ts";
import { Session } from "./session.ts";

/** Events of a run between its start and its end, and the end. */
async function recorded(test: (run: Run) => Promise<unknown>): Promise<string[]> {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  await session.run({ dut_serial: "SN1" }, test);
  return brief(target.events).slice(2);
}

const LIMIT = { low: 0, high: 1 };

Deno.test("Run.step() returns what its function returns and judges by the worst measurement", async () => {
  const events = await recorded(async (run) => {
    const value = await run.step("power", (step) => {
      equal(step.measure("a", 0.5, LIMIT), "passed");
      equal(step.measure("b", 2, LIMIT), "failed");
      equal(step.measure("c", 2), "done");
      return 7;
    });
    equal(value, 7);
    await run.step("idle", () => {});
  });
  deepEqual(events, [
    ">power#0",
    "a@0 passed",
    "b@0 failed",
    "c@0 done",
    "<power#0 failed",
    ">idle#0",
    "<idle#0 done",
    "run.ended failed",
  ]);
});

Deno.test("Step.step() nests by path and passes outcomes up", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  await session.run({ dut_serial: "SN1" }, async (run) => {
    await run.step("rails", async (rails) => {
      await rails.step("3V3/5V", (inner) => inner.measure("v", 2, LIMIT));
      await rails.step("1V8", (inner) => inner.measure("v", 1, LIMIT));
    }, { description: "All rails", inputs: { vin: 12 } });
    await run.step("last", () => {});
  });
  deepEqual(
    ofType(target, "test.step_ended").map((event) => [
      event.step_name,
      event.step_index,
      event.step_path,
      event.parent_path,
      event.outcome,
      event.inputs,
    ]),
    [
      ["3V3/5V", 0, "rails/3V3%2F5V", "rails", "failed", { vin: 12 }],
      ["1V8", 1, "rails/1V8", "rails", "passed", { vin: 12 }],
      ["rails", 0, "rails", "", "failed", { vin: 12 }],
      ["last", 1, "last", "", "done", {}],
    ],
  );
  deepEqual(ofType(target, "test.step_started")[0]?.description, "All rails");
});

Deno.test("Step.vector() numbers vectors from 0 and gives a step of vectors no row of its own", async () => {
  const events = await recorded((run) =>
    run.step("sweep", async (step) => {
      const results = await step.vectors([{ vin: 4.5 }, { vin: 5.5 }], (vector, { vin }) => {
        deepEqual(vector.inputs, { vin });
        vector.measure("v", vin - 4.5, LIMIT);
        return vin;
      });
      deepEqual(results, [4.5, 5.5]);
      await step.vector({ vin: 9 }, (vector) => vector.measure("v", 9, LIMIT));
    })
  );
  deepEqual(events, [
    ">sweep#0",
    "v@0 passed",
    "<sweep#0 passed",
    ">sweep#1",
    "v@0 passed",
    "<sweep#1 passed",
    ">sweep#2",
    "v@0 failed",
    "<sweep#2 failed",
    "run.ended failed",
  ]);
});

Deno.test("Step.vector() takes the index of a step that had to start but recorded nothing", async () => {
  const events = await recorded((run) =>
    run.step("sweep", async (step) => {
      await Promise.resolve();
      await step.vector({ vin: 1 }, (vector) => vector.measure("v", 1));
      await step.vector({ vin: 2 }, (vector) => vector.measure("v", 1));
    })
  );
  deepEqual(events, [
    ">sweep#0",
    ">sweep#0",
    "v@0 done",
    "<sweep#0 done",
    ">sweep#1",
    "v@0 done",
    "<sweep#1 done",
    "run.ended done",
  ]);
});

Deno.test("Step.vector() leaves the index of a step with content of its own alone", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  await session.run({ dut_serial: "SN1" }, (run) =>
    run.step("sweep", async (step) => {
      step.measure("before", 0.5, LIMIT);
      await step.vector({ vin: 1 }, (vector) => vector.measure("v", 2, LIMIT));
      step.measure("after", 0.5, LIMIT);
    }));
  deepEqual(
    ofType(target, "test.step_ended").map((event) => [
      event.vector_index,
      event.outcome,
      event.vector_outcome,
    ]),
    [[1, "failed", "failed"], [0, "failed", "passed"]],
  );
});

Deno.test("Step.vector() within a vector joins the conditions of both", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  await session.run(
    { dut_serial: "SN1" },
    (run) =>
      run.step(
        "sweep",
        (step) =>
          step.vectors([{ vin: 1 }, { vin: 2 }], (outer) =>
            outer.vectors([{ load: 1 }, { load: 2 }], (inner) => inner.measure("v", 1))),
      ),
  );
  deepEqual(
    ofType(target, "test.measurement").map((event) => [event.vector_index, event.inputs]),
    [
      [0, { vin: 1, load: 1 }],
      [1, { vin: 1, load: 2 }],
      [2, { vin: 2, load: 1 }],
      [3, { vin: 2, load: 2 }],
    ],
  );
  equal(ofType(target, "test.step_started").length, 4);
});

Deno.test("Run.step() counts a name that comes back as the next vector of the same step", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  await session.run({ dut_serial: "SN1" }, async (run) => {
    for (let i = 0; i < 3; i++) await run.step("warm up", (step) => step.measure("t", 20 + i));
    await Promise.all([1, 2].map((n) => run.step("parallel", (step) => step.measure("n", n))));
  });
  deepEqual(
    ofType(target, "test.measurement").map((event) => [event.step_index, event.vector_index]),
    [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1]],
  );
});

Deno.test("Step.retry() repeats until an attempt passes, which then decides", async () => {
  const events = await recorded((run) =>
    run.step("link", async (step) => {
      const value = await step.retry(5, async (attempt) => {
        attempt.measure("up", attempt.attempt, { low: 2 });
        await attempt.step("probe", (probe) => probe.measure("p", 1));
        return attempt.attempt;
      });
      equal(value, 2);
    })
  );
  deepEqual(events, [
    ">link#0",
    "up@0 failed",
    ">link/probe#0",
    "p@0 done",
    "<link/probe#0 done",
    "up@1 failed",
    ">link/probe#0",
    "p@1 done",
    "<link/probe#0 done",
    "up@2 passed",
    ">link/probe#0",
    "p@2 done",
    "<link/probe#0 done",
    "<link#0 passed",
    "run.ended passed",
  ]);
});

Deno.test("Step.retry() fails by its last attempt and repeats the same vectors", async () => {
  const events = await recorded((run) =>
    run.step(
      "link",
      (step) =>
        step.retry(2, (attempt) =>
          attempt.vectors([{ ch: 0 }, { ch: 1 }], (vector, { ch }) =>
            vector.measure("v", ch, { low: 1 }))),
    )
  );
  deepEqual(events, [
    ">link#0",
    "v@0 failed",
    "<link#0 failed",
    ">link#1",
    "v@0 passed",
    "<link#1 passed",
    ">link#0",
    "v@1 failed",
    "<link#0 failed",
    ">link#1",
    "v@1 passed",
    "<link#1 passed",
    "run.ended failed",
  ]);
});

Deno.test("Step.retry() heals an error and warns of it", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  const outcome = await session.run(
    { dut_serial: "SN1" },
    (run) =>
      run.step("link", (step) =>
        step.retry(3, (attempt) => {
          if (attempt.attempt === 0) throw new Error("no carrier");
          attempt.measure("up", true, { nominal: true });
        })),
  );
  equal(outcome, "passed");
  deepEqual(ofType(target, "diagnostic.warning").map(({ message }) => message), ["no carrier"]);
  deepEqual(ofType(target, "diagnostic.error"), []);
});

Deno.test("Step.retry() passes on and records what its last attempt throws", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  await rejects(
    session.run(
      { dut_serial: "SN1" },
      (run) =>
        run.step("link", (step) =>
          step.retry(2, (attempt) => {
            throw new Error(`carrier ${attempt.attempt}`);
          })),
    ),
    /carrier 1/,
  );
  deepEqual(ofType(target, "diagnostic.error").map(({ message }) => message), ["carrier 1"]);
  equal(ofType(target, "run.ended")[0]?.outcome, "errored");
});

Deno.test("Step.retry() refuses a number of attempts below 1", async () => {
  const session = await Session.startOn(new MemoryTarget());
  const run = await session.startRun({ dut_serial: "SN1" });
  await rejects(run.step("link", (step) => step.retry(0, () => {})), {
    name: "RangeError",
    message: "Number of attempts: wanted a whole number from 1 on, got 0",
  });
  await session.end();
});

Deno.test("Step.measure() counts retry up where a name is measured again", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  await session.run({ dut_serial: "SN1" }, (run) =>
    run.step("noise", async (step) => {
      step.measure("v", 1);
      step.measure("v", 2);
      await step.retry(2, (attempt) => {
        attempt.measure("v", 3, { low: 4 });
        attempt.measure("v", 3);
      });
    }));
  deepEqual(ofType(target, "test.measurement").map(({ retry }) => retry), [0, 1, 2, 3, 4, 5]);
});

Deno.test("Run.skip() records a skipped step with its reason", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  await session.run({ dut_serial: "SN1" }, async (run) => {
    await run.skip("burn in", "not in production");
    await run.step("outer", (step) => step.skip("inner"));
  });
  deepEqual(brief(target.events).slice(2, -1), [
    ">burn in#0",
    "<burn in#0 skipped",
    ">outer#0",
    ">outer/inner#0",
    "<outer/inner#0 skipped",
    "<outer#0 skipped",
  ]);
  equal(ofType(target, "test.step_started")[0]?.description, "not in production");
});

Deno.test("Run.discover() announces steps, and those never reached keep rows without outcome", async () => {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  const run = await session.startRun({ dut_serial: "SN1" });
  run.discover([{ path: "sweep", vectors: 2, markers: "slow" }, { path: "never/reached" }]);
  await run.step("sweep", (step) => step.vector({ vin: 1 }, () => {}));
  await run.end();
  const steps = rowsOf(target, run.runId).filter((row) => row.record_type === "step");
  deepEqual(
    steps.map((row) => [row.step_path, row.vector_index, row.step_outcome, row.step_vector_count]),
    [["sweep", 0, "done", 2], ["sweep", 1, null, 0], ["never/reached", 0, null, 0]],
  );
  equal(steps[0]?.step_markers, "slow");
});
