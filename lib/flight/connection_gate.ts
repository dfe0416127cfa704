/**
 * What the calls of one connection share: its socket, and a count of all bytes under way on it.
 * @module
 */

import type { Socket } from "node:net";

/** Bytes on their way to the client from which on further messages queue. */
const BUSY_BYTES = 8 * 1024 * 1024;
/**
 * Bytes handed to streams and not taken from which on each call has at most one message under way.
 * Not less than one: a client may read its streams one after the other, and a stream that it
 * leaves for later must not hold up the one that it reads.
 */
const CROWDED_BYTES = 16 * 1024 * 1024;
/** How long nothing must move before bytes count as held back by the client's flow control. */
const STALL_MILLIS = 20;

/**
 * The outgoing side of one connection.
 *
 * Deno 2.9.6 calls a write back once nghttp2 has taken it, and nghttp2 hands the socket all that
 * the client's flow-control window allows: a client with a large window that does not read would
 * fill our memory, as would many streams that all write as soon as there is room. So messages
 * enter in turn, by the bytes that wait in the socket and those on their way there.
 */
export class ConnectionGate {
  readonly #socket: Socket;
  readonly #queue: (() => void)[] = [];
  #pendingBytes = 0;
  /** Part of the pending bytes that waits for the client's flow control, not for the socket. */
  #stalledBytes = 0;
  #hasMoved = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param socket the socket that the session writes to */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("drain", () => this.#onMove());
    socket.on("close", () => this.#onClose());
  }

  /** `ADDRESS:PORT` of the client. */
  get peer(): string {
    return peerOf(this.#socket);
  }

  /** Bytes that wait in the socket. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Whether nothing is on its way to the client any more. */
  get isSent(): boolean {
    if (this.#socket.destroyed) return true;
    return this.#queue.length === 0 && this.#pendingBytes === 0 && this.unsentBytes === 0;
  }

  /** Whether calls should keep no more than one message under way. */
  get isCrowded(): boolean {
    return this.#pendingBytes >= CROWDED_BYTES;
  }

  /** Whether a message may be written now; else it must {@linkcode queue}. */
  get isOpen(): boolean {
    return this.#queue.length === 0 && !this.#isBusy();
  }

  /** Runs `write` when it is its turn, or when the connection has closed. */
  queue(write: () => void): void {
    this.#queue.push(write);
    this.#startTimer();
  }

  /** Counts bytes handed to a stream. */
  add(bytes: number): void {
    this.#pendingBytes += bytes;
  }

  /** Counts bytes that a stream has taken. */
  done(bytes: number): void {
    this.#pendingBytes -= bytes;
    this.#stalledBytes = Math.min(this.#stalledBytes, this.#pendingBytes);
    this.#onMove();
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#socket.destroy();
  }

  #isBusy(): boolean {
    if (this.#socket.destroyed) return false;
    return this.#pendingBytes - this.#stalledBytes + this.unsentBytes >= BUSY_BYTES;
  }

  #onMove(): void {
    this.#hasMoved = true;
    this.#admit();
  }

  #onClose(): void {
    clearTimeout(this.#timer);
    for (const write of this.#queue.splice(0)) write();
  }

  #admit(): void {
    while (this.#queue.length > 0 && !this.#isBusy()) this.#queue.shift()!();
  }

  #startTimer(): void {
    if (this.#socket.destroyed) return this.#onClose();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!this.#hasMoved) this.#stalledBytes = this.#pendingBytes;
      this.#hasMoved = false;
      this.#admit();
      if (this.#queue.length > 0) this.#startTimer();
    }, STALL_MILLIS);
  }
}

/** `ADDRESS:PORT` of the other side of a socket. */
export function peerOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ""}:${socket.remotePort ?? ""}`;
}
