/** What a session is about; names and meaning of the fields as on disk. */
export interface SessionOptions {
  /** What the session is for. @default {"test_run"} */
  readonly session_type?: string | undefined;
  /** Identity of the test station. */
  readonly station_id?: string | undefined;
  /** Display name of the station. */
  readonly station_name?: string | undefined;
  /** Kind of station. */
  readonly station_type?: string | undefined;
  /** Where the station stands. */
  readonly station_location?: string | undefined;
  /** Host name of the station. @default the real one, where sys permission was granted before */
  readonly station_hostname?: string | undefined;
  /** Identity of the operator. */
  readonly operator_id?: string | undefined;
  /** Display name of the operator. */
  readonly operator_name?: string | undefined;
  /** Identity of the test fixture. */
  readonly fixture_id?: string | undefined;
  /** Number of slots that run in parallel. @default {1} */
  readonly slot_count?: number | undefined;
  /** Name of the recording program. @default the file name of the main script */
  readonly client?: string | undefined;
  /**
   * Whether SIGINT and SIGTERM, while a run is open, end runs and session on record before the process
   * exits. Steps are not unwound: what has to be switched off belongs into `onInterrupt`.
   * @default {true}
   */
  readonly handleSignals?: boolean | undefined;
  /**
   * Called once when such a signal comes, to bring the unit into a safe state; the process exits when it
   * has resolved, after five seconds at the latest.
   */
  readonly onInterrupt?: ((signal: Deno.Signal) => void | Promise<void>) | undefined;
}

/** Options of `Session.start`. */
export interface SessionStartOptions extends SessionOptions {
  /** The data directory. @default resolved as by the command line */
  readonly dataDir?: string | undefined;
  /** UUID of the session. @default a new one */
  readonly sessionId?: string | undefined;
}

/** Ready parts of a session beside its facts. */
export interface StartOnOptions extends SessionOptions {
  /** Whether the end of the session also closes the target. @default {false} */
  readonly closeTarget?: boolean | undefined;
}
