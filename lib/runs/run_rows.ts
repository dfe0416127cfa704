/**
 * Lays the state of a run out as the columns of its Parquet file: the run row, the measurement
 * rows in event order, the step rows.
 * @module
 */
import { type ColumnType, DYNAMIC_PREFIXES, fileColumns } from "./columns.ts";
import { DynamicColumn, DynamicColumns, type DynamicNames, unifyTypes } from "./dynamic_columns.ts";
import { INSTRUMENT_FIELDS, type InstrumentSets } from "./instrument_sets.ts";
import { MEASUREMENT_NUMBERS, type MeasurementColumns } from "./measurement_columns.ts";
import { RunColumn } from "./run_table.ts";
import { type Cell, cellSeries, ConstantSeries, MappedSeries, type Series } from "./series.ts";
import type { StepPlan } from "./step_plan.ts";
import type { StepRecords } from "./step_records.ts";
import { type StepRow, vectorCountOf } from "./step_rows.ts";

/** All that the rows of a run are made of. */
export interface RunRowParts {
  /** Cells that are the same in every row, by column. */
  readonly context: ReadonlyMap<string, Cell>;
  readonly customMetadata: Readonly<Record<string, unknown>>;
  readonly measurements: MeasurementColumns;
  readonly measured: DynamicColumns;
  readonly names: DynamicNames;
  readonly instruments: InstrumentSets;
  readonly steps: StepRecords;
  readonly plan: StepPlan;
  readonly stepRows: readonly StepRow[];
}

/** Parts of one column: run row, measurement rows, step rows. */
type Parts = readonly [Cell, Series, Series];

type StepCell = (row: StepRow) => Cell;

/** Step columns of step rows; measurement rows take them from the step they belong to. */
const STEP_CELLS: readonly (readonly [column: string, cell: StepCell])[] = [
  ["step_started_at", (row) => row.startedAtMicros],
  ["step_ended_at", (row) => row.endedAtMicros],
  ["vector_started_at", (row) => row.startedAtMicros],
  ["vector_ended_at", (row) => row.endedAtMicros],
  ["step_node_id", (row) => row.nodeId],
  ["step_module", (row) => row.module],
  ["step_file", (row) => row.file],
  ["step_class", (row) => row.className],
  ["step_function", (row) => row.functionName],
  ["step_markers", (row) => row.markers],
  ["step_outcome", (row) => row.outcome],
  ["vector_outcome", (row) => row.vectorOutcome],
];

class RowLayout {
  readonly #parts: RunRowParts;
  readonly #measurementCount: number;
  readonly #columns = new Map<string, Parts>();

  constructor(parts: RunRowParts) {
    this.#parts = parts;
    this.#measurementCount = parts.measurements.count;
  }

  build(): RunColumn[] {
    this.#addContext();
    this.#addMeasurements();
    this.#addSteps();
    this.#addInstruments();
    const dynamic = this.#addDynamic();
    return fileColumns(dynamic).map(({ name, type }) => {
      const [run, measurements, steps] = this.#partsOf(name);
      return new RunColumn(name, type, [new ConstantSeries(run, 1), measurements, steps]);
    });
  }

  #partsOf(name: string): Parts {
    const { stepRows } = this.#parts;
    return this.#columns.get(name) ??
      [null, this.#constant(null), new ConstantSeries(null, stepRows.length)];
  }

  #constant(cell: Cell): Series {
    return new ConstantSeries(cell, this.#measurementCount);
  }

  #stepSeries(cell: StepCell): Series {
    return cellSeries(this.#parts.stepRows.map(cell));
  }

