/** What is written is read back alike by this package, by DuckDB and by hyparquet. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { join } from "@std/path";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { Database } from "../engine/database.ts";
import { sqlText } from "../engine/sql_text.ts";
import type { ParquetCell, ParquetColumn, ParquetType } from "./format.ts";
import { ByteSink } from "./byte_sink.ts";
import { readHybrid, writeHybrid } from "./levels.ts";
import { UnsupportedParquetError } from "./read_footer.ts";
import { readParquet } from "./read_parquet.ts";
import { compressSnappy, decompressSnappy } from "./snappy.ts";
import { parquetParts } from "./write_parquet.ts";

const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("", "a", "pass", "🦆 é"));
const CELLS: Readonly<Record<ParquetType, fc.Arbitrary<unknown>>> = {
  "string": text,
  "timestamp": fc.integer({ min: -1e15, max: 4e15 }),
  "int64": fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, 1)),
  "int32": fc.integer(),
  "double": fc.oneof(fc.double(), fc.constantFrom(NaN, -0, 0, Infinity, 4.75)),
  "bool": fc.boolean(),
  "list<string>": fc.array(fc.option(text), { maxLength: 4 }),
  "list<bool>": fc.array(fc.option(fc.boolean()), { maxLength: 4 }),
};

function column(name: string, type: ParquetType, cells: readonly ParquetCell[]): ParquetColumn {
  return {
    name,
    type,
    constantIn: () => undefined,
    copyTo: (out, start, end) => {
      for (let i = start; i < end; i++) out[i - start] = cells[i] ?? null;
    },
  };
}

const content = fc.integer({ min: 1, max: 60 }).chain((rowCount) =>
  fc.tuple(
    ...Object.entries(CELLS).map(([type, cell]) =>
      fc.array(fc.option(cell, { freq: 4 }), { minLength: rowCount, maxLength: rowCount })
        .map((cells) => cells as ParquetCell[])
        .map((cells) => column(type.replace(/\W/g, "_"), type as ParquetType, cells))
    ),
  ).map((columns) => ({ columns, rowCount, metadata: { key: "välue" }, createdBy: "test 1" }))
);

type Content = Parameters<typeof parquetParts>[0];

function bytesOf(file: Content): Uint8Array<ArrayBuffer> {
  const sink = new ByteSink();
  for (const part of parquetParts(file)) sink.append(part);
  return sink.bytes().slice();
}

function cellsOf(columns: readonly ParquetColumn[], rowCount: number): ParquetCell[][] {
  return columns.map((each) => {
    const cells = new Array<ParquetCell>(rowCount);
    each.copyTo(cells, 0, rowCount);
    return cells;
  });
}

Deno.test("readParquet() gives back every cell, name, type and pair that parquetParts() wrote", () => {
  fc.assert(
    fc.property(content, (file) => {
      const bytes = bytesOf(file);
      const table = readParquet(bytes);
      const shape = (columns: readonly ParquetColumn[]): unknown[] =>
        columns.map(({ name, type }) => [name, type]);
      deepStrictEqual(shape(table.columns), shape(file.columns));
      deepStrictEqual(cellsOf(table.columns, table.rowCount), cellsOf(file.columns, file.rowCount));
      deepStrictEqual([...table.metadata], [["key", "välue"]]);
      strictEqual(table.createdBy, "test 1");
      deepStrictEqual(bytesOf(file), bytes, "the same content gives the same bytes");
    }),
    { numRuns: 60 },
  );
});

Deno.test("parquetParts() writes a cell that all rows share as it writes cells one by one", () => {
  const shared = fc.oneof(
    ...Object.entries(CELLS).map(([type, cell]) =>
      fc.tuple(fc.constant(type as ParquetType), fc.option(cell as fc.Arbitrary<ParquetCell>))
    ),
  );
  fc.assert(
    fc.property(shared, fc.integer({ min: 1, max: 300 }), ([type, cell], rowCount) => {
      const oneByOne = column("x", type, new Array<ParquetCell>(rowCount).fill(cell));
      const known: ParquetColumn = { ...oneByOne, constantIn: () => cell };
      const bytes = (one: ParquetColumn) =>
        bytesOf({ columns: [one], rowCount, metadata: {}, createdBy: "test 1" });
      deepStrictEqual(bytes(known), bytes(oneByOne));
      const [found] = readParquet(bytes(known)).columns;
      const isPlain = cell === null || typeof cell !== "boolean" && !Array.isArray(cell);
      const isKnown = isPlain && !Object.is(cell, -0) && rowCount >= 16;
      if (isKnown) deepStrictEqual(found?.constantIn(0, rowCount), cell);
    }),
    { numRuns: 300 },
  );
});

/** A Date has no microseconds. */
const MICROS = {
  ...DEFAULT_PARSERS,
  timestampFromMicroseconds: (micros: bigint) => Number(micros),
};

/** A cell as all readers can say it. */
function plain(cell: unknown): unknown {
  if (typeof cell === "bigint") return Number(cell);
  if (typeof cell === "number" && Number.isNaN(cell)) return "NaN";
  return cell === undefined ? null : cell;
}

