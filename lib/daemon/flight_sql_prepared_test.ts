import { strictEqual as equal, throws } from "node:assert/strict";
import { LimitError, NotFoundError } from "../base/errors.ts";
import { PreparedStatements } from "./flight_sql_prepared.ts";

const NOTHING = { schema: { fields: [] }, parameters: [] };

Deno.test("PreparedStatements forgets the statement that was not used for longest", () => {
  const statements = new PreparedStatements({ statements: 2 });
  const first = statements.create("SELECT 1", NOTHING).handle;
  const second = statements.create("SELECT 2", NOTHING).handle;
  statements.get(first);
  const third = statements.create("SELECT 3", NOTHING).handle;
  equal(statements.size, 2);
  equal(statements.get(first).sql, "SELECT 1");
  equal(statements.get(third).sql, "SELECT 3");
  throws(() => statements.get(second), NotFoundError);
});

Deno.test("PreparedStatements forgets statements after their time", () => {
  let now = 0;
  const statements = new PreparedStatements({ idleMillis: 10 }, () => now);
  const { handle } = statements.create("SELECT 1", NOTHING);
  now = 9;
  statements.get(handle);
  now = 18;
  statements.get(handle);
  now = 28;
  throws(() => statements.get(handle), NotFoundError);
});

Deno.test("PreparedStatements.bind() bounds rows and memory, and gives memory back", () => {
  const statements = new PreparedStatements({ rows: 2, bytes: 100 });
  const { handle } = statements.create("SELECT ?", NOTHING);
  const other = statements.create("SELECT ?", NOTHING).handle;
  throws(() => statements.bind(handle, [[1], [2], [3]], 1), LimitError);
  statements.bind(handle, [[1]], 90);
  statements.bind(handle, [[2]], 90);
  throws(() => statements.bind(other, [[1]], 20), LimitError);
  equal(statements.close(handle), true);
  equal(statements.close(handle), false);
  statements.bind(other, [[1]], 20);
  equal(statements.get(other).rows?.[0]?.[0], 1);
});
