/**
 * Bytes of a terminal as keys.
 *
 *     ESC [ 1 ; 5 C     key with modifiers: 1 + (shift 1, alt 2, ctrl 4)
 *     ESC [ 3 ~         key by number
 *     ESC O A           key in application mode
 *     ESC x             alt+x
 *     ESC [ 200 ~ ...   pasted text up to ESC [ 201 ~
 *
 * @module
 */

/** A key press, typed text or pasted text. */
export type Key =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "paste"; readonly text: string }
  /** Names such as `left`, `ctrl+left`, `alt+b`, `shift+tab`, `enter`. */
  | { readonly kind: "key"; readonly name: string };

const FINALS: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  Z: "shift+tab",
};
const NUMBERS: Readonly<Record<string, string>> = {
  "1": "home",
  "2": "insert",
  "3": "delete",
  "4": "end",
  "5": "pageup",
  "6": "pagedown",
  "7": "home",
  "8": "end",
};
const CONTROLS: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x1b": "escape",
  "\0": "ctrl+space",
  "\x1c": "ctrl+\\",
  "\x1d": "ctrl+]",
  "\x1e": "ctrl+^",
  "\x1f": "ctrl+_",
};
const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";
// deno-lint-ignore no-control-regex -- what terminals send
const SEQUENCE = /^\x1b(?:\[([\d;?<>=]*)([\x40-\x7e])|O([\x40-\x7e])|([^[O]))/u;
// deno-lint-ignore no-control-regex -- text is what holds none of them
const TEXT = /^[^\x00-\x1f\x7f]+/u;

/** Turns bytes into keys; what is cut between two reads waits for the rest. */
export class KeyParser {
  readonly #decoder = new TextDecoder();
  #held = "";

  /** True while an escape character waits: alone it is the key Escape. */
  get isWaiting(): boolean {
    return this.#held !== "" && !this.#held.startsWith(PASTE_START);
  }

  /** Takes bytes as they were read. */
  feed(bytes: Uint8Array): Key[] {
    this.#held += this.#decoder.decode(bytes, { stream: true });
    const keys: Key[] = [];
    for (let key = this.#next(); key !== undefined; key = this.#next()) keys.push(key);
    return keys;
  }

  /** Gives up waiting for the rest of a sequence. */
  flush(): Key[] {
    const held = this.#held;
    if (!this.isWaiting) return [];
    this.#held = "";
    const rest = held.slice(1);
    const escape: Key = { kind: "key", name: "escape" };
    return rest === "" ? [escape] : [escape, { kind: "text", text: rest }];
  }

  #next(): Key | undefined {
    if (this.#held === "") return undefined;
    if (this.#held.startsWith(PASTE_START)) return this.#paste();
    const text = TEXT.exec(this.#held)?.[0];
    if (text !== undefined) return this.#take(text.length, { kind: "text", text });
    const first = this.#held[0]!;
    if (first !== "\x1b") return this.#take(1, { kind: "key", name: controlName(first) });
    const match = SEQUENCE.exec(this.#held);
    if (match === null) return undefined;
    return this.#take(match[0].length, { kind: "key", name: sequenceName(match) });
  }

  #paste(): Key | undefined {
    const end = this.#held.indexOf(PASTE_END);
    if (end < 0) return undefined;
    const text = this.#held.slice(PASTE_START.length, end).replace(/\r\n?/g, "\n");
    return this.#take(end + PASTE_END.length, { kind: "paste", text });
  }

  #take(length: number, key: Key): Key {
    this.#held = this.#held.slice(length);
    return key;
  }
}

function controlName(char: string): string {
  return CONTROLS[char] ?? `ctrl+${String.fromCharCode(char.charCodeAt(0) + 96)}`;
}

function sequenceName([, parameters, final, application, alt]: RegExpExecArray): string {
  if (alt !== undefined) {
    const name = alt === "\x1b" ? "escape" : TEXT.test(alt) ? alt : controlName(alt);
    return name === "escape" ? name : `alt+${name}`;
  }
  if (application !== undefined) return FINALS[application] ?? "unknown";
  const [number = "", modifier = "1"] = (parameters ?? "").split(";");
  const name = final === "~" ? NUMBERS[number] : FINALS[final ?? ""];
  return name === undefined ? "unknown" : modified(name, Number(modifier) - 1);
}

function modified(name: string, bits: number): string {
  const names = [[4, "ctrl+"], [2, "alt+"], [1, "shift+"]] as const;
  return names.map(([bit, prefix]) => (bits & bit) !== 0 ? prefix : "").join("") + name;
}
