/**
 * Statement handles: what stands in the tickets that this server gives out for statements.
 *
 *     byte 0       'S' a statement, 'P' a prepared statement
 *     bytes 1-16   random: tells two runs of one statement apart, for cancelling
 *     bytes 17-    the statement as UTF-8, or the handle of the prepared statement
 *
 * A statement needs no memory on the server: its ticket is good as long as the token is.
 *
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { encodeSqlCommand } from "../flight/sql_commands.ts";

const KEY_BYTES = 17;
const STATEMENT = 0x53;
const PREPARED = 0x50;

/** What a ticket runs. */
export type StatementTicket =
  | { readonly kind: "statement"; readonly sql: string; readonly key: string }
  | { readonly kind: "prepared"; readonly handle: Uint8Array; readonly key: string };

/** Makes the ticket of a statement. */
export function statementTicket(sql: string): Uint8Array {
  return ticketOf(STATEMENT, new TextEncoder().encode(sql));
}

/** Makes the ticket of a prepared statement. */
export function preparedTicket(handle: Uint8Array): Uint8Array {
  return ticketOf(PREPARED, handle);
}

function ticketOf(kind: number, content: Uint8Array): Uint8Array {
  const statementHandle = new Uint8Array(KEY_BYTES + content.byteLength);
  crypto.getRandomValues(statementHandle.subarray(0, KEY_BYTES));
  statementHandle[0] = kind;
  statementHandle.set(content, KEY_BYTES);
  return encodeSqlCommand({ type: "ticketStatementQuery", statementHandle });
}

/**
 * Reads a statement handle.
 *
 * @throws {InvalidDataError} where it is none of this server
 */
export function parseStatementHandle(statementHandle: Uint8Array): StatementTicket {
  const key = statementHandle.subarray(0, KEY_BYTES).toHex();
  const content = statementHandle.subarray(KEY_BYTES);
  if (statementHandle[0] === PREPARED) return { kind: "prepared", handle: content, key };
  if (statementHandle[0] !== STATEMENT || statementHandle.byteLength <= KEY_BYTES) {
    throw new InvalidDataError("Statement handle is none that this server gave out");
  }
  try {
    const sql = new TextDecoder("utf-8", { fatal: true }).decode(content);
    return { kind: "statement", sql, key };
  } catch (error) {
    throw new InvalidDataError("Statement handle is damaged", { cause: error });
  }
}
