/**
 * Which files of a foreign folder go where in the data directory.
 * @module
 */
import { basename, dirname, join, relative, sep } from "@std/path";
import {
  isDateFolder,
  parseChannelFileName,
  parseEventFileName,
} from "../../lib/base/data_layout.ts";
import { FileSource } from "../../lib/base/file_source.ts";
import { scanStream } from "../../lib/arrow/stream_scan.ts";
import { checkRunFile } from "../../lib/doctor/check_run_file.ts";
import { isTemporary } from "../../lib/doctor/check_temporary.ts";
import { walkFiles } from "../../lib/doctor/walk_files.ts";
import { isWriterAlive } from "../../lib/events/writer_lock.ts";

/** What becomes of one file. */
export interface PlannedFile {
  /** Path of the file as it was found. */
  readonly source: string;
  readonly kind: "run" | "events" | "channel" | "reference";
  /** Path below the data directory; null where it is not copied. */
  readonly target: string | null;
  /** Why it is not copied. */
  readonly reason: string | null;
}

/** Plans the import of a file or folder. */
export function* planImport(path: string): Generator<PlannedFile> {
  if (Deno.statSync(path).isFile) {
    const planned = planFile(path);
    yield planned ?? refused(path, "run", "It is no run, event or channel file");
    return;
  }
  for (const source of walkFiles(path)) {
    // The runtime folder of a daemon belongs to that daemon.
    if (relative(path, source).split(sep)[0] === ".litmus" || isTemporary(source)) continue;
    const planned = planFile(source);
    if (planned !== undefined) yield planned;
  }
}

function refused(source: string, kind: PlannedFile["kind"], reason: string): PlannedFile {
  return { source, kind, target: null, reason };
}

function planFile(source: string): PlannedFile | undefined {
  const folder = basename(dirname(source));
  if (folder.endsWith("_ref")) return planReference(source, folder);
  if (source.endsWith(".parquet")) return planRun(source);
  return source.endsWith(".arrow") ? planArrow(source) : undefined;
}

function planRun(source: string): PlannedFile {
  const [damage] = checkRunFile(source);
  if (damage !== undefined) return refused(source, "run", damage.reason);
  const name = basename(source);
  return { source, kind: "run", target: join("runs", dateOf(source), name), reason: null };
}

/** References lie beside the file that cites them. */
function planReference(source: string, folder: string): PlannedFile {
  const stem = folder.slice(0, -"_ref".length);
  const room = parseEventFileName(`${stem}.arrow`) === null ? "runs" : "events";
  const target = join(room, dateOf(dirname(source)), folder, basename(source));
  return { source, kind: "reference", target, reason: null };
}

function planArrow(source: string): PlannedFile {
  const name = basename(source);
  const { columns, writer, fault } = firstMessage(source);
  if (fault !== undefined) return refused(source, "events", fault);
  if (columns.includes("event_type")) {
    const root = dirname(dirname(dirname(source)));
    if (writer !== undefined && isWriterAlive(root, writer)) {
      return refused(source, "events", "It is being written: import it when its session has ended");
    }
    return { source, kind: "events", target: join("events", dateOf(source), name), reason: null };
  }
  if (!columns.includes("timestamp") || parseChannelFileName(name) === null) {
    return refused(source, "channel", "It is neither an event file nor a channel file");
  }
  return { source, kind: "channel", target: join("channels", dateOf(source), name), reason: null };
}

function firstMessage(
  path: string,
): { columns: readonly string[]; writer: string | undefined; fault: string | undefined } {
  using source = FileSource.open(path);
  for (const item of scanStream(source)) {
    if (item.kind !== "message" || item.header.kind !== "schema") break;
    return {
      columns: item.header.schema.fields.map(({ name }) => name),
      writer: item.stamp?.writer,
      fault: undefined,
    };
  }
  return { columns: [], writer: undefined, fault: "It does not begin as an Arrow stream" };
}

/** The folder of a day: as the file lies in one, else by its name, else by its age. */
function dateOf(path: string): string {
  const folder = basename(dirname(path));
  if (isDateFolder(folder)) return folder;
  const stamp = /^(\d{4})(\d\d)(\d\d)T\d{6}Z/.exec(basename(path));
  if (stamp !== null) return `${stamp[1]}-${stamp[2]}-${stamp[3]}`;
  const { mtime } = Deno.statSync(path);
  return (mtime ?? new Date()).toISOString().slice(0, 10);
}
