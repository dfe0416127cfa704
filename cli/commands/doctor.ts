/**
 * `litmus doctor`
 * @module
 */
import { join } from "@std/path";
import { LitmusError } from "../../lib/base/errors.ts";
import { checkFiles } from "../../lib/doctor/check_files.ts";
import type { DamagedFile } from "../../lib/doctor/damaged_file.ts";
import type { CommandContext } from "../command_context.ts";
import { EXIT } from "../failure.ts";
import { Progress } from "../output/progress.ts";

/** Options of the command. */
export interface DoctorCommandOptions {
  readonly repair?: boolean;
}

interface IndexedFile {
  readonly path: string;
  readonly error: string | null;
}

/** Checks every file. */
export async function doctorCommand(
  context: CommandContext,
  options: DoctorCommandOptions,
): Promise<void> {
  context.requireDataDir();
  const { output, dataDir, signal } = context;
  const progress = new Progress(output);
  const { files, damaged } = await checkFiles(dataDir, {
    repair: options.repair === true,
    signal,
    onFile: (path, done) => progress.show(`${done} files checked, now ${path}`),
  });
  progress.clear();
  const all = [...damaged, ...await unreadable(context, damaged)];
  if (output.isForPeople) await drawn(context, files, all);
  else await output.object({ files, damaged: all });
  if (all.some(({ repaired }) => !repaired)) context.exitCode = EXIT.damaged;
}

/** Parquet files whose frame is whole but whose rows the engine cannot read. */
async function unreadable(
  context: CommandContext,
  known: readonly DamagedFile[],
): Promise<DamagedFile[]> {
  const seen = new Set(known.map(({ file }) => file));
  let answer: Record<string, unknown>;
  try {
    answer = await context.action("doctor");
  } catch (error) {
    if (!(error instanceof LitmusError)) throw error;
    const [reason] = error.message.split("\n");
    context.output.note(`The rows of run files were not checked: ${reason}`);
    return [];
  }
  noteDoubles(context, answer);
  return (answer.broken as IndexedFile[] ?? []).flatMap(({ path, error }) => {
    const file = join(context.dataDir, "runs", path);
    if (seen.has(file)) return [];
    return [{
      file,
      start: 0,
      end: sizeOf(file),
      reason: error ?? "It cannot be read",
      repaired: false,
    }];
  });
}

function noteDoubles({ output, dataDir }: CommandContext, answer: Record<string, unknown>): void {
  for (const { path } of answer.double as IndexedFile[] ?? []) {
    output.note(
      `${
        join(dataDir, "runs", path)
      } holds a run that another file holds as well: it is not counted`,
    );
  }
  const doubles = Number(answer.double_events ?? 0);
  if (doubles > 0) {
    output.note(
      `Events with the id of one before them: ${doubles}. They stay in their files; the first of each counts`,
    );
  }
  const { note } = (answer.index ?? {}) as { note?: string | null };
  if (typeof note === "string" && note !== "") output.note(note);
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

async function drawn(
  { output }: CommandContext,
  files: number,
  damaged: readonly DamagedFile[],
): Promise<void> {
  const lines = damaged.map(({ file, start, end, reason, repaired }) =>
    `${repaired ? "repaired" : "damaged "}  ${file}  bytes ${start} to ${end}: ${reason}\n`
  );
  const left = damaged.filter(({ repaired }) => !repaired).length;
  const verdict = damaged.length === 0
    ? "nothing is damaged"
    : `${damaged.length} damaged, ${damaged.length - left} of them repaired`;
  await output.text(
    `${lines.join("")}${files} ${files === 1 ? "file" : "files"} checked, ${verdict}\n`,
  );
}
