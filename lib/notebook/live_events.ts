/**
 * Events as they come, in a notebook.
 * @module
 */
import { plainText } from "../arrow/csv.ts";
import { type ShownColumn, tableHtml, tableText } from "../arrow/shown_table.ts";
import { baseFieldNames } from "../events/event_field.ts";
import type { SubscribeOptions } from "../events/event_subscription.ts";
import type { EventFilter } from "../protocol/event_filter.ts";
import { requireBroadcast } from "./live_output.ts";
import { LiveView } from "./live_view.ts";

/** What is needed of an event store. */
export interface EventSource {
  /** Follows events. */
  subscribe(filter?: EventFilter, options?: SubscribeOptions): AsyncIterable<object>;
}

/** How events are shown. */
export interface LiveEventsOptions {
  /** Events in sight, the latest last. @default 12 */
  readonly rows?: number;
  /** `"start"` to begin with those of the past. @default only what comes */
  readonly fromCursor?: string;
}

const COLUMNS: readonly ShownColumn[] = [
  { name: "time", unit: "UTC" },
  { name: "event" },
  { name: "run" },
  { name: "what" },
  { name: "outcome", isOutcome: true },
];
const BASE: ReadonlySet<string> = new Set([...baseFieldNames, "outcome"]);
const WHAT_CHARACTERS = 120;

/**
 * Shows events as they come, in one output that changes in place, until it is stopped.
 *
 * @param store an `EventStore`
 * @param filter which events; all by default
 * @returns the handle: `await view.stop()`
 * @throws {LitmusError} outside of the Deno Jupyter kernel
 *
 * @example
 * ```ts ignore
 * const view = liveEvents(events, { eventType: "test.*" });
 * // in a later cell
 * await view.stop();
 * ```
 */
export function liveEvents(
  store: EventSource,
  filter: EventFilter = {},
  options: LiveEventsOptions = {},
): LiveView {
  const { rows = 12, fromCursor } = options;
  const shown: unknown[][] = [];
  let count = 0;
  return new LiveView({
    broadcast: requireBroadcast(),
    name: "Live events",
    follow: async (signal, changed) => {
      const cursor = fromCursor === undefined ? {} : { fromCursor };
      for await (const event of store.subscribe(filter, { signal, ...cursor })) {
        count++;
        shown.push(eventCells(event));
        if (shown.length > rows) shown.shift();
        changed();
      }
    },
    render: () => {
      const note = count === 0 ? "waiting for events" : `${count.toLocaleString("en-US")} so far`;
      const table = { columns: COLUMNS, rows: shown, note };
      return { "text/html": tableHtml(table), "text/plain": tableText(table) };
    },
  });
}

/** A line of the table. */
export function eventCells(event: object): unknown[] {
  const fields = event as Readonly<Record<string, unknown>>;
  const what = Object.entries(fields)
    .filter(([name, value]) => !BASE.has(name) && value !== null && value !== "")
    .map(([name, value]) => `${name}=${plainText(value)}`).join(" ");
  return [
    String(fields.occurred_at ?? "").slice(11, 23),
    fields.event_type,
    String(fields.run_id ?? "").slice(0, 8),
    what.length > WHAT_CHARACTERS ? `${what.slice(0, WHAT_CHARACTERS)}…` : what,
    fields.outcome ?? "",
  ];
}
