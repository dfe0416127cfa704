import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import type { EventField, FieldKind } from "./event_field.ts";
import { eventSpecs } from "./event_fields.ts";

const nameByKind: { readonly [K in FieldKind]: string } = {
  any: "any",
  counts: "map of integers",
  flag: "boolean",
  float: "number",
  integer: "integer",
  items: "list of maps",
  map: "map",
  text: "string",
  texts: "list of strings",
  time: "time",
  uuid: "UUID",
};

function defaultCell({ initial }: EventField): string {
  if (initial.from === "nothing") return "required";
  if (initial.from === "client") return "name of the program";
  if (initial.from !== "value") return "now";
  return initial.value === null ? "null" : `\`${JSON.stringify(initial.value)}\``;
}

Deno.test("docs/events.md tells the fields, types and defaults of the table", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/events.md", import.meta.url));
  const sections = docs.split("\n### ").slice(1);
  equal(sections.length, Object.keys(eventSpecs).length);
  for (const [eventType, spec] of Object.entries(eventSpecs)) {
    const section = sections.find((text) =>
      text.startsWith(`\`${eventType}\` (${spec.className})`)
    );
    ok(section, eventType);
    const rows = section.split("\n").filter((line) => line.startsWith("| `"))
      .map((line) => line.split(" | ").slice(0, 3).map((cell) => cell.trim()).join(" | "));
    const wanted = Object.entries<EventField>(spec.fields).map(([name, field]) =>
      `| \`${name}\` | ${nameByKind[field.kind]}${field.nullable ? ", nullable" : ""} | ` +
      defaultCell(field)
    );
    deepEqual(rows, wanted, eventType);
  }
});
