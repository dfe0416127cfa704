import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { FileSource } from "./file_source.ts";

Deno.test("FileSource.read() reads anywhere, forth and back, and fewer bytes at the end", async () => {
  const path = await Deno.makeTempFile();
  const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251);
  await Deno.writeFile(path, bytes);
  for (const reuse of [false, true]) {
    using source = FileSource.open(path, { reuse });
    equal(source.size, bytes.byteLength);
    for (
      const [at, length] of [[0, 8], [8, 100_000], [100_008, 70_000], [5, 66_000], [199_990, 50]]
    ) {
      deepEqual(source.read(at!, length!), bytes.slice(at, at! + length!));
    }
    equal(source.read(300_000, 8).byteLength, 0);
  }
  await Deno.remove(path);
});

Deno.test("FileSource.read() keeps to the size at opening, and learns where a file was cut", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, new Uint8Array(100));
  using source = FileSource.open(path);
  await Deno.writeFile(path, new Uint8Array(50), { append: true });
  equal(source.read(90, 50).byteLength, 10);
  await Deno.truncate(path, 40);
  equal(source.read(30, 50).byteLength, 10);
  equal(source.size, 40);
  await Deno.remove(path);
});
