/**
 * Options that every command takes, before or behind its name.
 * @module
 */
import { usageError } from "../failure.ts";

/** Formats of results. */
export const FORMATS = [
  "table",
  "csv",
  "json",
  "jsonl",
  "markdown",
  "arrow",
  "parquet",
] as const;

/** One of {@linkcode FORMATS}. */
export type OutputFormat = (typeof FORMATS)[number];

/** The options as commander gives them. */
export interface GlobalOptions {
  readonly dataDir?: string;
  readonly format?: string;
  readonly output?: string;
  readonly quiet?: boolean;
  /** False by `--no-color`. */
  readonly color?: boolean;
}

const BY_EXTENSION: Readonly<Record<string, OutputFormat>> = {
  txt: "table",
  csv: "csv",
  json: "json",
  jsonl: "jsonl",
  ndjson: "jsonl",
  md: "markdown",
  markdown: "markdown",
  arrow: "arrow",
  arrows: "arrow",
  ipc: "arrow",
  parquet: "parquet",
};

/** The format that the extension of a path asks for. */
export function formatOfPath(path: string): OutputFormat | undefined {
  const extension = /\.([A-Za-z]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined;
}

/**
 * The format that is asked for: by option, else by the extension of the output file.
 *
 * @returns undefined where nothing was said
 * @throws {CommandError} for an unknown format, or an extension that tells none
 */
export function formatOf(options: GlobalOptions): OutputFormat | undefined {
  const { format, output } = options;
  if (format !== undefined) {
    const known = FORMATS.find((name) => name === format.toLowerCase());
    if (known !== undefined) return known;
    throw usageError(`Unknown format "${format}"`, `Give --format one of ${FORMATS.join(", ")}`);
  }
  if (output === undefined || output === "-") return undefined;
  const byExtension = formatOfPath(output);
  if (byExtension !== undefined) return byExtension;
  // A device or pipe is written as a terminal's pipe would be.
  if (output.startsWith("/dev/")) return undefined;
  throw usageError(
    `The name of ${output} tells no format`,
    `Give --format one of ${FORMATS.join(", ")}`,
  );
}
