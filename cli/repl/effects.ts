import type { SqlParameters } from "../../lib/protocol/sql_call.ts";

/** What a plot is to show. */
export interface PlotRequest {
  readonly channels: readonly string[];
  /** Id of the session or its beginning; the latest with the first channel where absent. */
  readonly session?: string;
  /** Points per channel; by the width of the terminal where absent. */
  readonly points?: number;
  /** RFC 3339. */
  readonly start?: string;
  /** RFC 3339. */
  readonly end?: string;
  /** `lttb` is exact, `display` keeps every spike. */
  readonly method: "lttb" | "display";
}

/** Which events `.tail` follows. */
export interface TailRequest {
  readonly eventTypes: readonly string[];
  readonly sessionId?: string;
  readonly runId?: string;
  /** Begins with what was recorded already. */
  readonly replay: boolean;
}

/** What the session wants done; the only way by which it reaches the world. */
export type Effect =
  /** Shows text for people. */
  | { readonly kind: "print"; readonly text: string }
  /** Says that a line was wrong: ends a script. */
  | { readonly kind: "fail"; readonly message: string }
  /** Runs a statement of the user; `.last` repeats it. */
  | { readonly kind: "sql"; readonly sql: string }
  /** Runs a statement of a dot command. */
  | {
    readonly kind: "rows";
    readonly sql: string;
    readonly parameters?: SqlParameters;
    /** What to say where there are no rows. */
    readonly empty: string;
  }
  | { readonly kind: "schema"; readonly table: string | undefined }
  | { readonly kind: "show"; readonly run: string }
  | { readonly kind: "last" }
  /** Sends results to a file, or to the terminal again. */
  | { readonly kind: "output"; readonly path: string | undefined; readonly once: boolean }
  | { readonly kind: "read"; readonly path: string }
  | { readonly kind: "open"; readonly dataDir: string }
  | { readonly kind: "daemon"; readonly action: "status" | "stop" | "restart" }
  | { readonly kind: "cancel"; readonly query: string | undefined }
  | { readonly kind: "history"; readonly count: number; readonly text: string }
  | { readonly kind: "plot"; readonly plot: PlotRequest }
  | { readonly kind: "plotSql"; readonly sql: string }
  | { readonly kind: "tail"; readonly tail: TailRequest }
  | { readonly kind: "watch"; readonly seconds: number; readonly sql: string }
  | { readonly kind: "exit" };
