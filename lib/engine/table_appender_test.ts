import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import {
  boolColumn,
  float64Column,
  int32Column,
  int64Column,
  listColumn,
  utf8Column,
} from "../arrow/column_builder.ts";
import { type ArrowBatch, type ArrowColumn, field } from "../arrow/field.ts";
import { Database } from "./database.ts";
import { TableAppender, typeOf } from "./table_appender.ts";

/** Rows over several chunks, nulls in places that are no multiple of anything. */
function batch(rows: number): ArrowBatch {
  const indices = Array.from({ length: rows }, (_, i) => i);
  const unless = <T>(every: number, value: (i: number) => T): (T | null)[] =>
    indices.map((i) => i % every === 1 ? null : value(i));
  const lengths = unless(5, (i) => i % 4);
  const items = lengths.flatMap((length, i) =>
    Array.from({ length: length ?? 0 }, (_, k) => k === 2 ? null : `item ${i}.${k} é`)
  );
  const item = utf8Column(field("item", "u"), items);
  const columns: ArrowColumn[] = [
    utf8Column(field("text", "u"), unless(3, (i) => i % 2 === 0 ? "" : `text ${i} 🦆`)),
    boolColumn(field("flag", "b"), unless(7, (i) => i % 2 === 0)),
    int32Column(field("small", "i"), unless(11, (i) => i - 1000)),
    int64Column(field("whole", "l"), unless(13, (i) => i * 1e12)),
    float64Column(field("real", "g"), unless(17, (i) => i === 0 ? Number.NaN : 1 / i)),
    int64Column(field("stamp", "tsu:UTC"), unless(19, (i) => 1.7e15 + i)),
    listColumn(field("list", "+l", [field("item", "u")]), lengths, item),
  ];
  return { schema: { fields: columns.map((each) => each.field) }, rows, columns };
}

const SUMS = `SELECT count(*)::DOUBLE AS n, count(text)::DOUBLE AS texts,
  sum(length(text))::DOUBLE AS characters, count_if(flag)::DOUBLE AS flags, sum(small)::DOUBLE AS small,
  sum(whole)::VARCHAR AS whole, count(real)::DOUBLE AS reals, min(stamp)::VARCHAR AS earliest,
  max(stamp)::VARCHAR AS latest, sum(len(list))::DOUBLE AS items, count(list)::DOUBLE AS lists,
  list(list ORDER BY whole)[4]::VARCHAR AS some, count_if(list_contains(list, NULL)) AS odd FROM t`;

async function appended(wholeColumns: boolean, batches: readonly ArrowBatch[]): Promise<unknown> {
  const database = await Database.open({ memoryBytes: 512 * 1024 ** 2, wholeColumns });
  try {
    const [first] = batches;
    const columns = first!.schema.fields.map((each) => `${each.name} ${typeOf(each)}`).join(", ");
    await database.run(`CREATE TABLE t (${columns})`);
    const appender = await TableAppender.open(database, { table: "t" });
    for (const each of batches) appender.append(each);
    appender.close();
    return (await database.rows(SUMS))[0];
  } finally {
    database.close();
  }
}

Deno.test("TableAppender.append() takes whole columns and single values over alike", async () => {
  const batches = [batch(5000), batch(1), batch(2048), batch(0), batch(2049)];
  const native = await appended(true, batches);
  deepEqual(await appended(false, batches), native);
  const counts = native as Record<string, unknown>;
  equal(counts.n, 5000 + 1 + 2048 + 2049);
  equal(counts.earliest, "2023-11-14 22:13:20+00");
});

Deno.test("TableAppender.append() tells two schemas apart that differ in the items of a list alone", async () => {
  const database = await Database.open({ memoryBytes: 256 * 1024 ** 2 });
  try {
    await database.run("CREATE TABLE t (v VARCHAR[])");
    const appender = await TableAppender.open(database, { table: "t" });
    const texts = utf8Column(field("item", "u"), ["a", "b"]);
    const numbers = float64Column(field("item", "g"), [1.5, 2.5]);
    for (const child of [texts, numbers, texts]) {
      const column = listColumn(field("v", "+l", [child.field]), [2], child);
      appender.append({ schema: { fields: [column.field] }, rows: 1, columns: [column] });
    }
    appender.close();
    deepEqual(await database.rows("SELECT v::VARCHAR AS v FROM t"), [
      { v: "[a, b]" },
      { v: "[1.5, 2.5]" },
      { v: "[a, b]" },
    ]);
  } finally {
    database.close();
  }
});

Deno.test("typeOf() names the column of a format that is not appended", () => {
  throws(() => typeOf(field("x", "d:18,3")), /Column "x": format "d:18,3" is not appended/);
});
