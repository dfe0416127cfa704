import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { csvLine, csvLines, jsonSafe, plainText } from "./csv.ts";

/** A reader after RFC 4180: cells of text, null where nothing was written. */
function parse(csv: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\n)/gy;
  let row: (string | null)[] = [];
  for (const [, text = "", end] of csv.matchAll(cell)) {
    const quoted = text.startsWith('"');
    row.push(quoted ? text.slice(1, -1).replaceAll('""', '"') : text === "" ? null : text);
    if (end === "\n") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

Deno.test("csvLine() writes what a reader after RFC 4180 reads back", () => {
  const unit = fc.constantFrom(...["a", '"', ",", "\n", "\r", " ", "Ω", "'", "="]);
  const cells = fc.array(fc.option(fc.string({ unit, maxLength: 6 })), {
    ...{ minLength: 1, maxLength: 5 },
  });
  fc.assert(
    fc.property(fc.array(cells, { maxLength: 5 }), (rows) => {
      deepEqual(parse(rows.map(csvLine).join("")), rows);
    }),
    { numRuns: 500, seed: 9 },
  );
});

Deno.test("csvLine() tells an empty text from null", () => {
  equal(csvLine(["", null, undefined, "x"]), '"",,,x\n');
});

Deno.test("csvLine() writes numbers, bytes and nested values as text", () => {
  equal(
    csvLine([1.5, 2n ** 60n, true, NaN, Uint8Array.of(1, 255)]),
    [
      "1.5,1152921504606846976,true,NaN,01ff\n",
    ].join(),
  );
  equal(
    csvLine([{ a: [1, "x"], b: 2n ** 60n }]),
    '"{""a"":[1,""x""],""b"":""1152921504606846976""}"\n',
  );
});

Deno.test("plainText() and jsonSafe() keep what JSON has no notation for", () => {
  equal(plainText([NaN, -Infinity, Uint8Array.of(10), null]), '["NaN","-Infinity","0a",null]');
  equal(jsonSafe("", 1.5), 1.5);
});

Deno.test("csvLines() starts with the names", async () => {
  async function* rows(): AsyncGenerator<unknown[]> {
    yield await Promise.resolve([1, 2]);
  }
  deepEqual(await Array.fromAsync(csvLines(["a", "b,c"], rows())), ['a,"b,c"\n', "1,2\n"]);
});
