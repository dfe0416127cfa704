import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { textWidth } from "../format/text_width.ts";
import { type EditorState, emptyEditor } from "./editor_state.ts";
import { type FrameOptions, renderFrame } from "./frame.ts";
import { Screen } from "./screen.ts";

const options: FrameOptions = { width: 20, height: 10, color: false, prompt: "> " };

function stateOf(text: string, cursor: number = text.length): EditorState {
  return { ...emptyEditor(), buffer: { text, cursor } };
}

Deno.test("renderFrame() breaks long lines and places the cursor", () => {
  const frame = renderFrame(stateOf("SELECT 1234567890123456789"), options);
  deepEqual(frame.rows, ["> SELECT 12345678901", "23456789"]);
  deepEqual([frame.cursorRow, frame.cursorColumn], [1, 8]);
});

Deno.test("renderFrame() puts the cursor behind a full row on a row of its own", () => {
  const frame = renderFrame(stateOf("123456789012345678"), options);
  deepEqual(frame.rows, ["> 123456789012345678", ""]);
  deepEqual([frame.cursorRow, frame.cursorColumn], [1, 0]);
});

Deno.test("renderFrame() never splits a wide character", () => {
  const frame = renderFrame(stateOf(`a${"漢".repeat(12)}`), options);
  deepEqual(frame.rows.map(textWidth), [19, 8]);
  deepEqual(frame.widths, [19, 8]);
});

Deno.test("renderFrame() makes control characters visible and indents further lines", () => {
  const frame = renderFrame(stateOf("a\x1b[31m\nb"), options);
  deepEqual(frame.rows, ["> a␛[31m", "> b"]);
});

Deno.test("renderFrame() colors what it knows, and nothing without color", () => {
  const colored = renderFrame(stateOf("SELECT 'a' -- b"), { ...options, color: true });
  // deno-lint-ignore no-control-regex -- escape sequences are what is tested
  equal(colored.rows[0]?.replaceAll(/\x1b\[\d+m/g, ""), "> SELECT 'a' -- b");
  equal(colored.rows[0]?.includes("\x1b[35mSELECT\x1b[39m"), true);
});

Deno.test("renderFrame() keeps to the height of the terminal, around the cursor", () => {
  const text = Array.from({ length: 50 }, (_, i) => `line ${i}`).join("\n");
  const frame = renderFrame(stateOf(text, text.indexOf("line 25")), options);
  equal(frame.rows.length, 10);
  equal(frame.rows[frame.cursorRow], "> line 25");
});

Deno.test("renderFrame() lists candidates around the chosen one", () => {
  const candidates = Array.from({ length: 30 }, (_, i) => ({ text: `name${i}`, note: "column" }));
  const state = stateOf("n");
  const popup = { from: 0, typed: state.buffer, candidates, selected: 20 };
  const { rows } = renderFrame({ ...state, popup }, options);
  equal(rows.some((row) => row.startsWith("▸ name20")), true);
  equal(rows.at(-1), "  … 23 more");
  equal(rows.every((row) => textWidth(row) < 20), true);
});

Deno.test("Screen.draw() goes back to the top of what it drew", () => {
  const screen = new Screen();
  screen.draw(renderFrame(stateOf("a\nb\nc"), options));
  equal(screen.draw(renderFrame(stateOf("a"), options)).includes("\x1b[2A\r"), true);
});
