/**
 * Reads one event file, whole or on from where it was left, whoever wrote it.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import type { FoundStamp } from "../arrow/stamp.ts";
import { scanStream } from "../arrow/stream_scan.ts";
import { StreamAssembler } from "../arrow/stream_assembler.ts";
import { InvalidDataError } from "../base/errors.ts";
import { FileSource } from "../base/file_source.ts";
import { EVENT_SCHEMA } from "./event_batch_builder.ts";
import { pickEventColumns } from "./event_columns.ts";

/** A stretch of a file that could not be read. */
export interface Damage {
  /** Path of the file. */
  readonly file: string;
  /** First damaged byte. */
  readonly start: number;
  /** Byte behind the damage. */
  readonly end: number;
  /** What was found there. */
  readonly reason: string;
  /** True where it is the end of the file, as a killed writer leaves it. */
  readonly torn: boolean;
  /** Key of the writer of the file, where it is one of this package. */
  readonly writer?: string;
}

/** A batch of events from a file. */
export interface EventFileBatch {
  readonly batch: ArrowBatch;
  /** Present in files of this package. */
  readonly stamp: FoundStamp | undefined;
  /** Offset behind the batch, bytes. */
  readonly end: number;
}

/** How to read on. */
export interface ReadOptions {
  /** Tells which stamped batches are known already and need not be read. */
  readonly skip?: ((stamp: FoundStamp) => boolean) | undefined;
  /** Each batch is valid only until the next; much faster. @default false */
  readonly reuse?: boolean;
}

/** Follows one event file. */
export class EventFileReader {
  /** Path of the file. */
  readonly path: string;
  readonly #assembler = new StreamAssembler(EVENT_SCHEMA);
  #offset = 0;
  #ended = false;
  #writer: string | undefined;
  #damage: Damage[] = [];

  constructor(path: string) {
    this.path = path;
  }

  /** Offset behind the last whole message. */
  get offset(): number {
    return this.#offset;
  }

  /** True once the end-of-stream marker was read. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Key of the writer, in files of this package; undefined for others and before the first read. */
  get writer(): string | undefined {
    return this.#writer;
  }

  /** What could not be read so far; a torn tail counts until more is written behind it. */
  get damage(): readonly Damage[] {
    return this.#damage;
  }

  /**
   * Passes over the next batch, which came by another way.
   *
   * @param start offset of its first byte
   * @param end offset behind it
   * @returns false where it is not the next one of this writer; it is met by {@linkcode read} then
   */
  pass(writer: string, start: number, end: number): boolean {
    if (this.#offset !== start || this.#writer !== writer) return false;
    this.#offset = end;
    this.#damage = this.#damage.filter(({ torn }) => !torn);
    return true;
  }

  /** Reads what was added since the last call. */
  *read(options: ReadOptions = {}): Generator<EventFileBatch> {
    const { skip, reuse = false } = options;
    using source = FileSource.open(this.path, { reuse });
    this.#damage = this.#damage.filter(({ torn }) => !torn);
    for (const item of scanStream(source, { from: this.#offset, ...(skip && { skip }) })) {
      if (item.kind === "damage") {
        this.#report(item.start, item.end, item.reason, item.torn);
        if (!item.torn) this.#offset = item.end;
        continue;
      }
      this.#offset = item.end;
      if (item.kind === "end") {
        this.#ended = true;
        continue;
      }
      this.#writer ??= item.stamp?.writer;
      const batch = this.#assemble(item);
      if (batch !== undefined) yield { batch, stamp: item.stamp, end: item.end };
    }
  }

  #assemble(
    item: Extract<ReturnType<typeof scanStream> extends Generator<infer T> ? T : never, {
      kind: "message";
    }>,
  ): ArrowBatch | undefined {
    try {
      const batch = this.#assembler.accept(item.header, item.body);
      return batch === undefined ? undefined : pickEventColumns(batch);
    } catch (error) {
      if (!(error instanceof InvalidDataError)) throw error;
      this.#report(item.start, item.end, error.message, false);
      return undefined;
    }
  }

  #report(start: number, end: number, reason: string, torn: boolean): void {
    const writer = this.#writer;
    this.#damage.push({
      file: this.path,
      start,
      end,
      reason,
      torn,
      ...(writer === undefined ? {} : { writer }),
    });
  }
}
