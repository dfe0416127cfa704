import type { CompletionCatalog } from "./completion_catalog.ts";
import type { Candidate } from "./completion_types.ts";
import type { ArgumentKind } from "./dot_command.ts";
import { DOT_COMMANDS, findCommand } from "./dot_commands.ts";
import { MODES } from "./settings.ts";

/** What a dot command can go on with; `sql` where its argument is a query. */
export type CommandCandidates =
  | {
    readonly kind: "words";
    readonly from: number;
    readonly candidates: readonly Candidate[];
    readonly isFile: boolean;
  }
  | { readonly kind: "sql"; readonly from: number };

/**
 * Candidates for a line up to the cursor.
 *
 * @param line begins with a dot or a backslash, behind blanks
 */
export function commandCandidates(
  line: string,
  catalog: CompletionCatalog,
  listFiles: (prefix: string) => readonly Candidate[],
): CommandCandidates {
  const [, lead = "", name = "", rest = ""] = /^(\s*[.\\])(\S*)([^]*)$/.exec(line) ?? [];
  if (rest === "") {
    const candidates = DOT_COMMANDS.map((command) => ({
      text: `.${command.name}${command.takes.length > 0 ? " " : ""}`,
      note: command.summary,
    }));
    return { kind: "words", from: lead.length - 1, candidates, isFile: false };
  }
  const takes = findCommand(name)?.takes ?? [];
  const words = rest.trimStart().split(/\s+/);
  const word = words.at(-1) ?? "";
  const kind = takes[Math.min(words.length, takes.length) - 1];
  if (words.length > 1 && takes.includes("sql") || kind === "sql") {
    return {
      kind: "sql",
      from: line.length - rest.length + (rest.length - rest.trimStart().length),
    };
  }
  const candidates = kind === undefined ? [] : argumentCandidates(kind, word, catalog, listFiles);
  return { kind: "words", from: line.length - word.length, candidates, isFile: kind === "file" };
}

function argumentCandidates(
  kind: ArgumentKind,
  word: string,
  catalog: CompletionCatalog,
  listFiles: (prefix: string) => readonly Candidate[],
): readonly Candidate[] {
  const of = (texts: readonly string[], note: string): Candidate[] =>
    texts.map((text) => ({ text, note }));
  switch (kind) {
    case "file":
      return listFiles(word);
    case "channel":
      return of(catalog.channels, "channel");
    case "session":
      return of(catalog.sessions, "session");
    case "eventType":
      return of(catalog.eventTypes, "event type");
    case "run":
      return [
        { text: "latest", note: "run" },
        ...of(catalog.serials, "serial"),
        ...of(catalog.runs, "run"),
      ];
    case "mode":
      return of(MODES, "format");
    case "switch":
      return of(["on", "off"], "");
    case "daemonAction":
      return of(["status", "restart", "stop"], "");
    case "command":
      return DOT_COMMANDS.map(({ name, summary }) => ({ text: name, note: summary }));
    case "table":
      return of([...new Set(catalog.columns.map(({ table }) => table))], "view");
    default:
      return [];
  }
}
