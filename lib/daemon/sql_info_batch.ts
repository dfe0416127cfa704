/**
 * SqlInfo in its Arrow form: a dense union, of whose members each holds only the rows of its kind.
 * @module
 */
import { int32Column, listColumn } from "../arrow/column_builder.ts";
import type { ArrowBatch, ArrowColumn, ArrowField } from "../arrow/field.ts";
import { type Cell, columnOf } from "./flight_sql_batch.ts";
import { SQL_INFO_MEMBERS, SQL_INFO_SCHEMA } from "./flight_sql_schemas.ts";
import type { SqlInfoEntry, SqlInfoValue } from "./sql_info.ts";

/** Kinds in the order of the union's type ids. */
const KINDS: readonly SqlInfoValue["kind"][] = [
  "text",
  "flag",
  "bigint",
  "bitmask",
  "texts",
  "map",
];

type Numbers = ReadonlyMap<number, readonly number[]>;

/** The batch of some entries. */
export function sqlInfoBatch(entries: readonly SqlInfoEntry[]): ArrowBatch {
  const typeIds = new Int8Array(entries.length);
  const offsets = new Int32Array(entries.length);
  const values: SqlInfoValue["value"][][] = KINDS.map(() => []);
  entries.forEach(([, { kind, value }], row) => {
    const id = KINDS.indexOf(kind);
    typeIds[row] = id;
    offsets[row] = values[id]!.push(value) - 1;
  });
  const [nameField, valueField] = SQL_INFO_SCHEMA.fields;
  const union: ArrowColumn = {
    field: valueField!,
    length: entries.length,
    nullCount: 0,
    buffers: [new Uint8Array(typeIds.buffer), new Uint8Array(offsets.buffer)],
    children: SQL_INFO_MEMBERS.map((field, id) =>
      field.format === "+m"
        ? mapColumn(field, values[id] as Numbers[])
        : columnOf(field, values[id] as Cell[])
    ),
  };
  const names = columnOf(nameField!, entries.map(([info]) => info));
  return { schema: SQL_INFO_SCHEMA, rows: entries.length, columns: [names, union] };
}

function mapColumn(field: ArrowField, maps: readonly Numbers[]): ArrowColumn {
  const entry = field.children[0]!;
  const [keyField, valueField] = entry.children;
  const pairs = maps.flatMap((map) => [...map]);
  const items = int32Column(valueField!.children[0]!, pairs.flatMap(([, list]) => list));
  const pairColumn: ArrowColumn = {
    field: entry,
    length: pairs.length,
    nullCount: 0,
    buffers: [new Uint8Array(0)],
    children: [
      int32Column(keyField!, pairs.map(([key]) => key)),
      listColumn(valueField!, pairs.map(([, list]) => list.length), items),
    ],
  };
  return listColumn(field, maps.map((map) => map.size), pairColumn);
}
