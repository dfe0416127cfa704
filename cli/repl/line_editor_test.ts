import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { type EditorState, emptyEditor } from "./editor_state.ts";
import type { Key } from "./keys.ts";
import { pressKey } from "./line_editor.ts";
import { offerCompletion } from "./popup.ts";
import { isComplete } from "./session.ts";

const history = ["SELECT 1;", "SELECT\n  2;", "FROM runs;"];

/** Text is typed, `<name>` pressed, `[text]` pasted. */
function type(script: string, state: EditorState = emptyEditor()): [EditorState, string] {
  let action = "none";
  for (const [part] of script.matchAll(/<[^>]+>|\[[^\]]*\]|[^<[]+/g)) {
    const key: Key = part.startsWith("<")
      ? { kind: "key", name: part.slice(1, -1) }
      : part.startsWith("[")
      ? { kind: "paste", text: part.slice(1, -1) }
      : { kind: "text", text: part };
    [state, action] = pressKey(state, key, { history, isComplete });
  }
  return [state, action];
}

function shown(script: string): string {
  const { text, cursor } = type(script)[0].buffer;
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

Deno.test("pressKey() moves by character, word and line, also over wide and joined characters", () => {
  equal(shown("abc<left><left>x"), "ax|bc");
  equal(shown("SELECT dut_serial<ctrl+left><ctrl+left>"), "|SELECT dut_serial");
  equal(shown("SELECT dut_serial<home><alt+f>"), "SELECT| dut_serial");
  equal(shown("漢字👩‍🔬é<left><left>"), "漢字|👩‍🔬é");
  equal(shown("漢字👩‍🔬<backspace>"), "漢字|");
  equal(shown("ab<home><delete><end>c"), "bc|");
});

Deno.test("pressKey() kills and yanks, adding up kills that follow each other", () => {
  equal(shown("one two three<ctrl+w><ctrl+w><ctrl+y><ctrl+y>"), "one two threetwo three|");
  equal(shown("one two<home><ctrl+k><ctrl+y>!"), "one two!|");
  equal(shown("one two<ctrl+left><ctrl+u>"), "|two");
  equal(shown("one two<alt+backspace><ctrl+_>"), "one two|");
});

Deno.test("pressKey() begins another line until the statement ends", () => {
  const [state, action] = type("SELECT<enter>1<enter>");
  deepEqual([state.buffer.text, action], ["SELECT\n1\n", "none"]);
  equal(type(";<enter>", state)[1], "submit");
  equal(shown("  a<enter>b"), "  a\n  b|");
});

Deno.test("pressKey() moves between lines and from the first into the history", () => {
  equal(shown("SELECT a,<enter>b<up>"), "S|ELECT a,\nb");
  equal(shown("draft<up>"), "FROM runs;|");
  equal(shown("draft<up><up><up>"), "SELE|CT\n  2;");
  equal(shown("draft<up><down>"), "draft|");
  equal(shown("<ctrl+p><ctrl+p><ctrl+p><ctrl+p><ctrl+p>"), "SELECT 1;|");
});

Deno.test("pressKey() searches the history backwards and gives the text back when that is given up", () => {
  equal(shown("<ctrl+r>select"), "|SELECT\n  2;");
  equal(shown("<ctrl+r>select<ctrl+r>"), "|SELECT 1;");
  equal(shown("<ctrl+r>select<ctrl+r><ctrl+s>"), "|SELECT\n  2;");
  equal(shown("mine<ctrl+r>select<ctrl+g>"), "mine|");
  equal(type("<ctrl+r>select<enter>")[1], "submit");
  equal(type("<ctrl+r>nothing like it")[1], "beep");
});

Deno.test("pressKey() pastes several lines without running them, tabs as blanks", () => {
  const [state, action] = type("[SELECT 1;\n\t2;]");
  deepEqual([state.buffer.text, action], ["SELECT 1;\n  2;", "none"]);
});

Deno.test("pressKey() tells an interrupt from the wish to leave", () => {
  equal(type("abc<ctrl+c>")[1], "interrupt");
  equal(type("<ctrl+d>")[1], "leave");
  equal(shown("abc<left><ctrl+d>"), "ab|");
});

Deno.test("offerCompletion() puts in the only candidate or what all have in common, else shows the list", () => {
  const of = (...texts: string[]) => texts.map((text) => ({ text, note: "" }));
  const [state] = type("SEL");
  const [one] = offerCompletion(state, { from: 0, to: 3, candidates: of("SELECT") });
  deepEqual([one.buffer.text, one.popup], ["SELECT", undefined]);
  const [common] = offerCompletion(state, { from: 0, to: 3, candidates: of("SELECT", "SELECTED") });
  equal(common.buffer.text, "SELECT");
  equal(common.popup?.candidates.length, 2);
  equal(type("<tab><tab>", common)[0].buffer.text, "SELECTED");
  equal(type("<tab><tab><escape>", common)[0].buffer.text, "SELECT");
  const [accepted, action] = type("<tab><enter>", common);
  deepEqual([accepted.buffer.text, accepted.popup, action], ["SELECT", undefined, "none"]);
  equal(type("x", common)[1], "refilter");
  equal(offerCompletion(state, { from: 0, to: 3, candidates: [] })[1], "beep");
});
