/**
 * What a step reads from and sets on instruments.
 * @module
 */
import type { EventInput } from "../events/event_inputs.ts";
import { claimCheck, needsChannel } from "./samples.ts";
import type { StepNode } from "./step_node.ts";
import type { ReadOptions, SetOptions } from "./step_options.ts";

/** A value on its way between script and instrument. */
interface Exchange extends Omit<ReadOptions, "role" | "method"> {
  readonly channelId: string;
  readonly value: unknown;
  readonly role: string;
  /** Method or attribute. */
  readonly source: string;
}

/** Records a value that was read; returns the URI of an array or structure. */
export function recordRead(
  node: StepNode,
  channelId: string,
  value: unknown,
  options: ReadOptions,
): Promise<string | null> {
  const role = options.role ?? channelId.split(".", 1)[0] ?? "";
  const source = options.method ?? "read";
  return keepOpen(node, { ...options, channelId, value, role, source }, (fields) => ({
    ...fields,
    event_type: "instrument.read",
    method: source,
  }));
}

/** Records a value that was set; returns the URI of an array or structure. */
export function recordSet(
  node: StepNode,
  channelId: string,
  value: unknown,
  options: SetOptions,
): Promise<string | null> {
  const role = options.role ?? channelId.split(".", 1)[0] ?? "";
  const source = options.attribute ?? channelId.slice(channelId.indexOf(".") + 1);
  return keepOpen(node, { ...options, channelId, value, role, source }, (fields) => ({
    ...fields,
    event_type: "instrument.set",
    attribute: source,
  }));
}

type EventOf = (fields: {
  readonly run_id: string;
  readonly instrument_role: string;
  readonly channel_id: string;
  readonly value: unknown;
  readonly units: string | undefined;
  readonly resource: string | undefined;
}) => EventInput;

function keepOpen(node: StepNode, exchange: Exchange, eventOf: EventOf): Promise<string | null> {
  node.beginContent();
  const work = record(node, exchange, eventOf);
  node.keepOpenFor(work);
  return work;
}

/** Emits a scalar before it first waits, so that events keep the order of the calls. */
async function record(
  { core }: StepNode,
  exchange: Exchange,
  eventOf: EventOf,
): Promise<string | null> {
  const { channelId, value, role, units } = exchange;
  const resource = exchange.resource ?? core.instruments.resourceOf(role);
  const claim = needsChannel(value)
    ? await claimCheck(core.target, channelId, value, {
      source: exchange.source,
      role,
      resource,
      units,
      sampleInterval: exchange.sampleInterval,
      start: exchange.start,
    })
    : undefined;
  core.emit(eventOf({
    run_id: core.runId,
    instrument_role: role,
    channel_id: channelId,
    value: claim ?? value,
    units,
    resource,
  }));
  await core.settle();
  return claim?._ref ?? null;
}
