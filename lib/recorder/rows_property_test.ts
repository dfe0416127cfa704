import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { ofType, rowsOf } from "./collected_test.ts";
import { MemoryTarget } from "./memory_target.ts";
import { Session } from "./session.ts";
import type { Step } from "./step.ts";

/** What a random step does, one after the other. */
type Action =
  | { readonly do: "measure"; readonly name: string; readonly value: number }
  | { readonly do: "observe" | "pause" | "throw" }
  | {
    readonly do: "step" | "vector" | "retry" | "parallel";
    readonly name: string;
    readonly body: readonly Action[];
  };

const name = fc.constantFrom("a", "b", "c");

const { actions } = fc.letrec<{ actions: readonly Action[] }>((tie) => ({
  actions: fc.array(
    fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.record({
        do: fc.constant("measure" as const),
        name,
        value: fc.constantFrom(0, 1, 2),
      }),
      fc.record({ do: fc.constantFrom("observe", "pause", "pause", "throw") }),
      fc.record({
        do: fc.constantFrom("step", "step", "vector", "vector", "retry", "parallel"),
        name,
        body: tie("actions"),
      }),
    ),
    { maxLength: 5 },
  ) as fc.Arbitrary<readonly Action[]>,
}));

async function perform(step: Step, body: readonly Action[]): Promise<void> {
  for (const action of body) {
    switch (action.do) {
      case "measure":
        step.measure(action.name, action.value, { low: 0, high: 1 });
        break;
      case "observe":
        step.observe("o", 1);
        break;
      case "pause":
        await Promise.resolve();
        break;
      case "throw":
        throw new Error("boom");
      default:
        await below(step, action.do, action.name, action.body);
    }
  }
}

async function below(step: Step, kind: string, name: string, body: readonly Action[]) {
  const run = (inner: Step) => perform(inner, body);
  const options = { continueOnError: true } as const;
  if (kind === "step") await step.step(name, run, options);
  if (kind === "vector") await step.vector({ [name]: 1 }, run, options);
  if (kind === "retry") await step.retry(2, run);
  if (kind === "parallel") {
    await Promise.all([step.step(name, run, options), step.vector({ p: 1 }, run, options)]);
  }
}

async function record(body: readonly Action[]) {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  const run = await session.startRun({ dut_serial: "SN1" });
  await run.step("root", (step) => perform(step, body), { continueOnError: true });
  const outcome = await run.end();
  return { target, outcome, rows: rowsOf(target, run.runId) };
}

Deno.test("Whatever steps do, keys of rows are unique and outcomes agree", async () => {
  await fc.assert(
    fc.asyncProperty(actions, async (body) => {
      const { target, outcome, rows } = await record(body);
      const measurements = ofType(target, "test.measurement");
      const keys = measurements.map((event) =>
        JSON.stringify([event.step_path, event.vector_index, event.measurement_name, event.retry])
      );
      equal(new Set(keys).size, keys.length);
      equal(rows.filter((row) => row.record_type === "measurement").length, keys.length);

      const steps = rows.filter((row) => row.record_type === "step");
      const started = new Set(
        ofType(target, "test.step_started").map((e) => `${e.step_path}#${e.vector_index}`),
      );
      equal(steps.length, started.size);
      for (const step of steps) {
        ok(step.step_outcome !== null, `Step ${step.step_path} has no end`);
        ok(step.step_ended_at !== null);
      }
      for (const path of new Set(steps.map((step) => step.step_path))) {
        const same = steps.filter((step) => step.step_path === path);
        deepEqual(
          same.map((step) => Number(step.vector_index)).sort((a, b) => a - b),
          same.map((_, index) => index),
        );
        equal(new Set(same.map((step) => step.step_index)).size, 1);
      }
      for (const row of rows) equal(row.run_outcome, outcome);
    }),
    { numRuns: 300 },
  );
});

Deno.test("Without retries, the outcome of a run is the worst of all it holds", async () => {
  const noRetry = (body: readonly Action[]): readonly Action[] =>
    body.map((action) =>
      "body" in action
        ? { ...action, do: action.do === "retry" ? "step" : action.do, body: noRetry(action.body) }
        : action
    );
  await fc.assert(
    fc.asyncProperty(actions.map(noRetry), async (body) => {
      const { target, outcome } = await record(body);
      const expected = ofType(target, "diagnostic.error").length > 0
        ? "errored"
        : ofType(target, "test.measurement").reduce(
          (worst, event) => event.outcome === "failed" || worst === "failed" ? "failed" : "passed",
          "done",
        );
      equal(outcome, expected);
    }),
    { numRuns: 200 },
  );
});
