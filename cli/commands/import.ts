/**
 * `litmus import`
 * @module
 */
import { join, resolve, sep } from "@std/path";
import type { CommandContext } from "../command_context.ts";
import { EXIT, notFound, usageError } from "../failure.ts";
import { copyNew } from "../import/copy_new.ts";
import { mergeRegistry } from "../import/merge_registry.ts";
import { planImport, type PlannedFile } from "../import/plan_import.ts";
import { Progress } from "../output/progress.ts";

/** Options of the command. */
export interface ImportOptions {
  readonly dryRun?: boolean;
}

/** What became of a file: columns of the output. */
interface ImportRow {
  readonly action: "copied" | "would copy" | "already there" | "skipped";
  readonly kind: string;
  readonly file: string;
  readonly target: string | null;
  readonly reason: string | null;
}

/** Copies files of other directories in. */
export async function importCommand(
  context: CommandContext,
  options: ImportOptions,
  path = "",
): Promise<void> {
  const { output, dataDir, signal } = context;
  const dryRun = options.dryRun === true;
  const source = sourceOf(path, dataDir);
  if (!dryRun) context.requireWritable();
  const progress = new Progress(output);
  const rows: ImportRow[] = [];
  for (const planned of planImport(source)) {
    signal.throwIfAborted();
    progress.show(`${rows.length} files, now ${planned.source}`);
    rows.push(await take(planned, dataDir, dryRun));
  }
  progress.clear();
  if (!dryRun && rows.some(({ kind, action }) => kind === "channel" && action === "copied")) {
    await mergeRegistry(source, dataDir);
  }
  await output.rows({
    columns: ["action", "kind", "file", "target", "reason"].map((name) => ({ name, kind: "text" })),
    rows: async function* () {
      for (const { action, kind, file, target, reason } of rows) {
        yield await Promise.resolve([action, kind, file, target, reason]);
      }
    },
  }, { empty: `No run, event or channel files in ${source}` });
  if (rows.some(({ action }) => action === "skipped")) context.exitCode = EXIT.failed;
}

function sourceOf(path: string, dataDir: string): string {
  const source = resolve(path);
  try {
    Deno.statSync(source);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw notFound(`No file or folder ${path}`);
    throw error;
  }
  if (source === dataDir || source.startsWith(dataDir + sep) || dataDir.startsWith(source + sep)) {
    throw usageError(
      `${path} and the data directory ${dataDir} lie in each other`,
      "Import from outside of it, or name another --data-dir",
    );
  }
  return source;
}

async function take(planned: PlannedFile, dataDir: string, dryRun: boolean): Promise<ImportRow> {
  const { source: file, kind, target, reason } = planned;
  if (target === null) return { action: "skipped", kind, file, target, reason };
  if (dryRun) return { action: "would copy", kind, file, target, reason };
  const result = await copyNew(file, join(dataDir, target));
  if (result === "copied") return { action: "copied", kind, file, target, reason };
  if (result === "same") return { action: "already there", kind, file, target, reason };
  return { action: "skipped", kind, file, target, reason: "Another file has that name already" };
}
