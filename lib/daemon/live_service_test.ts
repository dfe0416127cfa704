import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { valueReader } from "../arrow/column_values.ts";
import { StreamAssembler } from "../arrow/stream_assembler.ts";
import { concatBytes } from "../base/concat_bytes.ts";
import { DeliveredIds } from "../events/delivered_ids.ts";
import { FileEventLog } from "../events/file_event_log.ts";
import type { FlightDataMessage, FlightPayload } from "../flight/service.ts";
import { LiveService } from "./live_service.ts";
import { Warehouse } from "./warehouse.ts";

/** Long texts, so that history comes in several messages. */
const PAD = "p".repeat(4000);
const EVENTS = 3000;

interface Note {
  readonly cursor: string;
  readonly live?: boolean;
  readonly missed?: number;
}

/** What a subscriber was told. */
interface Told {
  readonly rows: readonly string[];
  readonly note: Note;
}

/** Follows events as a client does, message by message. */
async function* follow(service: LiveService, cursor: string): AsyncGenerator<Told> {
  const stop = new AbortController();
  const messages = (async function* (): AsyncGenerator<FlightDataMessage> {
    const nothing = new Uint8Array(0);
    const request = new TextEncoder().encode(JSON.stringify({ from_cursor: cursor }));
    yield await Promise.resolve({ header: nothing, body: nothing, appMetadata: request });
  })();
  const assembler = new StreamAssembler();
  try {
    for await (const message of service.subscribe(["events"], messages, { signal: stop.signal })) {
      if (message.appMetadata === undefined) {
        assembler.acceptBytes(message.header!, new Uint8Array(0));
        continue;
      }
      const note = JSON.parse(new TextDecoder().decode(message.appMetadata)) as Note;
      yield { rows: rowsOf(assembler, message), note };
    }
  } finally {
    stop.abort();
  }
}

function rowsOf(assembler: StreamAssembler, { header, body }: FlightPayload): string[] {
  if (header === undefined) return [];
  const batch = assembler.acceptBytes(header, concatBytes(body ?? []));
  const read = valueReader(batch!.columns[0]!);
  return Array.from({ length: batch!.rows }, (_, row) => String(read(row)));
}

async function record(dataDir: string, sessionId: string, agoSeconds: number): Promise<void> {
  const clock = { nowMicros: () => (Date.now() - agoSeconds * 1000) * 1000 };
  await using log = new FileEventLog({ dataDir, sessionId, clock });
  for (let n = 0; n < EVENTS; n++) log.emit({ event_type: "x.test", n, pad: PAD });
}

async function withWarehouse(
  work: (warehouse: Warehouse, dataDir: string) => Promise<void>,
): Promise<void> {
  const dataDir = await Deno.makeTempDir();
  try {
    // The newer events are read first: rows lie in the order of files.
    await record(dataDir, "aaaaaaaa-0000-4000-8000-000000000001", 0);
    await record(dataDir, "bbbbbbbb-0000-4000-8000-000000000002", 3600);
    await using warehouse = await Warehouse.open({ dataDir, writable: false, log: () => {} });
    await work(warehouse, dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("A cursor from the middle of history is good for all the rest of it, also with the next daemon", () =>
  withWarehouse(async (warehouse) => {
    const given = new DeliveredIds();
    let [cursor, count, lives] = ["start", 0, 0];
    for (let isLive = false; !isLive; lives++) {
      // Each life ends after a message of history.
      for await (
        const { rows, note } of follow(new LiveService(warehouse, `life ${lives}`), cursor)
      ) {
        for (const id of rows) if (given.add(id)) count++;
        cursor = note.cursor;
        isLive = note.live === true;
        if (rows.length > 0 && lives < 2) break;
        if (isLive) break;
      }
    }
    equal(lives, 3);
    equal(count, 2 * EVENTS);
  }));

Deno.test("Events that come while history is read are given as history where too many wait", () =>
  withWarehouse(async (warehouse, dataDir) => {
    await using log = await FileEventLog.open({ dataDir });
    const ids: string[] = [];
    let [later, missed] = [0, 0];
    for await (const { rows, note } of follow(new LiveService(warehouse, "only"), "start")) {
      ids.push(...rows);
      missed += note.missed ?? 0;
      for (; later < 1100; later++) {
        log.emit({ event_type: "x.later", n: later });
        await log.flush();
        warehouse.takeEvents();
      }
      if (note.live === true) break;
    }
    deepEqual([ids.length, new Set(ids).size, missed], [2 * EVENTS + later, 2 * EVENTS + later, 0]);
  }));
