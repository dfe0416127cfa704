/**
 * Units of values, in the metadata of their column.
 * @module
 */
import type { ArrowField } from "../arrow/field.ts";

const KEY = "units";

/** A field with the units of its values, where there are any. */
export function withUnits(field: ArrowField, units: string | undefined): ArrowField {
  return units === undefined ? field : { ...field, metadata: new Map([[KEY, units]]) };
}

/** The units of a field. */
export function unitsOf(field: ArrowField): string | undefined {
  return field.metadata?.get(KEY);
}

/** What all share, if they do. */
export function sharedUnits(all: Iterable<string | undefined>): string | undefined {
  const [first, ...others] = new Set(all);
  return others.length === 0 ? first : undefined;
}
