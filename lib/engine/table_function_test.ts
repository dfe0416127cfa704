import { deepStrictEqual as deepEqual, rejects, strictEqual as equal } from "node:assert/strict";
import { constantUtf8Column, int64Column, utf8Column } from "../arrow/column_builder.ts";
import { type ArrowBatch, field } from "../arrow/field.ts";
import { QueryResult } from "../arrow/query_result.ts";
import { Database } from "./database.ts";
import { runQuery } from "./query.ts";
import { registerTableFunction, type TableSource } from "./table_function.ts";

const FIELDS = [field("name", "u"), field("i", "l"), field("each", "u")];
const ROWS = 5000;

/** Two batches, each with one name for all its rows. */
function* batches(columns: readonly number[]): Generator<ArrowBatch> {
  for (const name of ["é1", "nul\0inside"]) {
    const numbers = Array.from({ length: ROWS }, (_, i) => i);
    const all = [
      constantUtf8Column(FIELDS[0]!, name, ROWS),
      int64Column(FIELDS[1]!, Float64Array.from(numbers)),
      utf8Column(FIELDS[2]!, numbers.map((i) => i % 7 === 0 ? null : `row ${i}`)),
    ];
    yield {
      schema: { fields: columns.map((i) => FIELDS[i]!) },
      rows: ROWS,
      columns: columns.map((i) => all[i]!),
    };
  }
}

async function withFunction(
  open: () => TableSource,
  work: (rows: (sql: string, signal?: AbortSignal) => Promise<unknown[]>) => Promise<void>,
): Promise<void> {
  const database = await Database.open({ memoryBytes: 512 * 1024 ** 2 });
  try {
    registerTableFunction(database, { name: "f", positional: [], named: {}, open });
    await work(async (sql, signal) => {
      const result = await runQuery(database, sql, signal === undefined ? {} : { signal });
      return await Array.fromAsync(new QueryResult(result.schema, result.batches).rows());
    });
    equal(database.calls.size, 0);
  } finally {
    database.close();
  }
}

Deno.test("A table function gives text that is the same in all rows of a batch, and other text", () =>
  withFunction(() => ({ schema: { fields: FIELDS }, batches }), async (rows) => {
    deepEqual(
      await rows(
        "SELECT name, count(*) AS n, sum(i)::DOUBLE AS s FROM f() GROUP BY ALL ORDER BY name",
      ),
      [
        { name: "nul\0inside", n: ROWS, s: ROWS * (ROWS - 1) / 2 },
        { name: "é1", n: ROWS, s: ROWS * (ROWS - 1) / 2 },
      ],
    );
    deepEqual(await rows("SELECT count(*) AS n FROM f()"), [{ n: 2 * ROWS }]);
    deepEqual(await rows("SELECT * FROM f() WHERE i IN (0, 2048) AND name = 'é1' ORDER BY i"), [
      { name: "é1", i: 0, each: null },
      { name: "é1", i: 2048, each: "row 2048" },
    ]);
    deepEqual(await rows("SELECT count(*) AS n FROM f() a JOIN f() b USING (name, i)"), [{
      n: 2 * ROWS,
    }]);
  }));

Deno.test("What a table function has to make ready is ready before its rows are read, once", async () => {
  let made = 0;
  const open = (): TableSource => {
    let isReady = false;
    return {
      schema: { fields: FIELDS },
      prepare: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        isReady = true;
        made++;
      },
      batches: (columns) => {
        if (!isReady) throw new Error("Read before it was ready");
        return batches(columns);
      },
    };
  };
  await withFunction(open, async (rows) => {
    deepEqual(await rows("SELECT count(*) AS n FROM f()"), [{ n: 2 * ROWS }]);
    equal(made, 1);
    deepEqual(
      await rows("SELECT 1 AS n UNION ALL SELECT count(*) FROM f() a JOIN f() b USING (name, i)"),
      [
        { n: 1 },
        { n: 2 * ROWS },
      ],
    );
    equal(made, 2);
  });
});

Deno.test("A statement whose table function cannot be made ready fails with the reason, or is cancelled", async () => {
  const failing = (): TableSource => ({
    schema: { fields: FIELDS },
    batches,
    prepare: () => Promise.reject(new RangeError("Nothing to choose from")),
  });
  await withFunction(failing, async (rows) => {
    await rejects(rows("SELECT * FROM f()"), /Nothing to choose from/);
    deepEqual(await rows("SELECT 1 AS n"), [{ n: 1 }]);
  });
  const waiting = (): TableSource => ({
    schema: { fields: FIELDS },
    batches,
    prepare: (signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  await withFunction(waiting, async (rows) => {
    const stop = new AbortController();
    const running = rejects(rows("SELECT * FROM f()", stop.signal), { name: "AbortError" });
    setTimeout(() => stop.abort(), 5);
    await running;
  });
});
