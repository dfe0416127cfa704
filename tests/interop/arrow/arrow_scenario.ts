/**
 * The scenarios by which Arrow's implementations of Flight test each other: what a server answers and what
 * a client has to find, for our server against their client and our client against their server.
 * @module
 */
import { strictEqual as equal } from "node:assert/strict";
import { int32Column } from "../../../lib/arrow/column_builder.ts";
import type { ArrowBatch, ArrowSchema } from "../../../lib/arrow/field.ts";
import { encodeBatch, encodeSchema, frameBytes } from "../../../lib/arrow/message_writer.ts";
import type { QueryResult } from "../../../lib/arrow/query_result.ts";
import type { FlightClient } from "../../../lib/flight/client.ts";
import type { FlightDescriptor, FlightEndpoint, FlightInfo } from "../../../lib/flight/messages.ts";
import type { FlightPayload, FlightService } from "../../../lib/flight/service.ts";

/** Both sides of a scenario. */
export interface ArrowScenario {
  /** As Arrow's own programs name it. */
  readonly name: string;
  /** What our server answers; it may keep state for one client. */
  service(): FlightService;
  /** What our client finds; throws where it is something else. */
  client(client: FlightClient): Promise<void>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Text as UTF-8. */
export const bytesOf = (text: string): Uint8Array => encoder.encode(text);
/** UTF-8 as text. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);

/** A command descriptor of text. */
export function command(text: string): FlightDescriptor {
  return { type: "command", command: bytesOf(text) };
}

/** The text of a command; empty for a path. */
export function commandText(descriptor: FlightDescriptor): string {
  return descriptor.type === "command" ? textOf(descriptor.command) : "";
}

/** An endpoint on the server that is asked. */
export function endpoint(ticket: string | Uint8Array, ...locations: string[]): FlightEndpoint {
  return {
    ticket: typeof ticket === "string" ? bytesOf(ticket) : ticket,
    locations,
    appMetadata: new Uint8Array(0),
  };
}

/** A FlightInfo of unknown size. */
export function infoOf(
  descriptor: FlightDescriptor,
  schema: ArrowSchema,
  endpoints: readonly FlightEndpoint[],
  ordered = false,
): FlightInfo {
  return {
    schema: frameBytes(encodeSchema(schema)),
    descriptor,
    endpoints,
    totalRecords: -1,
    totalBytes: -1,
    ordered,
    appMetadata: new Uint8Array(0),
  };
}

/** A schema without fields. */
export const NO_FIELDS: ArrowSchema = { fields: [] };

/** The schema of a column `number` of a format. */
export function numberSchema(format: "i" | "I"): ArrowSchema {
  return { fields: [{ name: "number", format, nullable: true, children: [] }] };
}

/** The messages of one batch of numbers. */
export function* numbers(schema: ArrowSchema, values: readonly number[]): Generator<FlightPayload> {
  const batch: ArrowBatch = {
    schema,
    rows: values.length,
    columns: [int32Column(schema.fields[0]!, values)],
  };
  yield { header: encodeSchema(schema).metadata };
  const { metadata, body } = encodeBatch(batch);
  yield { header: metadata, body };
}

/** Checks the values of the column `number`, over all results in their order. */
export async function expectNumbers(
  results: readonly QueryResult[],
  format: string,
  wanted: readonly number[],
): Promise<void> {
  const found: unknown[] = [];
  for (const result of results) {
    equal(result.schema.fields[0]?.format, format);
    for await (const { number } of result.rows()) found.push(number);
  }
  equal(JSON.stringify(found), JSON.stringify(wanted));
}
