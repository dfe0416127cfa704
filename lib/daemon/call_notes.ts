/**
 * What the request log tells of a call: its subject and its rows.
 * @module
 */
import { rowsOfMessage } from "../arrow/message_reader.ts";
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

/** The same messages, whose rows are added up as they pass. */
export async function* countRows<T extends { readonly header?: Uint8Array }>(
  messages: AsyncIterable<T>,
  notes: CallNotes,
): AsyncGenerator<T> {
  notes.rows = 0;
  for await (const message of messages) {
    const { header } = message;
    if (header !== undefined && header.byteLength > 0) notes.rows += rowsOfMessage(header);
    yield message;
  }
}
