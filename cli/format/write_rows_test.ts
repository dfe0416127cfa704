import assert from "node:assert/strict";
import type { FormatOptions, RowFormat } from "./format_options.ts";
import type { ResultColumn, RowSource } from "./result.ts";
import { textWidth } from "./text_width.ts";
import { isRowFormat, writeRows } from "./write_rows.ts";

const COLUMNS: readonly ResultColumn[] = [
  { name: "serial", kind: "text" },
  { name: "volts", kind: "number", unit: "V" },
  { name: "index", kind: "integer" },
  { name: "at", kind: "time" },
];
const AT = "2026-07-30T10:20:30.123456Z";
const ROWS: readonly (readonly unknown[])[] = [
  ["SN-1", 3.3, 1, AT],
  ["電圧", 12, null, AT],
  ["NULL", -0.5, 12345678901234567890n, null],
];

function sourceOf(columns: readonly ResultColumn[], rows: Iterable<readonly unknown[]>): RowSource {
  return {
    columns,
    async *rows() {
      for (const row of rows) yield await Promise.resolve(row);
    },
  };
}

async function render(
  format: RowFormat,
  options: FormatOptions = {},
  columns = COLUMNS,
  rows: Iterable<readonly unknown[]> = ROWS,
): Promise<string> {
  let text = "";
  await writeRows(sourceOf(columns, rows), format, (chunk) => void (text += chunk), options);
  return text;
}

function one(value: unknown, kind: ResultColumn["kind"] = "text"): [ResultColumn[], unknown[][]] {
  return [[{ name: "v", kind }], [[value]]];
}

Deno.test("writeRows() draws an aligned table with types, units and a row count", async () => {
  assert.equal(
    await render("table"),
    `\
┌────────┬────────────┬──────────────────────┬─────────────────────────────┐
│ serial │      volts │                index │ at                          │
│ text   │ number [V] │              integer │ time                        │
├────────┼────────────┼──────────────────────┼─────────────────────────────┤
│ SN-1   │        3.3 │                    1 │ 2026-07-30 10:20:30.123456Z │
│ 電圧   │       12.0 │                 NULL │ 2026-07-30 10:20:30.123456Z │
│ 'NULL' │       -0.5 │ 12345678901234567890 │ NULL                        │
└────────┴────────────┴──────────────────────┴─────────────────────────────┘
3 rows
`,
  );
});

Deno.test("writeRows() cuts a table to the terminal and says what it cut", async () => {
  const columns: ResultColumn[] = [
    { name: "run_id", kind: "text" },
    { name: "a", kind: "integer" },
    { name: "b", kind: "text" },
    { name: "c", kind: "text" },
    { name: "outcome", kind: "text" },
  ];
  const rows = Array.from(
    { length: 100 },
    (_, i) => [`run-${i}-with-a-long-name`, i, "x".repeat(30), "y".repeat(30), "passed"],
  );
  const options = { width: 50, maxRows: 4, hint: ".last shows all" };
  assert.equal(
    await render("table", options, columns, rows),
    `\
┌────────────────────────┬─────────┬───┬─────────┐
│ run_id                 │       a │ … │ outcome │
│ text                   │ integer │ … │ text    │
├────────────────────────┼─────────┼───┼─────────┤
│ run-0-with-a-long-name │       0 │ … │ passed  │
│ run-1-with-a-long-name │       1 │ … │ passed  │
│ ⋮                      │       ⋮ │ … │ ⋮       │
│ run-98-with-a-long-na… │      98 │ … │ passed  │
│ run-99-with-a-long-na… │      99 │ … │ passed  │
└────────────────────────┴─────────┴───┴─────────┘
100 rows · 4 shown · 3 of 5 columns shown
2 values cut · .last shows all
`,
  );
});

Deno.test("writeRows() tells NULL by a dim style and outcomes by their color", async () => {
  const columns: ResultColumn[] = [{ name: "run_outcome", kind: "text" }];
  const text = await render("table", { color: true, types: false }, columns, [["failed"], [null]]);
  assert.ok(text.includes("\x1b[31mfailed     \x1b[39m"), text);
  assert.ok(text.includes("\x1b[2mNULL       \x1b[22m"), text);
});

Deno.test("writeRows() shows control characters of data instead of sending them", async () => {
  for (const format of ["table", "line", "markdown"] as const) {
    const text = await render(format, { width: 60 }, ...one("a\x1b[2Jb\u009bc\u202ed\x07"));
    assert.ok(text.includes("a␛") && text.includes("b\\"), text);
    assertHarmless(text);
  }
  assertHarmless(await render("json", {}, ...one("\x1b\u009b\u202e\u007f")));
  assertHarmless(await render("csv", { terminal: true }, ...one("\x1b\u009b\u202e")));
});

function assertHarmless(text: string): void {
  assert.doesNotMatch(text.replaceAll("\n", ""), /\p{Cc}|\p{Cf}/u);
}

Deno.test("writeRows() keeps every byte of data in csv for a file", async () => {
  assert.equal(await render("csv", {}, ...one("a\x1b\tb")), "v\na\x1b\tb\n");
});

Deno.test("writeRows() writes RFC 4180 with NULL and the empty text apart", async () => {
  const columns: ResultColumn[] = [
    { name: "a,b", kind: "text" },
    { name: "n", kind: "number" },
    { name: "l", kind: "list" },
    { name: "d", kind: "binary" },
  ];
  const rows = [
    ['say "hi"', 3, [1, 2.5], Uint8Array.of(0, 255)],
    ["", null, { k: "v" }, null],
    [null, NaN, Float64Array.of(1), null],
    ["two\nlines", -Infinity, null, null],
  ];
  assert.equal(
    await render("csv", {}, columns, rows),
    '"a,b",n,l,d\n' +
      '"say ""hi""",3.0,"[1,2.5]",AP8=\n' +
      '"",,"{""k"":""v""}",\n' +
      ",NaN,[1],\n" +
      '"two\nlines",-Infinity,,\n',
  );
});

