/** A data directory that another program wrote is read as it is. */
import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { RunStore } from "../lib/runs/run_store.ts";
import { FIXTURE, hasFixture, rowsOf, testDirectory } from "./harness.ts";

Deno.test({
  name: "The recorded directory of the Python original answers with all its rows",
  ignore: !hasFixture(),
  fn: async () => {
    await using directory = await testDirectory(FIXTURE);
    await using store = await RunStore.open({ dataDir: directory.path });
    const one = async (text: string): Promise<unknown> =>
      Object.values((await rowsOf(store, text))[0] ?? {})[0];
    equal(await one("SELECT count(*) FROM events"), 362);
    equal(await one("SELECT count(*) FROM runs"), 7);
    equal(await one("SELECT count(*) FROM steps"), 98);
    equal(await one("SELECT count(*) FROM measurements"), 90);
    equal(await one("SELECT run_outcome FROM runs WHERE dut_serial = 'SN666'"), "aborted");
    const joined = await rowsOf(
      store,
      `SELECT r.dut_serial, count(DISTINCT e.id) AS events, count(DISTINCT m.measurement_name) AS names
       FROM runs r JOIN events e USING (run_id) LEFT JOIN measurements m USING (run_id)
       GROUP BY r.run_id, r.dut_serial ORDER BY r.dut_serial, events`,
    );
    equal(joined.length, 7);
    ok(joined.every(({ events }) => Number(events) > 0));
    const [yieldRow] = await rowsOf(
      store,
      "SELECT count(*) FILTER (run_outcome = 'passed') AS passed, count(*) AS total FROM runs",
    );
    deepEqual(yieldRow, { passed: 4, total: 7 });
    const before = await fingerprint(FIXTURE);
    deepEqual(
      await fingerprint(`${directory.path}`),
      before,
      "files of the original are unchanged",
    );
  },
});

/** Names and sizes of the data files of a directory. */
async function fingerprint(root: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string, prefix: string): Promise<void> => {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      if (entry.name.startsWith(".") || entry.name.startsWith("_index")) continue;
      if (entry.isDirectory) await walk(path, `${prefix}${entry.name}/`);
      else found.push(`${prefix}${entry.name} ${(await Deno.stat(path)).size}`);
    }
  };
  await walk(root, "");
  return found.sort();
}
