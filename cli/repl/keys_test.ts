import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { type Key, KeyParser } from "./keys.ts";

function keysOf(...chunks: readonly string[]): string[] {
  const parser = new KeyParser();
  const keys = chunks.flatMap((chunk) => parser.feed(new TextEncoder().encode(chunk)));
  return [...keys, ...parser.flush()].map(nameOf);
}

function nameOf(key: Key): string {
  return key.kind === "key" ? `<${key.name}>` : key.kind === "paste" ? `[${key.text}]` : key.text;
}

Deno.test("KeyParser.feed() names keys and their modifiers", () => {
  deepEqual(keysOf("\x1b[A\x1b[1;5C\x1b[1;3D\x1bOH\x1b[3~\x1b[Z"), [
    "<up>",
    "<ctrl+right>",
    "<alt+left>",
    "<home>",
    "<delete>",
    "<shift+tab>",
  ]);
  deepEqual(keysOf("\x01\x7f\t\r\x1bb\x1b\x7f"), [
    "<ctrl+a>",
    "<backspace>",
    "<tab>",
    "<enter>",
    "<alt+b>",
    "<alt+backspace>",
  ]);
});

Deno.test("KeyParser.feed() puts sequences and characters together that were cut between two reads", () => {
  deepEqual(keysOf("a\x1b[1;", "5Cb"), ["a", "<ctrl+right>", "b"]);
  const bytes = new TextEncoder().encode("漢");
  const parser = new KeyParser();
  equal(parser.feed(bytes.subarray(0, 2)).length, 0);
  deepEqual(parser.feed(bytes.subarray(2)), [{ kind: "text", text: "漢" }]);
});

Deno.test("KeyParser.flush() takes a lone escape character for the key", () => {
  deepEqual(keysOf("\x1b"), ["<escape>"]);
});

Deno.test("KeyParser.feed() gives pasted text as one key, with line ends as they are in text", () => {
  deepEqual(keysOf("\x1b[200~SELECT 1;\rSEL", "ECT 2;\x1b[201~x"), ["[SELECT 1;\nSELECT 2;]", "x"]);
});