Deno.test("writeRows() writes one JSON array whatever the values", async () => {
  const columns: ResultColumn[] = [
    { name: "n", kind: "number" },
    { name: "n", kind: "integer" },
    { name: "n_1", kind: "list" },
  ];
  const rows = [[NaN, 2n ** 63n, [1, null, Infinity, { a: 2n ** 60n }]], [0.1, 5, null]];
  assert.equal(
    await render("json", {}, columns, rows),
    '[{"n":null,"n_2":9223372036854775808,"n_1":[1,null,null,{"a":1152921504606846976}]},\n' +
      ' {"n":0.1,"n_2":5,"n_1":null}]\n',
  );
  assert.equal(await render("json", {}, columns, []), "[]\n");
  assert.equal(await render("jsonl", {}, columns, rows.slice(1)), '{"n":0.1,"n_2":5,"n_1":null}\n');
});

Deno.test("writeRows() escapes Markdown and keeps a row on one line", async () => {
  const columns: ResultColumn[] = [{ name: "step_name", kind: "text" }, {
    name: "n",
    kind: "integer",
  }];
  assert.equal(
    await render("markdown", {}, columns, [["a|b\nc_d *e*", 1], [null, 22]]),
    `\
| step_name         |   n |
| ----------------- | --: |
| a\\|b<br>c_d \\*e\\* |   1 |
| NULL              |  22 |
`,
  );
});

Deno.test("writeRows() shows a row as lines of name and value", async () => {
  assert.equal(
    await render("line", { width: 40 }, COLUMNS, ROWS.slice(0, 1)),
    `\
─ row 1 ────────────────────────────────
serial  SN-1
 volts  3.3 V
 index  1
    at  2026-07-30 10:20:30.123456Z
1 row
`,
  );
});

Deno.test("writeRows() passes rows on in chunks and keeps the source waiting", async () => {
  let produced = 0;
  const rows = function* (): Generator<unknown[]> {
    for (; produced < 20_000; produced++) yield ["SN", 1, 2, AT];
  };
  const seen: number[] = [];
  const count = await writeRows(sourceOf(COLUMNS, rows()), "csv", async () => {
    await Promise.resolve();
    seen.push(produced);
  });
  assert.equal(count, 20_000);
  assert.ok(seen.length > 5 && seen[0]! < 5_000, String(seen));
});

Deno.test("writeRows() passes every row on at once when eager", async () => {
  const chunks: unknown[] = [];
  await writeRows(sourceOf(COLUMNS, ROWS), "jsonl", (chunk) => void chunks.push(chunk), {
    eager: true,
  });
  assert.equal(chunks.length, 3);
});

Deno.test("writeRows() leaves a JSON array open when the source fails", async () => {
  const rows = function* (): Generator<unknown[]> {
    yield ["SN", 1, 2, AT];
    throw new Error("Connection lost");
  };
  let text = "";
  const source = sourceOf(COLUMNS, rows());
  await assert.rejects(
    writeRows(source, "json", (chunk) => void (text += chunk)),
    /Connection lost/,
  );
  assert.ok(text.startsWith('[{"serial":"SN"') && !text.includes("]"), text);
});

Deno.test("writeRows() closes the source when the sink fails or the signal aborts", async () => {
  for (const format of ["table", "csv", "markdown"] as const) {
    let closed = false;
    const rows = function* (): Generator<unknown[]> {
      try {
        for (;;) yield ["SN", 1, 2, AT];
      } finally {
        closed = true;
      }
    };
    const sink = (): void => {
      throw new Error("Broken pipe");
    };
    await assert.rejects(writeRows(sourceOf(COLUMNS, rows()), format, sink), /Broken pipe/);
    assert.ok(closed, format);
    const signal = AbortSignal.abort(new Error("Cancelled"));
    const source = sourceOf(COLUMNS, rows());
    await assert.rejects(writeRows(source, format, () => {}, { signal }), /Cancelled/);
  }
});

Deno.test("writeRows() stops reading an endless source for a table with a row limit", async () => {
  const rows = function* (): Generator<unknown[]> {
    for (let i = 0;; i++) yield ["SN", i, i, AT];
  };
  const text = await render("table", { maxRows: 3, readAtMost: 50 }, COLUMNS, rows());
  assert.match(text, /\nmore than 50 rows · 3 shown\n$/);
});

Deno.test("isRowFormat() knows the formats and nothing else", () => {
  assert.ok(isRowFormat("markdown"));
  assert.ok(!isRowFormat("toString"));
});

Deno.test("writeRows() gives a table the widest cells of the terminal and never more", async () => {
  const kinds = ["text", "integer", "number", "time", "list", "struct", "boolean"] as const;
  for (let width = 20; width <= 140; width += 7) {
    for (let count = 0; count <= kinds.length; count++) {
      const columns = kinds.slice(0, count).map((kind) => ({ name: `${kind}_列`, kind }));
      const row = ["電圧".repeat(20), 123456, 1 / 3, AT, [1, 2, 3], { a: "長い" }, true];
      const text = await render("table", { width }, columns, [row, row.map(() => null)]);
      const widths = text.split("\n").map(textWidth);
      assert.ok(Math.max(...widths) <= width, `${width} ${count}\n${text}`);
    }
  }
});
