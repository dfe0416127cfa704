/**
 * The line of the request log: who asked for what, how it ended, how long it took, how much it moved. The
 * token is in none of it: headers are not logged.
 *
 *     DoGet 127.0.0.1:40112 litmus-sdk/0.1.0 OK 3.1ms rows=8 in=35 out=2912 "SELECT * FROM runs"
 *
 * @module
 */
import type { CallRecord } from "../flight/call_registry.ts";
import { nameOfCode } from "../flight/status.ts";

/** Longer statements are cut here: the log tells what was asked, not all of it. */
const SUBJECT_CHARACTERS = 500;

/** Writes the line. */
export function requestLine(record: CallRecord): string {
  const { method, peer, userAgent, code, durationMillis, rows, bytesIn, bytesOut } = record;
  const parts = [method, peer, agentName(userAgent), nameOfCode(code)];
  parts.push(`${durationMillis.toFixed(1)}ms`);
  if (rows !== undefined) parts.push(`rows=${rows}`);
  parts.push(`in=${bytesIn}`, `out=${bytesOut}`);
  if (record.subject !== undefined) parts.push(quoted(record.subject));
  if (record.message !== undefined && record.message !== "") parts.push(record.message);
  return parts.join(" ");
}

/** The first word of what a client calls itself; a dash where it does not. */
function agentName(userAgent: string): string {
  return userAgent.split(" ", 1)[0] || "-";
}

/** On one line, whatever it holds, so that no statement can write a line of its own. */
function quoted(subject: string): string {
  const text = subject.trim().replaceAll(/\s+/g, " ");
  return JSON.stringify(
    text.length > SUBJECT_CHARACTERS ? `${text.slice(0, SUBJECT_CHARACTERS)}…` : text,
  );
}
