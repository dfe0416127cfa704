import { notStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { decodeNamePart, encodeNamePart, NAME_PART_MAX_LENGTH } from "./names.ts";

Deno.test("encodeNamePart() keeps ids readable", () => {
  strictEqual(encodeNamePart("dmm.voltage"), "dmm.voltage");
  strictEqual(encodeNamePart("SN-001_a"), "SN-001_a");
  strictEqual(
    encodeNamePart("aaaaaaaa-1111-4222-8333-444444444444"),
    "aaaaaaaa-1111-4222-8333-444444444444",
  );
});

Deno.test("encodeNamePart() leaves nothing that a file system could take amiss", () => {
  const cases: readonly [string, string][] = [
    ["", "%"],
    [".", "%2E"],
    ["..", "%2E%2E"],
    ["../../evil", "%2E.%2F..%2Fevil"],
    ["a\\b:c", "a%5Cb%3Ac"],
    ["tail.", "tail%2E"],
    ["tail ", "tail%20"],
    [".hidden", "%2Ehidden"],
    ["CON", "%43ON"],
    ["nul.txt", "%6Eul.txt"],
    ["COM7", "%43OM7"],
    ["CONSOLE", "CONSOLE"],
    ["50%", "50%25"],
    ["a\0b", "a%00b"],
    ["µΩ", "%C2%B5%CE%A9"],
    ["\u{1F600}", "%F0%9F%98%80"],
    ["\uD800x", "%uD800x"],
  ];
  for (const [text, name] of cases) {
    strictEqual(encodeNamePart(text), name);
    strictEqual(decodeNamePart(name), text);
  }
});

Deno.test("encodeNamePart() and decodeNamePart() give back any short text", () => {
  const unit = fc.constantFrom(".", " ", "%", "u", "/", "A", "é", "\uFEFF", "\uDC00", "\u{1F600}");
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 9 }),
    fc.string({ unit, maxLength: 9 }),
  );
  fc.assert(fc.property(text, (original) => {
    const name = encodeNamePart(original);
    strictEqual(decodeNamePart(name), original);
    ok(/^[A-Za-z0-9%_-][A-Za-z0-9._%-]*$/.test(name) && !name.endsWith("."), name);
  }));
});

Deno.test("encodeNamePart() shortens long texts and keeps them apart", () => {
  const long = "µ".repeat(300);
  const name = encodeNamePart(long);
  ok(name.length <= NAME_PART_MAX_LENGTH);
  strictEqual(decodeNamePart(name), null);
  notStrictEqual(name, encodeNamePart(`${long}x`));
  ok(/^(?:%[0-9A-F]{2})+%~[0-9a-f]{16}$/.test(name), name);
});

Deno.test("decodeNamePart() refuses what is no encoding", () => {
  for (const name of ["", "50%", "a b", "%zz", "%FF", "a/b"]) {
    strictEqual(decodeNamePart(name), null);
  }
});
