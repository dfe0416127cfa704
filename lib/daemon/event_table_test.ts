import {
  deepStrictEqual as deepEqual,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import { int64Column, utf8Column } from "../arrow/column_builder.ts";
import type { ArrowBatch } from "../arrow/field.ts";
import { createCatalog } from "../engine/catalog.ts";
import { Database } from "../engine/database.ts";
import { EVENT_SCHEMA } from "../events/event_batch_builder.ts";
import { EventTable } from "./event_table.ts";

const ROWS = 4000;

function batchOf(first: number): ArrowBatch {
  const numbers = Array.from({ length: ROWS }, (_, row) => first + row);
  const columns = EVENT_SCHEMA.fields.map((field) =>
    field.format === "u" ? utf8Column(field, numbers.map(String)) : int64Column(field, numbers)
  );
  return { schema: EVENT_SCHEMA, rows: ROWS, columns };
}

Deno.test("EventTable.load() gives rows their numbers in order, whatever is flushed beside it", async () => {
  const database = await Database.open({ memoryBytes: 512 * 1024 * 1024, readableDirectories: [] });
  await createCatalog(database);
  const table = await EventTable.open(database);
  const batches = 80;
  await table.load((function* () {
    for (let i = 0; i < batches; i++) {
      yield table.append(batchOf(i * ROWS));
      // Rows that wait here would come before those that are on their way.
      throws(() => table.flush(), /being loaded/);
    }
  })());
  table.append(batchOf(batches * ROWS));
  equal(table.rows, (batches + 1) * ROWS);
  const count = `count(*)::INTEGER AS n, count(*) FILTER (id != rowid::VARCHAR)::INTEGER AS wrong`;
  const read = () => database.rows(`SELECT ${count} FROM memory.store.events`);
  deepEqual(await read(), [{ n: batches * ROWS, wrong: 0 }]);
  table.flush();
  deepEqual(await read(), [{ n: (batches + 1) * ROWS, wrong: 0 }]);
  table.close();
  database.close();
});

Deno.test("EventTable.load() tells where the engine takes no more", async () => {
  const database = await Database.open({ memoryBytes: 16 * 1024 * 1024, readableDirectories: [] });
  await createCatalog(database);
  const table = await EventTable.open(database);
  const batches = Array.from({ length: 100 }, (_, i) => batchOf(i * ROWS));
  await rejects(
    table.load(batches.values().map((batch) => table.append(batch))),
    /could not allocate/,
  );
  database.close();
});