  #addContext(): void {
    const { stepRows } = this.#parts;
    const steps = new ConstantSeries("step", stepRows.length);
    this.#columns.set("record_type", ["run", this.#constant("measurement"), steps]);
    for (const [name, cell] of this.#parts.context) {
      const rows = new ConstantSeries(cell, stepRows.length);
      this.#columns.set(name, [cell, this.#constant(cell), rows]);
    }
  }

  #addMeasurements(): void {
    const { measurements } = this.#parts;
    const count = this.#measurementCount;
    const nulls = new ConstantSeries(null, this.#parts.stepRows.length);
    for (const { column, codes } of measurements.texts()) {
      this.#columns.set(column, [null, codes.freeze(count), nulls]);
    }
    for (const name of MEASUREMENT_NUMBERS) {
      this.#columns.set(name, [null, measurements.numbers(name).freeze(count), nulls]);
    }
    this.#columns.set("measurement_outcome", [null, measurements.outcomes.freeze(count), nulls]);
  }

  /** A column of the measurement rows with one cell per distinct site. */
  #bySite(cells: readonly Cell[]): Series {
    return this.#parts.measurements.siteCodes.freeze(this.#measurementCount, [null, ...cells]);
  }

  #addSteps(): void {
    const { measurements: { sites }, steps, plan, stepRows } = this.#parts;
    const rowOfKey = new Map(stepRows.map((row) => [`${row.vector} ${row.path}`, row]));
    const ofSite = sites.map((site) => rowOfKey.get(`${site.vector} ${site.path}`));
    for (const [name, cell] of STEP_CELLS) {
      const cells = ofSite.map((row) => row === undefined ? null : cell(row));
      this.#columns.set(name, [null, this.#bySite(cells), this.#stepSeries(cell)]);
    }
    const add = (name: string, run: Cell, ofSites: readonly Cell[], cell: StepCell): void => {
      this.#columns.set(name, [run, this.#bySite(ofSites), this.#stepSeries(cell)]);
    };
    const parents = ofSite.map((row) => row?.parentPath ?? "");
    const counts = sites.map(({ path }, i) =>
      vectorCountOf(steps, plan, { path, nodeId: ofSite[i]?.nodeId ?? null })
    );
    // Empty, not null, on the run row: the original's index refuses a null step_path.
    add("step_name", "", sites.map((site) => site.name), (row) => row.name);
    add("step_index", 0, sites.map((site) => site.index), (row) => row.index);
    add("step_path", "", sites.map((site) => site.path), (row) => row.path);
    add("parent_path", "", parents, (row) => row.parentPath);
    add("vector_index", 0, sites.map((site) => site.vector), (row) => row.vector);
    add("step_vector_count", null, counts, (row) => row.vectorCount);
  }

  #addInstruments(): void {
    const { instruments, measurements, stepRows } = this.#parts;
    const ever = instruments.ever();
    for (const [name, field] of INSTRUMENT_FIELDS) {
      const lists = instruments.listsOf(field);
      const measured = measurements.instrumentCodes.freeze(this.#measurementCount, lists);
      const steps = cellSeries(stepRows.map((row) => lists[row.instrumentSet] ?? []));
      this.#columns.set(name, [lists[ever] ?? [], measured, steps]);
    }
  }

  #addDynamic(): { name: string; type: ColumnType }[] {
    const { measured, names, stepRows, customMetadata } = this.#parts;
    const stepped = new DynamicColumns(names);
    stepRows.forEach((row, index) => {
      stepped.setAll(index, DYNAMIC_PREFIXES.inputs, row.inputs);
      stepped.setAll(index, DYNAMIC_PREFIXES.outputs, row.outputs);
    });
    const custom = new DynamicColumns(names);
    custom.setAll(0, DYNAMIC_PREFIXES.custom, customMetadata);
    const all = new Set([...custom.names(), ...measured.names(), ...stepped.names()]);
    return Array.from(all, (name) => {
      const type = this.#addDynamicColumn(name, [
        custom.get(name) ?? new DynamicColumn(),
        measured.get(name) ?? new DynamicColumn(),
        stepped.get(name) ?? new DynamicColumn(),
      ]);
      return { name, type };
    });
  }

  #addDynamicColumn(
    name: string,
    columns: readonly [DynamicColumn, DynamicColumn, DynamicColumn],
  ): ColumnType {
    const [run, measured, stepped] = columns;
    const type = unifyTypes(columns.map((column) => column.type)) ?? "string";
    const [cell = null] = copyAll(run.freeze(1, type));
    const orRun = (own: Cell): Cell => own ?? cell;
    const measurements = measured.freeze(this.#measurementCount, type);
    const steps = stepped.freeze(this.#parts.stepRows.length, type);
    this.#columns.set(
      name,
      cell === null
        ? [cell, measurements, steps]
        : [cell, new MappedSeries(measurements, orRun), new MappedSeries(steps, orRun)],
    );
    return type;
  }
}

function copyAll(series: Series): Cell[] {
  const cells: Cell[] = [];
  series.copyTo(cells, 0, 0, series.length);
  return cells;
}

/**
 * Builds the columns of a run file.
 *
 * @param parts State of the run
 * @returns All columns in file order
 */
export function buildRunColumns(parts: RunRowParts): RunColumn[] {
  return new RowLayout(parts).build();
}
