import { deepStrictEqual as deepEqual, match, ok, strictEqual as equal } from "node:assert/strict";
import { dirname, join } from "@std/path";
import { FIXED_COLUMNS } from "../runs/columns.ts";
import { createCatalog, createRunViews, STORE } from "./catalog.ts";
import { Database } from "./database.ts";
import { RunIndex } from "./run_index.ts";
import { absorbColumns, tableColumns } from "./run_tables.ts";
import { sqlText } from "./sql_text.ts";

interface Opened extends Disposable {
  readonly database: Database;
  readonly index: RunIndex;
}

async function open(folder: string, writable = true): Promise<Opened> {
  const database = await Database.open({
    memoryBytes: 512 * 1024 ** 2,
    readableDirectories: [folder],
  });
  await createCatalog(database);
  const index = await RunIndex.open(database, folder, writable);
  await createRunViews(database);
  return { database, index, [Symbol.dispose]: () => database.close() };
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "litmus-test-" });
  try {
    await work(join(root, "it's [a] é🦆", "runs"));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Writes a run file with one run row and one measurement row. */
async function writeRun(
  folder: string,
  path: string,
  runId: string,
  options: { outcome?: string; more?: string } = {},
): Promise<void> {
  const { outcome = "passed", more = "" } = options;
  const target = join(folder, path);
  await Deno.mkdir(dirname(target), { recursive: true });
  const database = await Database.open({ memoryBytes: 256 * 1024 ** 2 });
  try {
    await database.run(
      `COPY (SELECT unnest(['run', 'measurement']) AS record_type, ${sqlText(runId)} AS run_id,
        ${sqlText(outcome)} AS run_outcome, TIMESTAMPTZ '2026-01-01' AS run_started_at,
        1.5 AS measurement_value ${more === "" ? "" : `, ${more}`})
       TO ${sqlText(target)} (FORMAT parquet, USE_TMP_FILE false)`,
    );
  } finally {
    database.close();
  }
}

async function synchronize({ database, index }: Opened): ReturnType<RunIndex["synchronize"]> {
  const change = await index.synchronize();
  if (change.widened) await createRunViews(database);
  return change;
}

async function column(database: Database, sql: string): Promise<unknown[]> {
  return (await database.rows(sql)).map((row) => Object.values(row)[0]);
}

Deno.test("Run files of any name are found, whatever a name means to a shell or to SQL", async () => {
  await withFolder(async (folder) => {
    const names = ["it's", "a[1]", "b*", "c?", "d%20", "e_", "é🦆", "f{x,y}", "-- g", "a1", "b;"];
    if (Deno.build.os !== "windows") names.push("back\\slash", 'quo"te');
    for (const name of names) await writeRun(folder, `2026-01-01/${name}.parquet`, name);
    using opened = await open(folder);
    equal((await synchronize(opened)).added, names.length);
    deepEqual(
      await column(opened.database, "SELECT run_id FROM runs ORDER BY run_id"),
      names.toSorted((a, b) => a < b ? -1 : 1),
    );
    for (const name of names) equal(opened.index.fileOf(name)?.path, `2026-01-01/${name}.parquet`);
    equal((await opened.index.rebuild()).added, names.length);
    equal((await column(opened.database, "SELECT run_id FROM runs")).length, names.length);
  });
});

Deno.test("Changed, removed and new files are followed, and the index is kept for the next start", async () => {
  await withFolder(async (folder) => {
    for (const id of ["a", "b", "c"]) await writeRun(folder, `x/${id}.parquet`, id);
    {
      using opened = await open(folder);
      equal(opened.index.storage.place, "_index.duckdb");
      await synchronize(opened);
    }
    await Deno.remove(join(folder, "x/a.parquet"));
    await Deno.remove(join(folder, "x/b.parquet"));
    await writeRun(folder, "x/b.parquet", "b", { outcome: "failed", more: "1.5 AS in_v" });
    await writeRun(folder, "runs/y/d.parquet", "d");
    await writeRun(folder, "x/b_ref/not.parquet", "never");
    await writeRun(folder, "x/.e.parquet.1.tmp.parquet", "never");
    using opened = await open(folder);
    equal(opened.index.runCount, 3);
    const change = await synchronize(opened);
    deepEqual([change.added, change.removed, change.broken], [2, 1, 0]);
    deepEqual(
      await opened.database.rows("SELECT run_id, run_outcome, in_v FROM runs ORDER BY run_id"),
      [
        { run_id: "b", run_outcome: "failed", in_v: 1.5 },
        { run_id: "c", run_outcome: "passed", in_v: null },
        { run_id: "d", run_outcome: "passed", in_v: null },
      ],
    );
    equal((await synchronize(opened)).added, 0);
    equal((await opened.index.rebuild()).added, 3);
    equal((await column(opened.database, "SELECT run_id FROM measurements")).length, 3);
  });
});

Deno.test("Two files of one run count once: complete before aborted, and back when it goes", async () => {
  await withFolder(async (folder) => {
    await writeRun(folder, "1.parquet", "r", { outcome: "aborted" });
    using opened = await open(folder);
    await synchronize(opened);
    await writeRun(folder, "2.parquet", "r", { outcome: "failed" });
    await writeRun(folder, "3.parquet", "r", { outcome: "aborted" });
    await synchronize(opened);
    deepEqual(await column(opened.database, "SELECT run_outcome FROM runs"), ["failed"]);
    equal(opened.index.fileOf("r")?.path, "2.parquet");
    const doubles = (await opened.index.files()).filter(({ status }) => status === "double");
    deepEqual(doubles.map(({ path }) => path), ["1.parquet", "3.parquet"]);
    await Deno.remove(join(folder, "2.parquet"));
    await synchronize(opened);
    deepEqual(await column(opened.database, "SELECT run_outcome FROM runs"), ["aborted"]);
    equal((await column(opened.database, "SELECT run_id FROM measurements")).length, 1);
  });
});

Deno.test("A broken file hides no other, is named with its reason, and is tried again at the next start", async () => {
  await withFolder(async (folder) => {
    for (let i = 0; i < 12; i++) await writeRun(folder, `${i}.parquet`, `r${i}`);
    await Deno.writeTextFile(join(folder, "bad.parquet"), "PAR1 not at all");
    await Deno.writeTextFile(join(folder, "empty.parquet"), "");
    const other = await Database.open({ memoryBytes: 256 * 1024 ** 2 });
    await other.run(`COPY (SELECT 1 AS x) TO ${sqlText(join(folder, "else.parquet"))}`);
    other.close();
    {
      using opened = await open(folder);
      const change = await synchronize(opened);
      deepEqual([change.added, change.broken], [12, 3]);
      const broken = (await opened.index.files()).filter(({ status }) => status === "broken");
      deepEqual(broken.map(({ path }) => path), ["bad.parquet", "else.parquet", "empty.parquet"]);
      match(broken[1]?.error ?? "", /not a run file/);
      ok(broken.every(({ error }) => error !== null && !error.includes(folder)));
      equal((await synchronize(opened)).broken, 0);
    }
    const { mtime } = await Deno.stat(join(folder, "bad.parquet"));
    await Deno.remove(join(folder, "empty.parquet"));
    await writeRun(folder, "bad.parquet", "r99");
    await Deno.utime(join(folder, "bad.parquet"), mtime!, mtime!);
    using opened = await open(folder);
    const change = await synchronize(opened);
    deepEqual([change.added, change.broken, change.removed], [1, 1, 1]);
    equal((await column(opened.database, "SELECT run_id FROM runs")).length, 13);
  });
});

Deno.test("Columns that files type in different ways are widened, in one batch and one after the other", async () => {
  const variants = [
    "1.5 AS in_v, true AS out_b, 7 AS custom_n, [1.5] AS in_l",
    "'text' AS in_v, 'yes' AS out_b, 7.5::DOUBLE AS custom_n, 'flat' AS in_l",
    "['a', 'b'] AS in_v, 2.5::DOUBLE AS out_b, 9 AS custom_n, {'k': [1]} AS in_l",
    "NULL AS in_v, DATE '2026-01-01' AS out_b, NULL AS custom_n, NULL AS in_l",
  ];
  const expected = [
    { in_v: "1.5", out_b: "true", custom_n: 7, in_l: "[1.5]" },
    { in_v: "text", out_b: "yes", custom_n: 7.5, in_l: "flat" },
    { in_v: "[a, b]", out_b: "2.5", custom_n: 9, in_l: "{'k': [1]}" },
    { in_v: null, out_b: "2026-01-01", custom_n: null, in_l: null },
  ];
  for (const together of [true, false]) {
    await withFolder(async (folder) => {
      using opened = await open(folder);
      for (const [i, more] of variants.entries()) {
        await writeRun(folder, `${i}.parquet`, `r${i}`, { more });
        if (!together) equal((await synchronize(opened)).broken, 0);
      }
      if (together) equal((await synchronize(opened)).broken, 0);
      const rows = await opened.database.rows(
        "SELECT in_v, out_b, custom_n, in_l FROM measurements ORDER BY run_id",
      );
      deepEqual(rows, expected);
      equal((await opened.index.rebuild()).added, 4);
      equal((await column(opened.database, "SELECT in_v FROM runs")).length, 4);
    });
  }
});

Deno.test("Columns of the contract come with their first value and read as if they had always been there", async () => {
  await withFolder(async (folder) => {
    const lists = "step_instruments_id";
    const ofOne = `if(record_type = 'run', [], ['DMM']) AS ${lists}`;
    const files = [
      `[]::VARCHAR[] AS ${lists}`,
      "'c0ffee' AS git_commit",
      `${ofOne}, 2 AS limit_nominal`,
    ];
    using opened = await open(folder);
    for (const [i, more] of files.entries()) {
      await writeRun(folder, `${i}.parquet`, `${i}`, { more });
      await synchronize(opened);
    }
    const read = (view: string) =>
      opened.database.rows(
        `SELECT ${lists} AS list, git_commit AS text, limit_nominal AS number,
          typeof(limit_nominal) AS type, slot_id AS never FROM ${view} ORDER BY run_id`,
      );
    const row = (list: unknown, text: string | null, number: number | null) => ({
      ...{ list, text, number, type: "DOUBLE", never: null },
    });
    const runs = [row([], null, null), row(null, "c0ffee", null), row([], null, 2)];
    const measurements = runs.with(2, row(["DMM"], null, 2));
    deepEqual([await read("runs"), await read("measurements")], [runs, measurements]);
    await opened.index.rebuild();
    deepEqual([await read("runs"), await read("measurements")], [runs, measurements]);
  });
});

Deno.test("Columns that differ by case alone, and nested types of the future, are taken in", async () => {
  await withFolder(async (folder) => {
    await writeRun(folder, "1.parquet", "a", { more: "1 AS in_V, 2 AS Extra" });
    await writeRun(folder, "2.parquet", "b", {
      more: `3 AS in_v, {'x': [MAP {'k': 1}]} AS "odd ""name"`,
    });
    using opened = await open(folder);
    equal((await synchronize(opened)).broken, 0);
    deepEqual(
      await opened.database.rows(
        'SELECT in_v AS v, extra AS e, "odd ""name".x[1][\'k\'] AS k FROM runs ORDER BY run_id',
      ),
      [{ v: 1, e: 2, k: null }, { v: 3, e: null, k: 1 }],
    );
    const names = [...(await tableColumns(opened.database, "memory.main.runs")).values()];
    deepEqual(names.slice(0, FIXED_COLUMNS.length), FIXED_COLUMNS.map(({ name }) => name));
  });
});

Deno.test("A going run that types a column unlike the files leaves the views readable", async () => {
  await withFolder(async (folder) => {
    await writeRun(folder, "1.parquet", "a", { more: "[1.5] AS in_v" });
    using opened = await open(folder);
    await synchronize(opened);
    const { database } = opened;
    const known = await tableColumns(database, `${STORE}.measurements`);
    ok(await absorbColumns(database, STORE, [{ name: "in_v", type: "DOUBLE" }], known));
    await database.run(
      `INSERT INTO ${STORE}.runs BY NAME
       SELECT 'run' AS record_type, 'b' AS run_id, 2.5::DOUBLE AS in_v`,
    );
    await createRunViews(database);
    deepEqual(await column(database, "SELECT in_v FROM runs ORDER BY run_id"), ["[1.5]", "2.5"]);
  });
});

async function bytesOf(path: string): Promise<Uint8Array> {
  return await Deno.readFile(path);
}

Deno.test("An index of another program stays as it is, byte by byte, its log included", async () => {
  await withFolder(async (folder) => {
    await writeRun(folder, "1.parquet", "a");
    const path = join(folder, "_index.duckdb");
    const other = await Database.open({ memoryBytes: 256 * 1024 ** 2 });
    await other.run(`ATTACH ${sqlText(path)} AS x`);
    await other.run("CREATE TABLE x.runs AS SELECT 1 AS strange");
    other.close();
    const before = await bytesOf(path);
    for (let i = 0; i < 2; i++) {
      using opened = await open(folder);
      equal(opened.index.storage.place, "_index_sdk.duckdb");
      match(opened.index.storage.note ?? "", /belongs to another program/);
      await synchronize(opened);
      equal(opened.index.runCount, 1);
    }
    deepEqual(await bytesOf(path), before);
  });
});

Deno.test("A damaged index is made anew under our own name, and left alone under the shared one", async () => {
  await withFolder(async (folder) => {
    await writeRun(folder, "1.parquet", "a");
    await Deno.writeTextFile(join(folder, "_index.duckdb"), "rubbish ".repeat(1000));
    await Deno.writeTextFile(join(folder, "_index_sdk.duckdb"), "rubbish ".repeat(1000));
    await Deno.writeTextFile(join(folder, "_index_sdk.duckdb.wal"), "rubbish");
    using opened = await open(folder);
    equal(opened.index.storage.place, "_index_sdk.duckdb");
    equal((await synchronize(opened)).added, 1);
    match(await Deno.readTextFile(join(folder, "_index.duckdb")), /^rubbish/);
  });
});

Deno.test("An index of an older shape is made anew, one of a newer is left alone", async () => {
  await withFolder(async (folder) => {
    await writeRun(folder, "1.parquet", "a");
    for (const [version, place] of [[1, "_index.duckdb"], [99, "_index_sdk.duckdb"]] as const) {
      {
        using opened = await open(folder);
        await synchronize(opened);
        await opened.database.run(`UPDATE run_index.main.litmus_index SET version = ${version}`);
      }
      using opened = await open(folder);
      equal(opened.index.storage.place, place);
      equal((await synchronize(opened)).added, 1);
    }
  });
});

Deno.test("An index that another process holds is passed over", async () => {
  await withFolder(async (folder) => {
    await writeRun(folder, "1.parquet", "a");
    await Deno.mkdir(folder, { recursive: true });
    const script = `import { DuckDBInstance } from "@duckdb/node-api";
      await DuckDBInstance.create(Deno.args[0]);
      console.log("held");
      await new Promise((resolve) => setTimeout(resolve, 60_000));`;
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(file, script);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const holder = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "-q", "--config", config, file, join(folder, "_index.duckdb")],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = holder.stdout.getReader();
    try {
      await reader.read();
      using opened = await open(folder);
      equal(opened.index.storage.place, "_index_sdk.duckdb");
      match(opened.index.storage.note ?? "", /lock/i);
      equal((await synchronize(opened)).added, 1);
    } finally {
      holder.kill("SIGKILL");
      await holder.status;
      await reader.cancel();
      await Deno.remove(file);
    }
  });
});

Deno.test("Without leave to write the index lives in memory and the folder stays as it is", async () => {
  await withFolder(async (folder) => {
    await writeRun(folder, "1.parquet", "a");
    using opened = await open(folder, false);
    equal(opened.index.storage.place, "memory");
    equal((await synchronize(opened)).added, 1);
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["1.parquet"]);
  });
});
