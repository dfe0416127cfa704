/**
 * What the request log tells of a call: its subject and its rows.
 * @module
 */
import { rowsOfMessage } from "../arrow/message_reader.ts";
import { LimitError } from "../base/errors.ts";
import type { FlightDescriptor } from "../flight/messages.ts";
import type { CallNotes } from "../flight/service.ts";

const decoder = new TextDecoder();

/** A descriptor that is none of Flight SQL: its path, or its command as text. */
export function subjectOfDescriptor(descriptor: FlightDescriptor): string {
  return descriptor.type === "path"
    ? descriptor.path.join("/")
    : subjectOfTicket(descriptor.command);
}

/** A ticket that is none of Flight SQL, as text; `DATABASE NUL SQL` with a blank between. */
export function subjectOfTicket(ticket: Uint8Array): string {
  return decoder.decode(ticket).replace("\0", " ");
}

/**
 * The same messages, whose rows are added up as they pass.
 *
 * @param limit how many may pass
 * @throws {LimitError} in place of the message that would exceed it
 */
export async function* countRows<T extends { readonly header?: Uint8Array }>(
  messages: AsyncIterable<T>,
  notes: CallNotes,
  limit: number = Infinity,
): AsyncGenerator<T> {
  let rows = 0;
  notes.rows = 0;
  for await (const message of messages) {
    const { header } = message;
    if (header !== undefined && header.byteLength > 0) rows += rowsOfMessage(header);
    if (rows > limit) {
      throw new LimitError(
        `Result has more than ${limit} rows: narrow it, or raise --max-rows of the daemon`,
      );
    }
    notes.rows = rows;
    yield message;
  }
}
