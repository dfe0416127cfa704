/** Every truncation point and every flipped bit of an event file, with and without checksums. */
import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { valueReader } from "../lib/arrow/column_values.ts";
import { utf8Column } from "../lib/arrow/column_builder.ts";
import {
  encodeBatch,
  encodeSchema,
  END_OF_STREAM,
  frameBytes,
} from "../lib/arrow/message_writer.ts";
import { newId } from "../lib/base/ids.ts";
import {
  EVENT_SCHEMA,
  EventBatchBuilder,
  eventSchemaFrame,
} from "../lib/events/event_batch_builder.ts";
import { pickEventColumns } from "../lib/events/event_columns.ts";
import { type Damage, EventFileReader } from "../lib/events/event_file_reader.ts";
import { normalizeEvent } from "../lib/events/validate_event.ts";

const BATCHES = 4;
const ROWS = 2;
const sessionId = newId();
const defaults = { sessionId, nowMicros: () => 1_795_244_637_992_188, newId };
const events = Array.from(
  { length: BATCHES * ROWS },
  (_, i) => normalizeEvent({ event_type: "x.t", n: i }, defaults),
);

interface Sample {
  readonly bytes: Uint8Array;
  /** Offsets at which the messages end: schema, batches, end marker. */
  readonly ends: readonly number[];
}

function sampleOf(parts: readonly Uint8Array[]): Sample {
  const ends: number[] = [];
  let size = 0;
  for (const part of parts) ends.push(size += part.byteLength);
  const bytes = new Uint8Array(size);
  parts.forEach((part, i) => bytes.set(part, ends[i - 1] ?? 0));
  return { bytes, ends };
}

function ownSample(): Sample {
  const writer = "0123456789abcdef";
  const builder = new EventBatchBuilder(sessionId);
  const batches = Array.from({ length: BATCHES }, (_, i) => {
    for (const event of events.slice(i * ROWS, (i + 1) * ROWS)) {
      builder.append({ ...event, json: new TextEncoder().encode(event.json) });
    }
    return builder.finish(writer, i + 1);
  });
  return sampleOf([eventSchemaFrame(writer, 0), ...batches, END_OF_STREAM]);
}

/** As the Python package writes: the same columns and framing, no stamps. */
function plainSample(): Sample {
  const batches = Array.from({ length: BATCHES }, (_, i) => {
    const rows = events.slice(i * ROWS, (i + 1) * ROWS);
    const texts: Record<string, (string | null)[]> = {
      id: rows.map(({ id }) => id),
      event_type: rows.map(({ eventType }) => eventType),
      session_id: rows.map((event) => event.sessionId),
      run_id: rows.map(({ runId }) => runId),
      json: rows.map(({ json }) => json),
    };
    const columns = EVENT_SCHEMA.fields.map((field) => {
      const values = texts[field.name];
      if (values !== undefined) return utf8Column(field, values);
      const data = new Uint8Array(ROWS * 8);
      return {
        field,
        length: ROWS,
        nullCount: 0,
        buffers: [new Uint8Array(0), data],
        children: [],
      };
    });
    return frameBytes(encodeBatch({ schema: EVENT_SCHEMA, rows: ROWS, columns }));
  });
  return sampleOf([frameBytes(encodeSchema(EVENT_SCHEMA)), ...batches, END_OF_STREAM]);
}

interface Reading {
  /** JSON texts by batch. */
  readonly batches: unknown[][];
  readonly damage: readonly Damage[];
  readonly ended: boolean;
}

function readAll(path: string): Reading {
  const reader = new EventFileReader(path);
  const batches = [...reader.read()].map(({ batch }) => {
    const json = pickEventColumns(batch).columns[6];
    const read = json === undefined ? () => null : valueReader(json);
    return Array.from({ length: batch.rows }, (_, row) => read(row));
  });
  return { batches, damage: reader.damage, ended: reader.ended };
}

const texts = Array.from(
  { length: BATCHES },
  (_, i) => events.slice(i * ROWS, (i + 1) * ROWS).map(({ json }) => json),
);

async function withFile(work: (path: string) => void): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".arrow" });
  try {
    work(path);
  } finally {
    await Deno.remove(path);
  }
}

