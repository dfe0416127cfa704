/**
 * The output of a command: data in the format asked for, to where it was asked for; notes beside it.
 * @module
 */
import type { QueryResult } from "../../lib/arrow/query_result.ts";
import { describeObject } from "../format/describe_object.ts";
import type { FormatOptions, RowFormat } from "../format/format_options.ts";
import { jsonText } from "../format/json_text.ts";
import type { RowSource } from "../format/result.ts";
import { writeRows } from "../format/write_rows.ts";
import { usageError } from "../failure.ts";
import { formatOf, type GlobalOptions, type OutputFormat } from "../options/global_options.ts";
import { type BinaryFormat, isBinary, writeBinary } from "./binary_output.ts";
import { queryRows } from "./query_rows.ts";
import { fileSink, type Sink, stdoutSink } from "./sink.ts";
import type { Terminal } from "./terminal.ts";

/** Rows of a table in a terminal; more would scroll its head away. */
const TERMINAL_ROWS = 60;
const NAMES: Readonly<Record<BinaryFormat, string>> = { arrow: "Arrow", parquet: "Parquet" };
const encoder = new TextEncoder();

/** How a result is shown. */
export interface RowOptions {
  /** Units of columns by name. */
  readonly units?: Readonly<Record<string, string | null | undefined>>;
  /** Columns whose text is a time: of a time only what does not fit at all is cut. */
  readonly times?: readonly string[];
  /** Pass each row on at once. @default false */
  readonly eager?: boolean;
  /** What to say where there are no rows, on standard error. */
  readonly empty?: string;
}

/** Writes the data of one command. */
export class Output {
  /** What the user asked for; undefined for the default, a table. */
  readonly asked: OutputFormat | undefined;
  /** Terminal that the data goes to; undefined where it goes to a pipe or file. */
  readonly screen: Terminal | undefined;
  readonly terminal: Terminal;
  readonly #options: GlobalOptions;
  readonly #signal: AbortSignal;
  #sink: Sink | undefined;

  constructor(options: GlobalOptions, terminal: Terminal, signal: AbortSignal) {
    this.asked = formatOf(options);
    this.terminal = terminal;
    this.#options = options;
    this.#signal = signal;
    const toFile = options.output !== undefined && options.output !== "-";
    this.screen = terminal.out && !toFile ? terminal : undefined;
  }

  /** The format in use. */
  get format(): OutputFormat {
    return this.asked ?? "table";
  }

  /** Path of the output file, where there is one. */
  get path(): string | undefined {
    const { output } = this.#options;
    return output === "-" ? undefined : output;
  }

  /** Whether people read the data: tables and drawings, rather than data for programs. */
  get isForPeople(): boolean {
    return this.format === "table" || this.format === "markdown";
  }

  /** Whether the data may have colors. */
  get color(): boolean {
    return this.screen !== undefined && this.screen.color && this.#options.color !== false;
  }

  /** Whether notes may have colors. */
  get noteColor(): boolean {
    return this.terminal.err && this.terminal.color && this.#options.color !== false;
  }

  /** Width of what is drawn: the terminal's, or the classic one. */
  get width(): number {
    return this.screen?.width ?? 80;
  }

  /** Whether a line of progress may be drawn on standard error. */
  get showsProgress(): boolean {
    return this.terminal.err && this.#options.quiet !== true;
  }

  /** Writes text as it is. */
  async text(text: string | Uint8Array): Promise<void> {
    this.#sink ??= this.path === undefined ? stdoutSink() : await fileSink(this.path);
    await this.#sink.write(text);
  }

  /** Says something on standard error, unless `--quiet`. */
  note(text: string): void {
    if (this.#options.quiet !== true) this.say(`${text}\n`);
  }

  /** Writes to standard error. */
  say(text: string): void {
    try {
      Deno.stderr.writeSync(encoder.encode(text));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  }

  /** Writes a query result. */
  async result(result: QueryResult, options: RowOptions = {}): Promise<number> {
    const { format } = this;
    if (isBinary(format)) {
      this.refuseScreen(format);
      return await writeBinary(format, result, (chunk) => this.text(chunk), this.#signal);
    }
    return await this.rows(queryRows(result, options), options);
  }

  /** Writes rows. */
  async rows(source: RowSource, options: RowOptions = {}): Promise<number> {
    const write = (chunk: string | Uint8Array): Promise<void> => this.text(chunk);
    const count = await writeRows(source, this.#rowFormat(), write, this.#formatOptions(options));
    if (count === 0 && options.empty !== undefined) this.note(options.empty);
    return count;
  }

  /** Writes one object. */
  async object(object: Readonly<Record<string, unknown>>): Promise<void> {
    const format = this.#rowFormat();
    if (format === "json" || format === "jsonl") {
      return await this.text(`${format === "json" ? prettyJson(object) : jsonText(object)}\n`);
    }
    if (format === "table") {
      const width = this.screen?.width;
      return await this.text(
        describeObject(object, { color: this.color, ...(width === undefined ? {} : { width }) }),
      );
    }
    const columns = Object.entries(object).map(([name, value]) => ({
      name,
      kind: typeof value === "number" ? "number" as const : "text" as const,
    }));
    const row = Object.values(object);
    await this.rows({
      columns,
      rows: async function* () {
        yield await Promise.resolve(row);
      },
    });
  }

  #rowFormat(): RowFormat {
    const { format } = this;
    if (isBinary(format)) {
      throw usageError(
        `${NAMES[format]} is written for query results`,
        "Give --format json, csv or table",
      );
    }
    return format;
  }

  /** @throws {CommandError} where bytes for other programs would go to a terminal */
  refuseScreen(format: BinaryFormat): void {
    if (this.screen === undefined) return;
    throw usageError(
      `${NAMES[format]} is binary`,
      `Give --output FILE.${format}, or send it to a pipe`,
    );
  }

  #formatOptions(options: RowOptions): FormatOptions {
    const { screen } = this;
    return {
      color: this.color,
      signal: this.#signal,
      ...(options.eager === undefined ? {} : { eager: options.eager }),
      ...(screen === undefined ? { types: false } : {
        width: screen.width,
        maxRows: TERMINAL_ROWS,
        terminal: true,
        types: false,
        hint: "--format csv or a pipe gives all",
      }),
    };
  }

  /** Publishes what was written. */
  async close(): Promise<void> {
    await this.#sink?.close();
    this.#sink = undefined;
  }

  /** Gives up what was written to a file. */
  async abandon(): Promise<void> {
    await this.#sink?.abandon();
    this.#sink = undefined;
  }
}

/** One object on several lines, with values in the same words as in rows. */
function prettyJson(object: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(JSON.parse(jsonText(object)), null, 2);
}
