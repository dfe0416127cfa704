import assert from "node:assert/strict";
import { cutText, padText, textWidth } from "./text_width.ts";
import { visibleText } from "../../lib/base/visible_text.ts";

Deno.test("textWidth() counts terminal cells", () => {
  const widths = {
    "abc": 3,
    "電圧": 4,
    "e\u0301": 1,
    "µΩ°±": 4,
    "👩‍🔬": 2,
    "👍🏽": 2,
    "🇩🇪": 2,
    "1\ufe0f\u20e3": 2,
    "⌚\ufe0e": 1,
    "☎": 1,
    "☎\ufe0f": 2,
    "한국": 4,
    "\u1112\u1161\u11ab": 2,
    "\u0e01\u0e33": 2,
    "\u200b": 0,
  };
  for (const [text, width] of Object.entries(widths)) assert.equal(textWidth(text), width, text);
});

Deno.test("cutText() never splits a character nor passes the width", () => {
  assert.equal(cutText("電圧計", 6), "電圧計");
  assert.equal(cutText("電圧計", 5), "電圧…");
  assert.equal(cutText("電圧計", 4), "電…");
  assert.equal(cutText("a👩‍🔬b", 3), "a…");
  assert.equal(cutText("abc", 1), "…");
  assert.equal(cutText("abc", 0), "");
});

Deno.test("padText() fills by cells and not by characters", () => {
  assert.equal(padText("電", 4), "電  ");
  assert.equal(padText("電", 4, "right"), "  電");
});

Deno.test("visibleText() leaves letters, emoji and joiners alone", () => {
  const text = "Spannung 電圧 👩‍🔬 e\u0301 µΩ";
  assert.equal(visibleText(text), text);
  assert.equal(visibleText("\x00\n\x7f\u200b\ud800"), "␀␊␡\\u{200b}\\u{d800}");
});
