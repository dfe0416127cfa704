/**
 * What a walk over an Arrow IPC stream reads from and what it meets.
 * @module
 */
import type { MessageHeader } from "./message_reader.ts";
import type { FoundStamp } from "./stamp.ts";

/** Random access to the bytes of a file or buffer. */
export interface ByteSource {
  /** Bytes there are now, may grow. */
  readonly size: number;
  /** Reads exactly `length` bytes, or fewer at the end. */
  read(offset: number, length: number): Uint8Array;
}

/** A whole message. */
export interface ScanMessage {
  /** Tells the items apart. */
  readonly kind: "message";
  /** Byte offset of its first byte. */
  readonly start: number;
  /** Byte offset behind it. */
  readonly end: number;
  /** The verified header. */
  readonly header: MessageHeader;
  /** The padded metadata block. */
  readonly metadata: Uint8Array;
  /** The message body. */
  readonly body: Uint8Array;
  /** Its verified stamp; undefined in streams of other programs. */
  readonly stamp: FoundStamp | undefined;
}

/** The end-of-stream marker of a writer that closed cleanly. */
export interface ScanEnd {
  /** Tells the items apart. */
  readonly kind: "end";
  /** Byte offset of its first byte. */
  readonly start: number;
  /** Byte offset behind it. */
  readonly end: number;
}

/** Bytes that are not what was written. */
export interface ScanDamage {
  /** Tells the items apart. */
  readonly kind: "damage";
  /** Byte offset of its first byte. */
  readonly start: number;
  /** Byte offset behind it. */
  readonly end: number;
  /** What is wrong, for people. */
  readonly reason: string;
  /**
   * True where nothing valid follows: what a killed writer leaves behind, or one that is writing just
   * now. The walk ends there; a later one starts at {@linkcode start}.
   */
  readonly torn: boolean;
}

/** What a walk meets. */
export type ScanItem = ScanMessage | ScanEnd | ScanDamage;
