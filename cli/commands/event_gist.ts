/**
 * What an event says, in a few words.
 * @module
 */
import { baseFieldNames } from "../../lib/events/event_field.ts";
import { valueText } from "../format/value_text.ts";

/** Fields of an event as on disk. */
export type EventFields = Readonly<Record<string, unknown>>;

type Gist = (event: EventFields) => readonly unknown[];

const BASE: ReadonlySet<string> = new Set(baseFieldNames);

const GISTS: Readonly<Record<string, Gist>> = {
  "session.started": (e) => [e.session_type, at(e.station_id), by(e.operator_id)],
  "session.ended": (e) => [e.outcome],
  "run.started": (e) => [e.dut_serial, e.product_id, e.test_phase, by(e.operator_id)],
  "run.ended": (e) => [e.outcome],
  "run.materialized": (e) => [fileName(e.destination)],
  "test.step_started": (e) => [e.step_path || e.step_name, inputs(e.inputs)],
  "test.step_ended": (e) => [e.step_path || e.step_name, e.vector_outcome ?? e.outcome],
  "test.measurement": (e) => [e.measurement_name, "=", amount(measured(e), e.units), e.outcome],
  "test.record": (e) => [e.key, "=", short(e.value)],
  "test.steps_discovered": (e) => [`${Array.isArray(e.items) ? e.items.length : 0} steps`],
  "instrument.read": (e) => [e.channel_id, "=", amount(e.value, e.units)],
  "instrument.set": (e) => [e.channel_id, "=", amount(e.value, e.units)],
  "instrument.configure": (e) => [e.instrument_role, e.method, inputs(e.parameters)],
  "fixture.instrument_connected": (e) => [e.role, e.resource, e.model],
  "fixture.instrument_disconnected": (e) => [e.role],
  "fixture.dut_scanned": (e) => [e.dut_serial],
  "diagnostic.error": (e) => [e.source, e.message],
  "diagnostic.warning": (e) => [e.source, e.message],
  "dialog.opened": (e) => [e.title, e.message],
  "dialog.responded": (e) => [e.response_type, e.value],
  "route.closed": (e) => [e.connection_name],
  "route.opened": (e) => [e.connection_name],
  "slot.started": (e) => [e.slot_id, e.dut_serial],
  "slot.completed": (e) => [e.slot_id, e.outcome, e.error_message],
};

/** The gist of an event of any type, also of one that this version does not know. */
export function eventGist(event: EventFields): string {
  const type = String(event.event_type ?? "");
  const gist = Object.hasOwn(GISTS, type) ? GISTS[type] : undefined;
  const parts = gist === undefined ? [rest(event)] : gist(event);
  return parts.filter((part) => part !== null && part !== undefined && part !== "").join(" ");
}

function rest(event: EventFields): string {
  return inputs(
    Object.fromEntries(Object.entries(event).filter(([key]) => !BASE.has(key))),
  );
}

function at(station: unknown): string {
  return typeof station === "string" && station !== "" ? `at ${station}` : "";
}

function by(operator: unknown): string {
  return typeof operator === "string" && operator !== "" ? `by ${operator}` : "";
}

function fileName(path: unknown): string {
  return String(path ?? "").split(/[/\\]/).at(-1) ?? "";
}

/** `name=value` pairs, empty ones left out. */
export function inputs(values: unknown): string {
  if (typeof values !== "object" || values === null) return "";
  return Object.entries(values)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${name}=${short(value)}`).join(" ");
}

function short(value: unknown): string {
  return valueText(value, undefined, { maxChars: 60 });
}

/** What was measured: a text has no number, and a boolean a number that says less. */
function measured({ value, custom }: EventFields): unknown {
  if (typeof custom !== "object" || custom === null) return value;
  const { value_text: text, value_bool: truth } = custom as EventFields;
  return text ?? truth ?? value;
}

/** A value with its unit; a claim check by what it stands for. */
function amount(value: unknown, units: unknown): string {
  const unit = typeof units === "string" && units !== "" ? ` ${units}` : "";
  if (typeof value === "object" && value !== null && "_ref" in value) {
    const { length } = value as { length?: unknown };
    return typeof length === "number" ? `${length} samples${unit}` : String(value._ref);
  }
  if (typeof value === "number") return `${Number(value.toPrecision(6))}${unit}`;
  return value === null || value === undefined ? "none" : `${short(value)}${unit}`;
}
