import { doesNotMatch, match, ok, strictEqual as equal } from "node:assert/strict";
import { float64Column, int64Column, utf8Column } from "./column_builder.ts";
import { displayBundle } from "./display.ts";
import { type ArrowBatch, field } from "./field.ts";
import { escapeHtml } from "./shown_table.ts";

const SCHEMA = {
  fields: [field("<b>name</b>", "u"), field("value", "g")],
};

function batch(texts: readonly (string | null)[]): ArrowBatch {
  const [name = field("", "u"), value = field("", "g")] = SCHEMA.fields;
  const columns = [utf8Column(name, texts), float64Column(value, texts.map((_, i) => i / 2))];
  return { schema: SCHEMA, rows: texts.length, columns };
}

Deno.test("displayBundle() lets no cell, name or unit become markup", () => {
  const hostile = `<script>alert(1)</script><img src=x onerror="alert(2)">'&amp;`;
  const html = displayBundle(SCHEMA, [batch([hostile])])["text/html"] ?? "";
  doesNotMatch(html, /<script|<img|<b>/);
  ok(html.includes(escapeHtml(hostile)));
  equal(escapeHtml(`<&>"'`), "&lt;&amp;&gt;&quot;&#39;");
  const outcome = field("outcome", "u");
  const unit = { ...field("v", "g"), metadata: new Map([["units", "<i>V</i>"]]) };
  const schema = { fields: [outcome, unit] };
  const columns = [utf8Column(outcome, [hostile]), float64Column(unit, [1])];
  const colored = displayBundle(schema, [{ schema, rows: 1, columns }])["text/html"] ?? "";
  doesNotMatch(colored, /<script|<img|<i>/);
});

Deno.test("displayBundle() shows fifty rows and says of how many", () => {
  const many = Array.from({ length: 40 }, (_, i) => `row ${i}`);
  const bundle = displayBundle(SCHEMA, [batch(many), batch(many), batch(many)]);
  match(bundle["text/html"] ?? "", /first 50 of 120 rows/);
  equal(bundle["text/html"]?.match(/<tr>/g)?.length, 51);
  equal(bundle["text/plain"]?.split("\n").length, 52);
  match(displayBundle(SCHEMA, [batch(["x"])])["text/plain"] ?? "", /\n1 row$/);
  match(displayBundle(SCHEMA, [])["text/plain"] ?? "", /value\n0 rows$/);
});

Deno.test("displayBundle() tells null from the text NULL and shortens long cells", () => {
  const html = displayBundle(SCHEMA, [batch([null, "NULL", "x".repeat(10_000)])])["text/html"] ??
    "";
  equal(html.match(/<span class="null">NULL<\/span>/g)?.length, 1);
  match(html, /<td>NULL<\/td>/);
  equal(html.match(/x+…/)?.[0].length, 501);
});

Deno.test("displayBundle() aligns numbers to the right in plain text and shows what would be hidden", () => {
  equal(
    displayBundle(SCHEMA, [batch(["a", "b\x1b[2J"])])["text/plain"],
    "<b>name</b>  value\na                0\nb␛[2J          0.5\n2 rows",
  );
});

Deno.test("displayBundle() names types and units, colors outcomes, and writes times for people", () => {
  const fields = [
    field("run_outcome", "u"),
    field("run_started_at", "tsu:UTC"),
    { ...field("value", "g"), metadata: new Map([["units", "mV"]]) },
  ] as const;
  const schema = { fields };
  const columns = [
    utf8Column(fields[0], ["failed", "odd"]),
    int64Column(fields[1], [0, 1]),
    float64Column(fields[2], [1, 2]),
  ];
  const bundle = displayBundle(schema, [{ schema, rows: 2, columns }]);
  const html = bundle["text/html"] ?? "";
  match(html, /<th>run_outcome<br><small>text<\/small><\/th>/);
  match(html, /<small>timestamp UTC<\/small>/);
  match(html, /value <small>\[mV\]<\/small><br><small>double/);
  match(html, /<span class="outcome" style="background:#[0-9a-f]{6}">failed<\/span>/);
  match(html, /<td>odd<\/td>/);
  match(html, /<td>1970-01-01 00:00:00\.000001<\/td>/);
  match(bundle["text/plain"] ?? "", /value \[mV\]/);
});
