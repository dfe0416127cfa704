import { strictEqual as equal } from "node:assert/strict";
import type { CallRecord } from "../flight/call_registry.ts";
import { requestLine } from "./request_line.ts";

const RECORD: CallRecord = {
  method: "DoGet",
  peer: "127.0.0.1:40112",
  userAgent: "litmus-sdk/0.1.0 other/1",
  code: 0,
  durationMillis: 3.14,
  bytesIn: 35,
  bytesOut: 2912,
  rows: 8,
  subject: "SELECT *\n  FROM runs",
};

Deno.test("requestLine() tells who asked for what, how it ended, how long it took and how many rows", () => {
  equal(
    requestLine(RECORD),
    'DoGet 127.0.0.1:40112 litmus-sdk/0.1.0 OK 3.1ms rows=8 in=35 out=2912 "SELECT * FROM runs"',
  );
});

Deno.test("requestLine() keeps any statement on one line of bounded length", () => {
  const subject = `a"b\0\r\n2026-01-01 forged line ${"x".repeat(10_000)}`;
  const line = requestLine({ ...RECORD, subject });
  equal(["\0", "\r", "\n"].some((each) => line.includes(each)), false);
  equal(line.length < 700, true);
});

Deno.test("requestLine() ends with the reason of a failure", () => {
  const line = requestLine({ ...RECORD, userAgent: "", code: 16, message: "Token is wrong" });
  equal(line.startsWith("DoGet 127.0.0.1:40112 - UNAUTHENTICATED"), true);
  equal(line.endsWith("Token is wrong"), true);
});
