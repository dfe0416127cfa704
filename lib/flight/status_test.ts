import { ok, strictEqual as equal } from "node:assert/strict";
import {
  DaemonError,
  DamagedDataError,
  FlightError,
  InvalidDataError,
  LimitError,
  LitmusError,
  NotFoundError,
  PermissionError,
  SqlError,
  StorageError,
} from "../base/errors.ts";
import { errorOfStatus, GrpcStatus, nameOfCode, sqlErrorOf, statusOfError } from "./status.ts";

const engineFault = (): unknown => {
  try {
    return (undefined as unknown as { name: string }).name;
  } catch (error) {
    return error;
  }
};

const TABLE: readonly (readonly [unknown, number])[] = [
  [new NotFoundError("x"), GrpcStatus.NOT_FOUND],
  [new InvalidDataError("x"), GrpcStatus.INVALID_ARGUMENT],
  [new SqlError("x", { sql: "SELEC" }), GrpcStatus.INVALID_ARGUMENT],
  [new LimitError("x"), GrpcStatus.RESOURCE_EXHAUSTED],
  [new DamagedDataError("x", { start: 0, end: 1 }), GrpcStatus.DATA_LOSS],
  [new StorageError("x", { file: "f" }), GrpcStatus.UNAVAILABLE],
  [new DaemonError("x"), GrpcStatus.UNAVAILABLE],
  [new PermissionError("x"), GrpcStatus.FAILED_PRECONDITION],
  [new LitmusError("x"), GrpcStatus.FAILED_PRECONDITION],
  [new FlightError("x", { code: GrpcStatus.ABORTED }), GrpcStatus.ABORTED],
  [new FlightError("x", { code: 0 }), GrpcStatus.UNKNOWN],
  [new FlightError("x", { code: 99 }), GrpcStatus.UNKNOWN],
  [new TypeError("Malformed ticket"), GrpcStatus.INVALID_ARGUMENT],
  [new RangeError("x"), GrpcStatus.INVALID_ARGUMENT],
  [new SyntaxError("x"), GrpcStatus.INVALID_ARGUMENT],
  [new URIError("x"), GrpcStatus.INVALID_ARGUMENT],
  [new DOMException("x", "AbortError"), GrpcStatus.CANCELLED],
  [new DOMException("x", "TimeoutError"), GrpcStatus.DEADLINE_EXCEEDED],
  [engineFault(), GrpcStatus.INTERNAL],
  [new Error("x"), GrpcStatus.INTERNAL],
  ["text", GrpcStatus.INTERNAL],
];

for (const [error, code] of TABLE) {
  const name = error instanceof Error ? `${error.name} "${error.message}"` : String(error);
  Deno.test(`statusOfError() makes ${nameOfCode(code)} of ${name}`, () => {
    const status = statusOfError(error);
    equal(status.code, code);
    ok(status.message !== "");
  });
}

Deno.test("errorOfStatus() gives the class that fits and keeps code and text", () => {
  for (const code of Object.values(GrpcStatus)) {
    if (code === GrpcStatus.OK) continue;
    const error = errorOfStatus(code, "Some text");
    equal(error.message, "Some text");
    const flightError = error instanceof FlightError ? error : error.cause;
    ok(flightError instanceof FlightError);
    equal(flightError.code, code);
  }
  ok(errorOfStatus(GrpcStatus.NOT_FOUND, "") instanceof NotFoundError);
  ok(errorOfStatus(GrpcStatus.RESOURCE_EXHAUSTED, "") instanceof LimitError);
});

Deno.test("sqlErrorOf() finds the place again that statusOfError() wrote into the message", () => {
  for (
    const [sql, wrong] of [
      ["SELECT nothing", "nothing"],
      ["SELECT 1,\n  nothing", "nothing"],
      ["SELECT 'äöü🦆', nothing", "nothing"],
      ["SELECT 1\r\n, nothing", "nothing"],
      ["SELECT (1", ""],
    ] as const
  ) {
    const position = wrong === "" ? sql.length : sql.indexOf(wrong);
    const original = new SqlError('No such thing\nDid you mean "x"?', { sql, position });
    const { code, message } = statusOfError(original);
    const again = sqlErrorOf(errorOfStatus(code, message), sql);
    ok(again instanceof SqlError);
    equal(again.position, position, message);
    equal(again.message, original.message);
    equal(again.sql, sql);
  }
  const { message } = statusOfError(new SqlError("Wrong", { sql: "a\n🦆b", position: 4 }));
  equal(message, "Wrong (at line 2, column 2)");
});

Deno.test("sqlErrorOf() leaves other errors alone and takes messages without a place", () => {
  const other = errorOfStatus(GrpcStatus.NOT_FOUND, "x");
  equal(sqlErrorOf(other, "SELECT 1"), other);
  const plain = sqlErrorOf(errorOfStatus(GrpcStatus.INVALID_ARGUMENT, "Wrong"), "SELECT 1");
  ok(plain instanceof SqlError);
  equal(plain.position, undefined);
  const beyond = "Wrong (at line 7, column 1)";
  const strange = sqlErrorOf(errorOfStatus(GrpcStatus.INVALID_ARGUMENT, beyond), "SELECT 1");
  ok(strange instanceof SqlError);
  equal(strange.position, undefined);
});
