import type { Candidate } from "./completion_types.ts";
import type { EditBuffer } from "./edit_buffer.ts";

/** The list below the line while completing. */
export interface Popup {
  readonly from: number;
  /** Text and cursor as typed, to come back to. */
  readonly typed: EditBuffer;
  readonly candidates: readonly Candidate[];
  /** Index of the one that is put in; undefined while none was chosen. */
  readonly selected: number | undefined;
}

/** Searching the history backwards. */
export interface Search {
  readonly query: string;
  /** Index of the entry shown, undefined where none was found. */
  readonly found: number | undefined;
  /** What to come back to when the search is given up. */
  readonly before: EditBuffer;
}

/** All that the line editor remembers between two keys. */
export interface EditorState {
  readonly buffer: EditBuffer;
  /** Index of the history entry shown, undefined for what is being written. */
  readonly historyIndex: number | undefined;
  /** What was being written when the history was entered. */
  readonly draft: string;
  /** What Ctrl-Y puts in. */
  readonly killed: string;
  /** The key before took text away, so that the next adds to it. */
  readonly isKilling: boolean;
  readonly undo: readonly EditBuffer[];
  readonly popup: Popup | undefined;
  readonly search: Search | undefined;
}

/** What the terminal has to do after a key. */
export type EditorAction =
  | "none"
  | "submit"
  | "interrupt"
  | "leave"
  | "complete"
  /** The text changed while the list is open: look again, put nothing in. */
  | "refilter"
  | "clearScreen"
  | "suspend"
  | "beep";

/** What the editor has to know of its surroundings. */
export interface EditorContext {
  /** Entries, the oldest first. */
  readonly history: readonly string[];
  /** Whether Enter submits a text or begins another line. */
  readonly isComplete: (text: string) => boolean;
}

/** A state and what is to be done. */
export type Pressed = readonly [state: EditorState, action: EditorAction];

/** An editor without text. */
export function emptyEditor(killed = ""): EditorState {
  return {
    buffer: { text: "", cursor: 0 },
    historyIndex: undefined,
    draft: "",
    killed,
    isKilling: false,
    undo: [],
    popup: undefined,
    search: undefined,
  };
}
