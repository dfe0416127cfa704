/** What every event carries; names and forms are those of the `json` column on disk. */
export interface BaseEvent {
  /** UUID of the event, lower case. */
  id: string;
  /** When it happened: RFC 3339 in UTC with microseconds. */
  occurred_at: string;
  /** When it was recorded: RFC 3339 in UTC with microseconds. */
  received_at: string | null;
  /** UUID of the session. */
  session_id: string;
  /** UUID of the run, null outside of runs. */
  run_id: string | null;
}

/** An event of a type that this version does not know; kept whole. */
export interface UnknownEvent extends BaseEvent {
  /** Any type but the known ones. */
  event_type: string;
  /** Whatever its writer stored. */
  [field: string]: unknown;
}