Deno.test("DuckDB and hyparquet read what parquetParts() wrote", async () => {
  const folder = await Deno.makeTempDir({ prefix: "litmus-test-" });
  const database = await Database.open({ memoryBytes: 256 * 1024 ** 2 });
  try {
    await fc.assert(
      fc.asyncProperty(content, async (file) => {
        const path = join(folder, "x.parquet");
        const bytes = bytesOf(file);
        await Deno.writeFile(path, bytes);
        const cells = cellsOf(file.columns, file.rowCount);
        const rows = Array.from(
          { length: file.rowCount },
          (_, row) =>
            plainRow(
              Object.fromEntries(file.columns.map(({ name }, i) => [name, cells[i]?.[row]])),
            ),
        );
        const found = await database.rows(
          `SELECT * REPLACE (epoch_us(timestamp)::DOUBLE AS timestamp) FROM ${sqlText(path)}`,
        );
        deepStrictEqual(found.map(plainRow), rows, "DuckDB");
        const others = await parquetReadObjects({ file: bytes.buffer, parsers: MICROS });
        deepStrictEqual(others.map(plainRow), rows, "hyparquet");
        strictEqual(parquetMetadata(bytes.buffer).created_by, "test 1");
      }),
      { numRuns: 25 },
    );
  } finally {
    database.close();
    await Deno.remove(folder, { recursive: true });
  }
});

function plainRow(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, plain(cell)]));
}

Deno.test("Bounds in the footer never hide a row: NaN, both zeros and texts beyond ASCII are found", async () => {
  const folder = await Deno.makeTempDir({ prefix: "litmus-test-" });
  const database = await Database.open({ memoryBytes: 256 * 1024 ** 2 });
  try {
    const path = join(folder, "x.parquet");
    const numbers = [1, NaN, -0, 3];
    const texts = ["a", "\uffee", "🦆", ""];
    await Deno.writeFile(
      path,
      bytesOf({
        columns: [column("d", "double", numbers), column("s", "string", texts)],
        rowCount: 4,
        metadata: {},
        createdBy: "test 1",
      }),
    );
    const count = async (condition: string): Promise<number> =>
      (await database.rows(`FROM ${sqlText(path)} WHERE ${condition}`)).length;
    strictEqual(await count("isnan(d)"), 1);
    strictEqual(await count("d = 0"), 1);
    strictEqual(await count("d >= 0"), 4, "the engine takes NaN for the greatest number");
    for (const each of texts) strictEqual(await count(`s = ${sqlText(each)}`), 1, each);
  } finally {
    database.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("A run of a million rows is cut into row groups and comes back", () => {
  const rowCount = 300_000;
  const cells = Array.from({ length: rowCount }, (_, i) => i % 7 === 0 ? null : `text ${i % 5000}`);
  const file = {
    columns: [column("s", "string", cells)],
    rowCount,
    metadata: {},
    createdBy: "test 1",
  };
  const bytes = bytesOf(file);
  strictEqual(parquetMetadata(bytes.buffer).row_groups.length, 3);
  deepStrictEqual(cellsOf(readParquet(bytes).columns, rowCount)[0], cells);
});

Deno.test("readParquet() refuses a file that is cut anywhere or has one byte changed, or reads it right", () => {
  const cells = Array.from({ length: 40 }, (_, i) => i % 3 === 0 ? null : `text ${i}`);
  const file = {
    columns: [
      column("s", "string", cells),
      column("l", "list<string>", cells.map((cell) => [cell])),
      column("d", "double", cells.map((_, i) => i / 3)),
    ],
    rowCount: cells.length,
    metadata: {},
    createdBy: "test 1",
  };
  const bytes = bytesOf(file);
  const wanted = cellsOf(file.columns, file.rowCount);
  const isRefused = (damaged: Uint8Array): boolean => {
    try {
      const table = readParquet(damaged);
      if (table.rowCount !== file.rowCount) return false;
      // A change within names, bounds or versions is none of the rows.
      deepStrictEqual(cellsOf(table.columns, table.rowCount), wanted);
      return true;
    } catch (error) {
      return error instanceof RangeError || error instanceof TypeError ||
        error instanceof UnsupportedParquetError;
    }
  };
  for (let end = 0; end < bytes.length; end++) {
    throws(() => readParquet(bytes.subarray(0, end)), RangeError, `cut at ${end}`);
  }
  const footerStart = bytes.length - 8 -
    new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
  for (let at = 4; at < footerStart; at++) {
    for (const bit of [1, 0x80]) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ bit;
      ok(isRefused(damaged), `byte ${at} ^ ${bit}`);
    }
  }
});

Deno.test("decompressSnappy() gives back what compressSnappy() took, and nothing for rubbish", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.array(fc.constantFrom("abc", "abcd", "x"), { maxLength: 900 })
      .map((parts) => new TextEncoder().encode(parts.join(""))),
  );
  fc.assert(fc.property(bytes, (input) => {
    deepStrictEqual(decompressSnappy(compressSnappy(input), input.length), Uint8Array.from(input));
  }));
  const long = new Uint8Array(300_000).map((_, i) => i % 251 ^ i >> 9);
  deepStrictEqual(decompressSnappy(compressSnappy(long), long.length), long);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(1 << 20), (input, size) => {
    try {
      strictEqual(decompressSnappy(input, size).length, size);
    } catch (error) {
      ok(error instanceof RangeError, String(error));
    }
  }));
});

Deno.test("readHybrid() gives back what writeHybrid() took for every bit width", () => {
  const numbers = fc.integer({ min: 1, max: 32 }).chain((width) =>
    fc.tuple(
      fc.constant(width),
      fc.array(
        fc.tuple(fc.integer({ min: 0, max: 2 ** width - 1 }), fc.integer({ min: 1, max: 20 })),
        { maxLength: 30 },
      ).map((runs) => Uint32Array.from(runs.flatMap(([value, n]) => Array(n).fill(value)))),
    )
  );
  fc.assert(fc.property(numbers, ([width, values]) => {
    const sink = new ByteSink();
    writeHybrid(sink, values, values.length, width);
    deepStrictEqual(readHybrid(sink.bytes(), values.length, width), values);
  }));
});
