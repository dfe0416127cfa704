/** Something that can be put in at the cursor. */
export interface Candidate {
  /** What is put in. */
  readonly text: string;
  /** What it is, such as `column` or `keyword`. */
  readonly note: string;
}

/** Candidates for the text between two places. */
export interface Completion {
  readonly from: number;
  readonly to: number;
  readonly candidates: readonly Candidate[];
}
