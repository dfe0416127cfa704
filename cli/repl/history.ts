const ENTRIES_KEPT = 10_000;

/**
 * What was typed before, in memory and, where it can be written, in a file.
 *
 * One entry per line; a line end within an entry is `\n`, a backslash `\\`.
 */
export class History {
  readonly #entries: string[];
  readonly #onTrouble: (message: string) => void;
  #file: string | undefined;

  constructor(
    entries: readonly string[],
    file?: string,
    onTrouble: (message: string) => void = () => {},
  ) {
    this.#entries = [...entries];
    this.#file = file;
    this.#onTrouble = onTrouble;
  }

  /** Reads a file; one that is not there is an empty history. */
  static load(file: string, onTrouble: (message: string) => void): History {
    const entries = readLines(file).map(parseEntry);
    if (entries.length > 2 * ENTRIES_KEPT) {
      const kept = entries.slice(-ENTRIES_KEPT);
      replaceFile(file, kept.map((entry) => `${formatEntry(entry)}\n`).join(""));
      return new History(kept, file, onTrouble);
    }
    return new History(entries, file, onTrouble);
  }

  /** Entries, the oldest first. */
  get entries(): readonly string[] {
    return this.#entries;
  }

  /**
   * Adds what was submitted; the same twice in a row is kept once, what begins with a blank is kept in
   * memory only.
   */
  add(text: string): void {
    const entry = text.trimEnd();
    if (entry.trim() === "" || entry === this.#entries.at(-1)) return;
    this.#entries.push(entry);
    if (this.#file === undefined || /^\s/.test(entry)) return;
    // Appended as a whole: shells that are open at the same time do not lose each other's lines.
    try {
      Deno.writeTextFileSync(this.#file, `${formatEntry(entry)}\n`, { append: true, mode: 0o600 });
    } catch (error) {
      // A full disk must not end the shell in which one finds out why it is full.
      this.#onTrouble(troubleText(this.#file, error));
      this.#file = undefined;
    }
  }
}

/** Why the history is not kept. */
export function troubleText(file: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `History is not kept: cannot use ${file}: ${reason}`;
}

function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${Deno.pid}.tmp`;
  Deno.writeTextFileSync(temporary, text, { mode: 0o600 });
  Deno.renameSync(temporary, file);
}

function readLines(file: string): string[] {
  try {
    return Deno.readTextFileSync(file).split("\n").filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** An entry as a line. */
export function formatEntry(entry: string): string {
  return entry.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

/** A line as an entry. */
export function parseEntry(line: string): string {
  return line.replace(/\\([\\n])/g, (_, char: string) => char === "n" ? "\n" : "\\");
}
