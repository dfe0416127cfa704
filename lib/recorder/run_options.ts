/** What a run is about; names and meaning of the fields as on disk. */
export interface RunOptions {
  /** Serial number of the unit under test. */
  readonly dut_serial: string;
  /** UUID of the run. @default a new one */
  readonly run_id?: string | undefined;
  /** Part number of the unit. */
  readonly dut_part_number?: string | undefined;
  /** Hardware revision of the unit. */
  readonly dut_revision?: string | undefined;
  /** Production lot of the unit. */
  readonly dut_lot_number?: string | undefined;
  /** Identity of the product definition. */
  readonly product_id?: string | undefined;
  /** Display name of the product. */
  readonly product_name?: string | undefined;
  /** Revision of the product definition. */
  readonly product_revision?: string | undefined;
  /** Phase such as `development` or `production`. */
  readonly test_phase?: string | undefined;
  /** Project that the test belongs to. */
  readonly project_name?: string | undefined;
  /** Identity of the slot on a station that tests several units at once. */
  readonly slot_id?: string | undefined;
  /** Zero-based position of the slot. */
  readonly slot_index?: number | undefined;
  /** Identity of the operator. @default that of the session */
  readonly operator_id?: string | undefined;
  /** Display name of the operator. @default that of the session */
  readonly operator_name?: string | undefined;
  /** Identity of the test fixture. @default that of the session */
  readonly fixture_id?: string | undefined;
  /** Commit of the test program. */
  readonly git_commit?: string | undefined;
  /** Branch of the test program. */
  readonly git_branch?: string | undefined;
  /** Remote of the test program. */
  readonly git_remote?: string | undefined;
  /** Further facts; columns `custom_*` of the run file. */
  readonly custom_metadata?: Readonly<Record<string, unknown>> | undefined;
  /** `channel://` URIs of channels that concern the whole run. */
  readonly channel_refs?: readonly string[] | undefined;
  /**
   * Further facts about runtime, system and packages, joined with those that are found; stored as
   * `environment_json`. No paths.
   */
  readonly environment?: Readonly<Record<string, unknown>> | undefined;
  /** Whether the run stops after the first step that fails. @default {false} */
  readonly stopOnFail?: boolean | undefined;
}

/** A step that a run intends to perform. */
export interface PlannedStepInput {
  /** Path of the step: the names from the outermost on, joined by `/`. */
  readonly path: string;
  /** Number of vectors. @default {1} */
  readonly vectors?: number | undefined;
  /** Markers, joined by commas. */
  readonly markers?: string | undefined;
}
