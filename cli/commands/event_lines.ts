/**
 * Events as people read them: when, what, and the gist.
 * @module
 */
import type { QueryResult } from "../../lib/arrow/query_result.ts";
import type { RowSource } from "../format/result.ts";
import { type EventFields, eventGist } from "./event_gist.ts";

/** Rows of time, type, run and gist, from a result whose only column is the JSON of events. */
export function eventLines(result: QueryResult): RowSource {
  return {
    columns: [
      { name: "time", kind: "time" },
      { name: "event", kind: "text" },
      { name: "run", kind: "text" },
      { name: "what", kind: "text" },
    ],
    rows: async function* () {
      for await (const [json] of result.rowArrays()) {
        yield eventLine(JSON.parse(String(json)) as EventFields);
      }
    },
  };
}

/** The cells of one event. */
export function eventLine(event: EventFields): [string, string, string, string] {
  // Month to milliseconds: in a terminal of 80 cells the year would cost the gist.
  const time = String(event.occurred_at ?? "").replace("T", " ").slice(5, 23);
  const run = typeof event.run_id === "string" ? event.run_id.slice(0, 8) : "";
  return [time, String(event.event_type ?? ""), run, eventGist(event)];
}
