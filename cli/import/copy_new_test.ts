import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { copyNew } from "./copy_new.ts";
import { planImport } from "./plan_import.ts";

Deno.test("copyNew() never touches what is there", async () => {
  const folder = await Deno.makeTempDir();
  const [source, target] = [join(folder, "a"), join(folder, "deep", "b")];
  await Deno.writeTextFile(source, "one");
  equal(await copyNew(source, target), "copied");
  equal(await copyNew(source, target), "same");
  await Deno.writeTextFile(source, "two");
  equal(await copyNew(source, target), "different");
  equal(await Deno.readTextFile(target), "one");
  deepEqual([...Deno.readDirSync(join(folder, "deep"))].map(({ name }) => name), ["b"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("planImport() refuses what is no file of the family and passes the rest over", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, "20261121T070357Z_SN1.parquet"), "PAR1 not really");
  await Deno.writeTextFile(join(folder, "notes.txt"), "hello");
  await Deno.writeTextFile(join(folder, "x_00000000.arrow"), "hello");
  const planned = [...planImport(folder)];
  deepEqual(planned.map(({ target }) => target), [null, null]);
  equal(planned.every(({ reason }) => reason !== null && reason !== ""), true);
  await Deno.remove(folder, { recursive: true });
});
