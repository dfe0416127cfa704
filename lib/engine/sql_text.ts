/**
 * Text that goes into SQL statements.
 * @module
 */

/** A SQL text literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A quoted SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text literal, a number, a boolean or NULL. */
export function sqlLiteral(value: string | number | boolean | null): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return sqlText(value);
  if (typeof value === "boolean") return String(value);
  return Number.isFinite(value) ? String(value) : `'${value}'::DOUBLE`;
}
