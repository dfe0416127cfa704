import { doesNotMatch, match, ok, strictEqual as equal } from "node:assert/strict";
import { float64Column, utf8Column } from "./column_builder.ts";
import { displayBundle, escapeHtml } from "./display.ts";
import { type ArrowBatch, field } from "./field.ts";

const SCHEMA = { fields: [field("<b>name</b>", "u"), field("value", "g")] };

function batch(texts: readonly (string | null)[]): ArrowBatch {
  const [name = field("", "u"), value = field("", "g")] = SCHEMA.fields;
  const columns = [utf8Column(name, texts), float64Column(value, texts.map((_, i) => i / 2))];
  return { schema: SCHEMA, rows: texts.length, columns };
}

Deno.test("displayBundle() lets no cell and no name become markup", () => {
  const hostile = `<script>alert(1)</script><img src=x onerror="alert(2)">'&amp;`;
  const html = displayBundle(SCHEMA, [batch([hostile])])["text/html"] ?? "";
  doesNotMatch(html, /<script|<img|<b>/);
  ok(html.includes(escapeHtml(hostile)));
  equal(escapeHtml(`<&>"'`), "&lt;&amp;&gt;&quot;&#39;");
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
  equal(html.match(/<em[^>]*>NULL<\/em>/g)?.length, 1);
  match(html, /<td[^>]*>NULL<\/td>/);
  ok(html.length < 2000);
});

Deno.test("displayBundle() aligns numbers to the right in plain text", () => {
  equal(
    displayBundle(SCHEMA, [batch(["a", "bb"])])["text/plain"],
    "<b>name</b>  value\na                0\nbb             0.5\n2 rows",
  );
});
