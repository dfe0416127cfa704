import { deepStrictEqual as deepEqual } from "node:assert/strict";
import { KeyQueue } from "./key_queue.ts";
import type { Key } from "./keys.ts";
import { untilKey } from "./until_key.ts";

/** A keyboard on which somebody types piece by piece. */
function keyboard(): { readonly keys: KeyQueue; type(text: string): Promise<void> } {
  const { readable, writable } = new TransformStream<Uint8Array>();
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const keys = new KeyQueue({
    async read(buffer) {
      const { value } = await reader.read();
      if (value === undefined) return null;
      buffer.set(value);
      return value.length;
    },
  });
  return { keys, type: (text) => writer.write(new TextEncoder().encode(text)) };
}

async function keysLeft(first: string, whileEnding: string): Promise<(Key | undefined)[]> {
  const { keys, type } = keyboard();
  const io = { isTerminal: true, color: false, keys } as Parameters<typeof untilKey>[0]["io"];
  await untilKey({ io, signal: undefined }, async (signal) => {
    const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
    await type(first);
    await aborted;
    await type(whileEnding);
    // What was read is handed on in the turns after.
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal.throwIfAborted();
  });
  const left: (Key | undefined)[] = [];
  while (keys.hasKey) left.push(await keys.next());
  return left;
}

Deno.test("untilKey() keeps keys that are pressed while it ends", async () => {
  deepEqual(await keysLeft("q", "\r"), [{ kind: "key", name: "enter" }]);
  deepEqual(await keysLeft("\r", " x"), [{ kind: "text", text: " x" }]);
});

Deno.test("untilKey() takes the key that ends it only where it means nothing at the prompt", async () => {
  deepEqual(await keysLeft("S", "E"), [
    { kind: "text", text: "S" },
    { kind: "text", text: "E" },
  ]);
});
