import { deepStrictEqual as deepEqual, rejects, strictEqual as equal } from "node:assert/strict";
import { LimitError } from "../base/errors.ts";
import { QueryGate } from "./query_gate.ts";

const { signal: never } = new AbortController();

/** Lets everything run that can. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

async function* items(): AsyncGenerator<number> {
  for (let i = 0; i < 3; i++) yield i;
}

Deno.test("QueryGate lets so many in, makes some wait in turn, and refuses the rest", async () => {
  const gate = new QueryGate(1, 2);
  const first = await gate.enter("first", never);
  const order: string[] = [];
  const waiting = ["second", "third"].map(async (sql) => {
    using _place = await gate.enter(sql, never);
    order.push(sql);
  });
  await rejects(gate.enter("fourth", never), (error) => {
    equal(error instanceof LimitError, true);
    return /1 run and 2 wait/.test(String(error));
  });
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  await Promise.all(waiting);
  deepEqual(order, ["second", "third"]);
  equal(gate.running, 0);
  deepEqual(gate.list(), []);
});

Deno.test("QueryGate forgets who gives up waiting, or is cancelled meanwhile", async () => {
  const gate = new QueryGate(1, 8);
  using _first = await gate.enter("first", never);
  const controller = new AbortController();
  const aborted = gate.enter("aborted", controller.signal);
  const cancelled = gate.enter("cancelled", never);
  controller.abort(new Error("Enough"));
  await rejects(aborted, /Enough/);
  equal(gate.cancel("cancelled"), 1);
  await rejects(cancelled, { name: "AbortError" });
  deepEqual(gate.list().map(({ sql }) => sql), ["first"]);
  equal(gate.cancel("cancelled"), 0);
});

Deno.test("QueryGate serves others while the reader of a query takes its time", async () => {
  const gate = new QueryGate(1, 8);
  using slow = await gate.enter("slow", never);
  const reading = slow.stream(items());
  equal((await reading.next()).value, 0);
  equal(gate.running, 0);
  {
    using _other = await gate.enter("other", never);
    let isRead = false;
    const next = reading.next().then(({ value }) => {
      isRead = true;
      return value;
    });
    await settle();
    equal(isRead, false, "it goes on only once there is a place");
    _other[Symbol.dispose]();
    equal(await next, 1);
  }
  deepEqual(await Array.fromAsync(reading), [2]);
  equal(gate.running, 1, "the place is its own again");
});

Deno.test("QueryGate takes no place back from a reader that left", async () => {
  const gate = new QueryGate(1, 8);
  {
    using place = await gate.enter("left", never);
    for await (const _item of place.stream(items())) break;
  }
  equal(gate.running, 0);
  using _next = await gate.enter("next", never);
  equal(gate.running, 1);
});

Deno.test("QueryGate tells of a query that does not end, and of none that waits for its reader", async () => {
  const gate = new QueryGate(1, 8);
  const controller = new AbortController();
  const place = await gate.enter("deaf", controller.signal);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
  await pause();
  equal(gate.stuck(5, 60_000), undefined, "nobody has told it to end");
  equal(gate.stuck(5, 1), "deaf", "it works for longer than any may");
  controller.abort();
  equal(gate.stuck(60_000, 60_000), undefined);
  await pause();
  equal(gate.stuck(5, 60_000), "deaf");
  place[Symbol.dispose]();
  using slow = await gate.enter("slow", never);
  await slow.stream(items()).next();
  await pause();
  equal(gate.stuck(5, 1), undefined);
});
