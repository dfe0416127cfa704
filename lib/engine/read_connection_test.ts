import { rejects, strictEqual as equal } from "node:assert/strict";
import { Database } from "./database.ts";

for (const wholeColumns of [true, false]) {
  const how = wholeColumns ? "in place" : "by node-api";

  Deno.test(`ReadConnection.begin() lets nothing be written, ${how}`, async () => {
    const database = await Database.open({ memoryBytes: 256 * 1024 ** 2, wholeColumns });
    try {
      await database.run("CREATE TABLE t AS SELECT 1 AS a");
      const connection = await database.borrow();
      for (let turn = 0; turn < 3; turn++) {
        await connection.begin();
        await rejects(
          () => connection.duckdb.run("INSERT INTO t VALUES (2)"),
          /transaction is launched in read-only mode/,
        );
        await connection.rollback(false);
      }
      await connection.duckdb.run("INSERT INTO t VALUES (3)");
      const [row] = await database.rows("SELECT count(*)::INTEGER AS n FROM t");
      equal(row?.n, 2);
      database.release(connection);
    } finally {
      database.close();
    }
  });

  Deno.test(`ReadConnection.rollback() shows the next request what is new, ${how}`, async () => {
    const database = await Database.open({ memoryBytes: 256 * 1024 ** 2, wholeColumns });
    try {
      await database.run("CREATE TABLE t (a INTEGER)");
      const connection = await database.borrow();
      const count = async (): Promise<unknown> => {
        const reader = await connection.duckdb.runAndReadAll("SELECT count(*)::INTEGER FROM t");
        return reader.getRowsJS()[0]?.[0];
      };
      await connection.begin();
      equal(await count(), 0);
      await database.run("INSERT INTO t VALUES (1)");
      equal(await count(), 0);
      await connection.rollback(true);
      await connection.begin();
      equal(await count(), 1);
      await rejects(() => connection.begin(), /cannot start a transaction within a transaction/);
      await connection.rollback(true);
      await rejects(() => connection.rollback(true), /no transaction is active/);
      database.release(connection);
    } finally {
      database.close();
    }
  });
}
