import type { Completion } from "./completion_types.ts";
import type { EditorState, Pressed } from "./editor_state.ts";
import type { Key } from "./keys.ts";

/**
 * Puts a completion in: the only candidate, else what all have in common, else the list opens.
 *
 * @param quiet only the list is brought up to date
 */
export function offerCompletion(
  state: EditorState,
  completion: Completion,
  options: { readonly quiet?: boolean } = {},
): Pressed {
  const { from, to, candidates } = completion;
  const typed = state.buffer;
  const closed = { ...state, popup: undefined };
  if (candidates.length === 0) return [closed, options.quiet === true ? "none" : "beep"];
  const popup = { from, typed, candidates, selected: undefined };
  if (options.quiet === true) return [{ ...state, popup }, "none"];
  const word = typed.text.slice(from, to);
  if (candidates.length === 1) return [replaced(closed, from, to, candidates[0]!.text), "none"];
  const common = commonPrefix(candidates.map(({ text }) => text));
  if (common.length > word.length && common.toLowerCase().startsWith(word.toLowerCase())) {
    const longer = replaced(closed, from, to, common);
    return [{ ...longer, popup: { ...popup, typed: longer.buffer } }, "none"];
  }
  return [{ ...state, popup }, "none"];
}

/** A key while the list is open; undefined for one that closes it and means something else. */
export function popupKey(state: EditorState, key: Key): Pressed | undefined {
  const popup = state.popup!;
  if (key.kind !== "key") return undefined;
  switch (key.name) {
    case "tab":
    case "down":
      return [selected(state, 1), "none"];
    case "shift+tab":
    case "up":
      return [selected(state, -1), "none"];
    case "escape":
    case "ctrl+g":
      return [{ ...state, popup: undefined, buffer: popup.typed }, "none"];
    case "enter":
      return popup.selected === undefined ? undefined : [{ ...state, popup: undefined }, "none"];
    default:
      return undefined;
  }
}

function selected(state: EditorState, direction: -1 | 1): EditorState {
  const popup = state.popup!;
  const count = popup.candidates.length;
  const start = popup.selected ?? (direction > 0 ? -1 : count);
  const index = (start + direction + count) % count;
  const base = { ...state, buffer: popup.typed };
  const chosen = replaced(base, popup.from, popup.typed.cursor, popup.candidates[index]!.text);
  return { ...chosen, popup: { ...popup, selected: index } };
}

function replaced(state: EditorState, from: number, to: number, text: string): EditorState {
  const { buffer } = state;
  return {
    ...state,
    undo: [...state.undo, buffer],
    buffer: {
      text: buffer.text.slice(0, from) + text + buffer.text.slice(to),
      cursor: from + text.length,
    },
  };
}

function commonPrefix(texts: readonly string[]): string {
  let prefix = texts[0] ?? "";
  for (const text of texts) {
    let length = 0;
    while (length < prefix.length && prefix[length] === text[length]) length++;
    prefix = prefix.slice(0, length);
  }
  return prefix;
}
