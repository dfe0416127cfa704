/**
 * Measurements on their way from a step to events.
 * @module
 */
import type { EventInputByType } from "../events/event_inputs.ts";
import {
  judgeBoolean,
  type JudgedValue,
  judgeNumber,
  judgeSamples,
  judgeText,
} from "./measurement.ts";
import { channelIdOf, claimCheck, isSamples, type SampleArray } from "./samples.ts";
import type { StepNode } from "./step_node.ts";
import type { MeasurementContext, MeasureSamplesOptions } from "./step_options.ts";
import type { Outcome } from "./verdict.ts";

type Scalar = number | bigint | boolean | string | null;
type Measurement = EventInputByType["test.measurement"];
type Context = MeasurementContext & { readonly units?: string | undefined };

/** Judges a value and records it; samples once they are in their channel. */
export function recordMeasured(
  node: StepNode,
  name: string,
  value: Scalar | SampleArray,
  options: object,
): Outcome | Promise<Outcome> {
  if (isSamples(value)) return recordSamples(node, name, value, options);
  const judged = judge(name, value, options);
  node.core.emit(measurementOf(node, name, judged, options));
  node.note(judged.outcome, "content");
  return judged.outcome;
}

function judge(name: string, value: Scalar, options: object): JudgedValue {
  switch (typeof value) {
    case "boolean":
      return judgeBoolean(name, value, options);
    case "string":
      return judgeText(value, options);
    case "number":
    case "bigint":
      return judgeNumber(name, value, options);
    default:
      if (value === null) return judgeNumber(name, null, options);
      throw new TypeError(
        `Measurement ${name}: wanted a number, boolean, text, null or array of numbers, got ` +
          typeof value,
      );
  }
}

function recordSamples(
  node: StepNode,
  name: string,
  samples: SampleArray,
  options: MeasureSamplesOptions,
): Promise<Outcome> {
  const judged = judgeSamples(name, samples, options);
  const event = measurementOf(node, name, judged, options);
  const work = claimSamples(node, event, samples, options).then(() => judged.outcome);
  node.keepOpenFor(work);
  return work;
}

async function claimSamples(
  node: StepNode,
  event: Measurement,
  samples: SampleArray,
  options: MeasureSamplesOptions,
): Promise<void> {
  const { core, execution } = node;
  const name = event.measurement_name;
  const role = roleOf(options.instrument);
  const channelId = options.channel_id ?? channelIdOf(role, name);
  const claim = await claimCheck(core.target, channelId, samples, {
    source: name,
    role,
    resource: event.instrument_resource ?? undefined,
    units: options.units,
    sampleInterval: options.sampleInterval,
    start: options.start,
  });
  core.emit({ ...event, outputs: { ...event.outputs, [name]: claim } });
  execution.outputs[name] = claim;
  node.note(event.outcome as Outcome, "content");
  await core.settle();
}

function measurementOf(
  node: StepNode,
  name: string,
  judged: JudgedValue,
  options: Context,
): Measurement {
  const { core, execution, claims } = node;
  const { instrument, inputs, custom } = options;
  const vectorIndex = execution.beginContent();
  const role = roleOf(instrument);
  return {
    event_type: "test.measurement",
    run_id: core.runId,
    step_name: execution.place.name,
    step_index: execution.place.index,
    step_path: execution.path,
    vector_index: vectorIndex,
    retry: execution.nextRetry(name, claims.attempt),
    measurement_name: name,
    measurement_timestamp: options.measured_at ?? core.now(),
    value: judged.value,
    units: options.units,
    outcome: judged.outcome,
    limit_low: judged.limit.low,
    limit_high: judged.limit.high,
    limit_nominal: judged.limit.nominal,
    limit_comparator: judged.limit.comparator,
    characteristic_id: options.characteristic_id,
    spec_ref: options.spec_ref,
    dut_pin: options.dut_pin,
    fixture_connection: options.fixture_connection,
    instrument_name: role,
    instrument_resource: typeof instrument === "object"
      ? instrument.resource || undefined
      : role && core.instruments.resourceOf(role),
    instrument_channel: options.instrument_channel,
    inputs: inputs === undefined ? execution.inputs : { ...execution.inputs, ...inputs },
    outputs: options.outputs,
    custom: custom === undefined ? judged.custom : { ...custom, ...judged.custom },
  };
}

function roleOf(instrument: MeasurementContext["instrument"]): string | undefined {
  return typeof instrument === "object" ? instrument.role : instrument;
}
