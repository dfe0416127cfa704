/**
 * DoPut: batches that clients pushed after writing them to their own file, and batches of clients that have
 * none, which go to a file of the daemon before they are acknowledged.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import { valueReader } from "../arrow/column_values.ts";
import { findStamp, stampMatches } from "../arrow/stamp.ts";
import { StreamAssembler } from "../arrow/stream_assembler.ts";
import { InvalidDataError } from "../base/errors.ts";
import { pickEventColumns } from "../events/event_columns.ts";
import type { FlightDescriptor } from "../flight/messages.ts";
import type { FlightDataMessage } from "../flight/service.ts";
import type { PushMetadata, PutAcknowledgement } from "../protocol/names.ts";
import type { ForeignEvents } from "./foreign_events.ts";
import { PutTurns } from "./put_turns.ts";
import type { Warehouse } from "./warehouse.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const FAMILY_ACKNOWLEDGEMENT = new Uint8Array([1]);

/** Where a put goes. */
type PutTarget =
  | { readonly store: "events"; readonly family: boolean }
  | { readonly store: "channels"; readonly channelId: string };

/** Takes puts. */
export class PutService {
  readonly #warehouse: Warehouse;
  readonly #foreign: ForeignEvents;

  constructor(warehouse: Warehouse, foreign: ForeignEvents) {
    this.#warehouse = warehouse;
    this.#foreign = foreign;
  }

  /** Takes the messages of one put and acknowledges each batch. */
  async *put(messages: AsyncIterable<FlightDataMessage>): AsyncGenerator<Uint8Array> {
    const assembler = new StreamAssembler();
    const turns = new PutTurns(messages);
    let target: PutTarget | undefined;
    /** Sequence of the last pushed batch; a put without one gets an acknowledgement for each batch only. */
    let pushed: number | undefined;
    const unwatch = this.#warehouse.watchListeners(() => turns.notice());
    try {
      for (;;) {
        const turn = await turns.next();
        if (turn === undefined) return;
        if (turn === "notice") {
          if (pushed !== undefined) yield encodeAnswer(this.#received(pushed, 0));
          continue;
        }
        const { message } = turn;
        target ??= putTarget(message.descriptor);
        const isFamily = target.store === "events" && target.family;
        if (message.header.byteLength === 0) {
          const place = isFamily ? undefined : pushPlace(message.appMetadata);
          if (target.store !== "events" || place === undefined) continue;
          const answer = this.#takeAnnounced(place);
          pushed = answer.sequence;
          yield encodeAnswer(answer);
          continue;
        }
        const batch = assembler.acceptBytes(message.header, message.body);
        if (batch === undefined) continue;
        const answer = await this.#take(target, batch, message);
        if (answer.level === "received") pushed = answer.sequence;
        yield isFamily ? FAMILY_ACKNOWLEDGEMENT : encodeAnswer(answer);
      }
    } finally {
      unwatch();
      await turns.close();
    }
  }

  async #take(
    target: PutTarget,
    batch: ArrowBatch,
    message: FlightDataMessage,
  ): Promise<PutAcknowledgement> {
    if (target.store === "channels") {
      return await this.#warehouse.channels.put(target.channelId, batch);
    }
    const events = pickEventColumns(batch);
    const place = pushPlace(message.appMetadata);
    if (place !== undefined) return this.#takePushed(events, message, place);
    this.#warehouse.takeEvents(); // what the client may have written to a file of its own
    const sequence = await this.#foreign.append(events);
    this.#warehouse.takeEvents();
    return { sequence, rows: batch.rows, level: "flushed" };
  }

  #takePushed(
    batch: ArrowBatch,
    message: FlightDataMessage,
    place: PushMetadata,
  ): PutAcknowledgement {
    const stamp = findStamp(message.header);
    if (stamp === undefined || stamp.writer !== place.writer || stamp.sequence !== place.sequence) {
      throw new InvalidDataError("Pushed batch does not carry the stamp that its metadata names");
    }
    if (stamp.rows !== batch.rows || !stampMatches(stamp, message.header, message.body)) {
      throw new InvalidDataError("Pushed batch is damaged: its checksum does not match");
    }
    const sessions = batch.columns[4];
    if (sessions !== undefined && batch.rows > 0) {
      const session = valueReader(sessions)(0);
      if (session !== place.session_id) {
        throw new InvalidDataError(
          "Pushed batch belongs to another session than its metadata says",
        );
      }
    }
    this.#warehouse.follower.push(batch, stamp, place);
    return this.#received(place.sequence, batch.rows);
  }

  /** A batch that is only announced lies in its file; the writer is told how far that was taken. */
  #takeAnnounced(place: PushMetadata): PutAcknowledgement {
    const { follower } = this.#warehouse;
    if (follower.sequenceOf(place.writer) < place.sequence) follower.scan();
    return this.#received(Math.min(place.sequence, follower.sequenceOf(place.writer)), place.rows);
  }

  #received(sequence: number, rows: number): PutAcknowledgement {
    const isWatched = this.#warehouse.listenerCount > 0;
    return { sequence, rows, level: "received", ...(isWatched ? { eager: true } : {}) };
  }
}

function encodeAnswer(answer: PutAcknowledgement): Uint8Array {
  return encoder.encode(JSON.stringify(answer));
}

function putTarget(descriptor: FlightDescriptor | undefined): PutTarget {
  if (descriptor?.type === "path") {
    const [store, channelId] = descriptor.path;
    if (store === "events" && descriptor.path.length === 1) return { store, family: false };
    if (store === "channels" && channelId !== undefined && descriptor.path.length === 2) {
      return { store, channelId };
    }
  }
  if (descriptor?.type === "command" && decoder.decode(descriptor.command) === "events\0events") {
    return { store: "events", family: true };
  }
  throw new InvalidDataError(
    `A put needs the path ["events"] or ["channels", id], or the command events\\0events`,
  );
}

/** Where a pushed batch lies; undefined for clients that have no file of their own. */
function pushPlace(appMetadata: Uint8Array): PushMetadata | undefined {
  if (appMetadata.byteLength === 0) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(appMetadata));
  } catch {
    return undefined; // application metadata of another program
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { session_id, writer, sequence, file, end } = value as Partial<PushMetadata>;
  const complete = typeof session_id === "string" && typeof writer === "string" &&
    typeof sequence === "number" && typeof file === "string" && typeof end === "number";
  return complete ? value as PushMetadata : undefined;
}
