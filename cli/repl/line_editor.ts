/**
 * The line editor without a terminal: a key and a state go in, a state and what to do come out.
 * @module
 */
import {
  blankLeftOf,
  type EditBuffer,
  insertText,
  leftOf,
  lineEndOf,
  lineStartOf,
  removeRange,
  rightOf,
  verticalOf,
  wordLeftOf,
  wordRightOf,
} from "./edit_buffer.ts";
import type { EditorContext, EditorState, Pressed } from "./editor_state.ts";
import { searchKey, startSearch } from "./history_search.ts";
import type { Key } from "./keys.ts";
import { popupKey } from "./popup.ts";

const UNDO_STEPS = 200;

const MOVES: Readonly<Record<string, (buffer: EditBuffer) => number>> = {
  left: leftOf,
  "ctrl+b": leftOf,
  right: rightOf,
  "ctrl+f": rightOf,
  "ctrl+left": wordLeftOf,
  "alt+left": wordLeftOf,
  "alt+b": wordLeftOf,
  "ctrl+right": wordRightOf,
  "alt+right": wordRightOf,
  "alt+f": wordRightOf,
  home: lineStartOf,
  "ctrl+a": lineStartOf,
  end: lineEndOf,
  "ctrl+e": lineEndOf,
  "ctrl+home": () => 0,
  "ctrl+end": ({ text }) => text.length,
  "alt+<": () => 0,
  "alt+>": ({ text }) => text.length,
};

/** The other end of what a key takes away; the first ones can be put in again by Ctrl-Y. */
const KILLS: Readonly<Record<string, (buffer: EditBuffer) => number>> = {
  "ctrl+k": (buffer) => {
    const end = lineEndOf(buffer);
    return end === buffer.cursor ? rightOf(buffer) : end;
  },
  "ctrl+u": lineStartOf,
  "ctrl+w": blankLeftOf,
  "alt+backspace": wordLeftOf,
  "ctrl+backspace": wordLeftOf,
  "alt+d": wordRightOf,
  "ctrl+delete": wordRightOf,
};
const DELETES: Readonly<Record<string, (buffer: EditBuffer) => number>> = {
  backspace: leftOf,
  delete: rightOf,
};

/** Takes one key. */
export function pressKey(state: EditorState, key: Key, context: EditorContext): Pressed {
  if (state.search !== undefined) return searchKey(state, key, context, pressKey);
  if (state.popup !== undefined) {
    const pressed = popupKey(state, key);
    if (pressed !== undefined) return pressed;
    const [next, action] = plainKey({ ...state, popup: undefined }, key, context);
    const isTyping = key.kind === "text" && /[\w.]$/.test(key.text) ||
      key.kind === "key" && key.name === "backspace";
    return isTyping && action === "none"
      ? [{ ...next, popup: state.popup }, "refilter"]
      : [next, action];
  }
  return plainKey(state, key, context);
}

function plainKey(state: EditorState, key: Key, context: EditorContext): Pressed {
  if (key.kind !== "key") {
    return [edit(state, insertText(state.buffer, cleanText(key.text))), "none"];
  }
  const { name } = key;
  if (Object.hasOwn(MOVES, name)) return [moved(state, MOVES[name]!(state.buffer)), "none"];
  if (Object.hasOwn(KILLS, name)) return [kill(state, KILLS[name]!(state.buffer)), "none"];
  if (Object.hasOwn(DELETES, name)) return [remove(state, DELETES[name]!(state.buffer)), "none"];
  return commandKey({ ...state, isKilling: false }, name, context);
}

