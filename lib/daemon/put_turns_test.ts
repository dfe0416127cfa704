import { deepStrictEqual as deepEqual } from "node:assert/strict";
import { PutTurns } from "./put_turns.ts";

Deno.test("PutTurns.next() gives messages in order and notices between them, to the end", async () => {
  let release = (): void => {};
  async function* messages(): AsyncGenerator<number> {
    yield 1;
    yield 2;
    await new Promise<void>((resolve) => release = resolve);
    yield 3;
  }
  const turns = new PutTurns(messages());
  const seen: unknown[] = [await turns.next(), await turns.next()];
  const waiting = turns.next();
  turns.notice();
  turns.notice();
  seen.push(await waiting);
  const last = turns.next();
  release();
  seen.push(await last, await turns.next());
  deepEqual(seen, [{ message: 1 }, { message: 2 }, "notice", { message: 3 }, undefined]);
  await turns.close();
});

Deno.test("PutTurns.next() keeps a notice that came while nobody waited", async () => {
  async function* messages(): AsyncGenerator<number> {
    yield await Promise.resolve(1);
  }
  const turns = new PutTurns(messages());
  turns.notice();
  deepEqual([await turns.next(), await turns.next()], ["notice", { message: 1 }]);
  await turns.close();
});
