import type { EditorContext, EditorState, Pressed } from "./editor_state.ts";
import type { Key } from "./keys.ts";

/** Begins to search the history backwards. */
export function startSearch(state: EditorState, context: EditorContext): EditorState {
  const query = "";
  return {
    ...state,
    search: { query, found: undefined, before: state.buffer },
    historyIndex: context.history.length,
  };
}

/**
 * A key while searching: text narrows, Ctrl-R and Ctrl-S go on, Enter runs, Escape and Ctrl-G give up,
 * any other key edits what was found.
 */
export function searchKey(
  state: EditorState,
  key: Key,
  context: EditorContext,
  pressKey: (state: EditorState, key: Key, context: EditorContext) => Pressed,
): Pressed {
  const search = state.search!;
  if (key.kind !== "key") return narrowed(state, search.query + key.text, context);
  switch (key.name) {
    case "backspace":
      return narrowed(state, [...search.query].slice(0, -1).join(""), context);
    case "ctrl+r":
      return further(state, -1, context);
    case "ctrl+s":
      return further(state, 1, context);
    case "escape":
    case "ctrl+g":
    case "ctrl+c":
      return [{ ...ended(state), buffer: search.before, historyIndex: undefined }, "none"];
    default:
      return pressKey(ended(state), key, context);
  }
}

function ended(state: EditorState): EditorState {
  const found = state.search?.found;
  return {
    ...state,
    search: undefined,
    historyIndex: found,
    draft: state.search?.before.text ?? "",
  };
}

function narrowed(state: EditorState, query: string, { history }: EditorContext): Pressed {
  const search = state.search!;
  if (query === "") {
    return [
      { ...state, search: { ...search, query, found: undefined }, buffer: search.before },
      "none",
    ];
  }
  const from = search.found ?? history.length - 1;
  return shown({ ...state, search: { ...search, query } }, find(history, query, from, -1), history);
}

function further(state: EditorState, direction: -1 | 1, { history }: EditorContext): Pressed {
  const { query, found } = state.search!;
  if (query === "") return [state, "none"];
  const text = found === undefined ? undefined : history[found];
  let at = (found ?? history.length) + direction;
  // The same statement twice in a row is one to whoever searches.
  while (history[at] !== undefined && history[at] === text) at += direction;
  return shown(state, find(history, query, at, direction), history);
}

function find(
  history: readonly string[],
  query: string,
  from: number,
  direction: -1 | 1,
): number | undefined {
  const wanted = query.toLowerCase();
  for (let i = from; i >= 0 && i < history.length; i += direction) {
    if (history[i]!.toLowerCase().includes(wanted)) return i;
  }
  return undefined;
}

function shown(
  state: EditorState,
  found: number | undefined,
  history: readonly string[],
): Pressed {
  if (found === undefined) return [state, "beep"];
  const text = history[found] ?? "";
  const at = text.toLowerCase().indexOf(state.search!.query.toLowerCase());
  return [
    { ...state, search: { ...state.search!, found }, buffer: { text, cursor: Math.max(0, at) } },
    "none",
  ];
}