function commandKey(state: EditorState, name: string, context: EditorContext): Pressed {
  const { buffer } = state;
  switch (name) {
    case "enter":
      return context.isComplete(buffer.text) ? [state, "submit"] : [newLine(state), "none"];
    case "alt+enter":
      return [newLine(state), "none"];
    case "tab":
      return isIndent(buffer)
        ? [edit(state, insertText(buffer, "  ")), "none"]
        : [state, "complete"];
    case "up":
    case "down":
      return vertical(state, name, context);
    case "ctrl+p":
    case "pageup":
      return [browse(state, -1, context), "none"];
    case "ctrl+n":
    case "pagedown":
      return [browse(state, 1, context), "none"];
    case "ctrl+r":
      return [startSearch(state, context), "none"];
    case "ctrl+y":
      return [edit(state, insertText(buffer, state.killed)), "none"];
    case "ctrl+t":
      return [edit(state, transposed(buffer)), "none"];
    case "ctrl+_":
      return [undone(state), "none"];
    case "ctrl+d":
      return buffer.text === "" ? [state, "leave"] : [remove(state, rightOf(buffer)), "none"];
    case "ctrl+c":
      return [state, "interrupt"];
    case "ctrl+l":
      return [state, "clearScreen"];
    case "ctrl+z":
      return [state, "suspend"];
    default:
      return [state, "none"];
  }
}

/** Tabs and controls would move the cursor where the editor does not expect it. */
function cleanText(text: string): string {
  // deno-lint-ignore no-control-regex -- controls are what has to go
  return text.replaceAll("\t", "  ").replace(/[\x00-\x09\x0b-\x1f\x7f]/g, "");
}

function edit(state: EditorState, buffer: EditBuffer): EditorState {
  const undo = [...state.undo, state.buffer].slice(-UNDO_STEPS);
  return { ...state, buffer, undo, isKilling: false };
}

function moved(state: EditorState, cursor: number): EditorState {
  return { ...state, buffer: { ...state.buffer, cursor }, isKilling: false };
}

function remove(state: EditorState, other: number): EditorState {
  const { cursor } = state.buffer;
  if (other === cursor) return state;
  const [from, to] = other < cursor ? [other, cursor] : [cursor, other];
  return edit(state, removeRange(state.buffer, from, to));
}

function kill(state: EditorState, other: number): EditorState {
  const { text, cursor } = state.buffer;
  if (other === cursor) return { ...state, isKilling: true };
  const before = state.isKilling ? state.killed : "";
  const killed = other < cursor
    ? text.slice(other, cursor) + before
    : before + text.slice(cursor, other);
  return { ...remove(state, other), killed, isKilling: true };
}

function newLine(state: EditorState): EditorState {
  const { text, cursor } = state.buffer;
  const line = text.slice(lineStartOf(state.buffer), cursor);
  return edit(state, insertText(state.buffer, `\n${/^ */.exec(line)?.[0] ?? ""}`));
}

function isIndent(buffer: EditBuffer): boolean {
  const start = lineStartOf(buffer);
  return start > 0 && buffer.text.slice(start, buffer.cursor).trim() === "";
}

function vertical(state: EditorState, name: "up" | "down", context: EditorContext): Pressed {
  const direction = name === "up" ? -1 : 1;
  const cursor = verticalOf(state.buffer, direction);
  return [cursor === undefined ? browse(state, direction, context) : moved(state, cursor), "none"];
}

/** Goes through the history; entries that were shown are not changed by editing them. */
function browse(state: EditorState, direction: -1 | 1, { history }: EditorContext): EditorState {
  const at = (state.historyIndex ?? history.length) + direction;
  if (at < 0 || at > history.length) return state;
  const isDraft = at === history.length;
  const text = isDraft ? state.draft : history[at] ?? "";
  return {
    ...state,
    draft: state.historyIndex === undefined ? state.buffer.text : state.draft,
    historyIndex: isDraft ? undefined : at,
    buffer: { text, cursor: text.length },
    undo: [],
  };
}

function transposed(buffer: EditBuffer): EditBuffer {
  const { text } = buffer;
  const at = buffer.cursor === text.length ? leftOf(buffer) : buffer.cursor;
  const from = leftOf({ text, cursor: at });
  const to = rightOf({ text, cursor: at });
  if (from === at || text.slice(from, to).includes("\n")) return buffer;
  const swapped = text.slice(at, to) + text.slice(from, at);
  return { text: text.slice(0, from) + swapped + text.slice(to), cursor: to };
}

function undone(state: EditorState): EditorState {
  const buffer = state.undo.at(-1);
  return buffer === undefined ? state : { ...state, buffer, undo: state.undo.slice(0, -1) };
}