function checkCut({ ends }: Sample, cut: number, { batches, damage, ended }: Reading): void {
  const whole = ends.filter((end) => end <= cut).length;
  deepEqual(batches, texts.slice(0, Math.max(0, whole - 1)), `cut at ${cut}`);
  equal(ended, whole === BATCHES + 2, `cut at ${cut}`);
  const start = ends[whole - 1] ?? 0;
  if (start === cut) return deepEqual(damage, [], `cut at ${cut}`);
  deepEqual(damage.map((each) => [each.start, each.end, each.torn]), [[start, cut, true]]);
}

for (const [what, sample] of [["with", ownSample()], ["without", plainSample()]] as const) {
  Deno.test(`A file ${what} checksums serves all whole batches wherever it is cut`, async () => {
    await withFile((path) => {
      Deno.writeFileSync(path, sample.bytes);
      for (let cut = sample.bytes.byteLength; cut >= 0; cut--) {
        Deno.truncateSync(path, cut);
        checkCut(sample, cut, readAll(path));
      }
    });
  });

  Deno.test(`A file ${what} checksums serves all whole batches where its tail is zeros`, async () => {
    await withFile((path) => {
      const { bytes, ends } = sample;
      for (let cut = 0; cut < bytes.byteLength; cut++) {
        const zeroed = bytes.slice();
        zeroed.fill(0, cut);
        if (bytes.subarray(cut).every((byte) => byte === 0)) continue; // nothing was lost
        Deno.writeFileSync(path, zeroed);
        const { batches, damage } = readAll(path);
        const whole = ends.filter((end) => end <= cut).length;
        deepEqual(batches.slice(0, whole - 1), texts.slice(0, Math.max(0, whole - 1)), `${cut}`);
        if (what === "with") deepEqual(batches.length, Math.max(0, whole - 1));
        ok(damage.length > 0, `zeros from ${cut}`);
      }
    });
  });
}

/** Flips each bit in place and hands the reading over. */
function eachFlip(
  path: string,
  { bytes }: Sample,
  check: (at: number, reading: Reading) => void,
): void {
  Deno.writeFileSync(path, bytes);
  using file = Deno.openSync(path, { read: true, write: true });
  const write = (at: number, byte: number): void => {
    file.seekSync(at, Deno.SeekMode.Start);
    file.writeSync(Uint8Array.of(byte));
  };
  for (let at = 0; at < bytes.byteLength; at++) {
    const byte = bytes[at] ?? 0;
    for (let bit = 0; bit < 8; bit++) {
      write(at, byte ^ (1 << bit));
      check(at, readAll(path));
    }
    write(at, byte);
  }
}

Deno.test("With checksums any flipped bit costs its own batch only, and is reported by its bytes", async () => {
  const sample = ownSample();
  await withFile((path) =>
    eachFlip(path, sample, (at, { batches, damage }) => {
      const message = sample.ends.findIndex((end) => at < end);
      deepEqual(batches, texts.filter((_, i) => i !== message - 1), `bit in byte ${at}`);
      ok(damage.some(({ start, end }) => start <= at && at < end), `bit in byte ${at}`);
      equal(damage[0]?.file, path);
    })
  );
});

Deno.test("Without checksums no flipped bit harms another batch, crashes or makes up rows", async () => {
  const sample = plainSample();
  await withFile((path) =>
    eachFlip(path, sample, (at, { batches, damage }) => {
      const message = sample.ends.findIndex((end) => at < end);
      if (message === 0) { // the schema, on which all else depends
        ok(batches.length <= BATCHES);
        ok(batches.length === BATCHES || damage.length > 0, `bit in byte ${at}`);
        return;
      }
      const others = texts.filter((_, i) => i !== message - 1).flat();
      const read = batches.flat();
      for (const text of others) ok(read.includes(text), `bit in byte ${at}`);
      ok(read.length <= BATCHES * ROWS, `bit in byte ${at}`);
      // A flip inside a value cannot be known; a batch that is not served must be reported.
      ok(read.length === BATCHES * ROWS || damage.length > 0, `bit in byte ${at}`);
    })
  );
});
