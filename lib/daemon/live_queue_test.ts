import { rejects, strictEqual as equal } from "node:assert/strict";
import { utf8Column } from "../arrow/column_builder.ts";
import { type ArrowBatch, field } from "../arrow/field.ts";
import { LiveQueue } from "./live_queue.ts";

const TEXT = field("text", "u");

function batch(rows: number, bytesEach = 1): ArrowBatch {
  const column = utf8Column(TEXT, Array.from({ length: rows }, () => "x".repeat(bytesEach)));
  return { schema: { fields: [TEXT] }, rows, columns: [column] };
}

Deno.test("LiveQueue.take() tells how many events were missed before the batch that it gives", async () => {
  const queue = new LiveQueue();
  for (let i = 0; i < 1030; i++) queue.offer({ batch: batch(2), cursor: i, micros: 0 });
  const first = await queue.take();
  equal(first?.missed, 12);
  equal(first.item.cursor, 6);
  equal((await queue.take())?.missed, 0);
});

Deno.test("LiveQueue is bounded in bytes, and keeps the latest batch however large", async () => {
  const queue = new LiveQueue();
  for (let i = 0; i < 20; i++) queue.offer({ batch: batch(8, 1024 * 1024), cursor: i, micros: 0 });
  queue.offer({ batch: batch(1, 70 * 1024 * 1024), cursor: 20, micros: 0 });
  const only = await queue.take();
  equal(only?.item.cursor, 20);
  equal(only.missed, 20 * 8);
});

Deno.test("LiveQueue forgets by clear(), waits for more, and ends with end() or fail()", async () => {
  const queue = new LiveQueue();
  queue.offer({ batch: batch(1), cursor: 1, micros: 0 });
  queue.clear();
  const next = queue.take();
  queue.offer({ batch: batch(1), cursor: 2, micros: 0 });
  equal((await next)?.item.cursor, 2);
  const last = queue.take();
  queue.end();
  equal(await last, undefined);
  queue.fail(new Error("refused"));
  await rejects(queue.take(), /refused/);
});
