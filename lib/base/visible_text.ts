/**
 * Text of strangers on a screen: nothing in it is obeyed or hidden.
 * @module
 */
const PLAIN = /^[ -~]*$/;
// Joiners and tag characters stay: emoji and several scripts are built with them.
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d\u{e0020}-\u{e007f}])\p{Cf}/gu;

/**
 * Replaces what a terminal would obey or hide (control characters, escape sequences, changes of
 * the writing direction) by something to be seen, so that data cannot write on the screen.
 *
 * @returns text with `\n` as `␊`, ESC as `␛`, and others as `\u{202e}`
 */
export function visibleText(text: string): string {
  return PLAIN.test(text) ? text : text.replace(HIDDEN, pictureOf);
}

function pictureOf(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "␡";
  return `\\u{${code.toString(16)}}`;
}

/** Writes what a terminal would obey or hide as JSON escapes; `json` is already valid JSON. */
export function escapeHidden(json: string): string {
  return PLAIN.test(json) ? json : json.replace(HIDDEN, unicodeEscapes);
}

function unicodeEscapes(char: string): string {
  let text = "";
  for (let i = 0; i < char.length; i++) {
    text += "\\u" + char.charCodeAt(i).toString(16).padStart(4, "0");
  }
  return text;
}
