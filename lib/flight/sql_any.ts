/**
 * Messages of Flight SQL as they travel in tickets, commands and bodies of actions: in a google.protobuf.Any,
 * whose field 1 is the type URL, with the name of the message as its last part, and field 2 the message.
 * @module
 */

import { concatBytes } from "../base/concat_bytes.ts";
import { FlightError } from "../base/errors.ts";
import { bytesField, readFields } from "./wire_fields.ts";

const PACKAGE = "arrow.flight.protocol.sql.";
const URL_PREFIX = "type.googleapis.com/";

/** A message of Flight SQL. */
export interface PackedSqlMessage {
  /** Name without the package. */
  readonly name: string;
  /** Its bytes. */
  readonly value: Uint8Array;
}

/** Packs a message of the Flight SQL package. */
export function packSqlMessage({ name, value }: PackedSqlMessage): Uint8Array {
  const url = bytesField(1, URL_PREFIX + PACKAGE + name);
  return value.length === 0 ? url : concatBytes([url, bytesField(2, value)]);
}

/** Name and bytes of a packed Flight SQL message; undefined for anything else. */
export function unpackSqlMessage(bytes: Uint8Array): PackedSqlMessage | undefined {
  // 0x0A is the tag of the type URL, which stands first; no text starts with a line feed and a
  // length by chance and goes on with our package name.
  if (bytes[0] !== 0x0a) return undefined;
  let url = "";
  let value: Uint8Array = new Uint8Array(0);
  try {
    readFields(bytes, "Any", {
      text: { 1: (text) => url = text },
      bytes: { 2: (found) => value = found },
    });
  } catch (error) {
    // Not an Any, so not for us to judge: a ticket may be anything.
    if (error instanceof FlightError) return undefined;
    throw error;
  }
  const fullName = url.slice(url.lastIndexOf("/") + 1);
  if (!fullName.startsWith(PACKAGE)) return undefined;
  return { name: fullName.slice(PACKAGE.length), value };
}
