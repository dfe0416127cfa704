/**
 * `litmus demo`
 * @module
 */
import { RunStore } from "../../mod.ts";
import { PRODUCT, recordDemo } from "../demo/record_demo.ts";
import { showDemo } from "../demo/show_demo.ts";
import type { CommandContext } from "../command_context.ts";
import { outcomeStyle, paint } from "../format/style.ts";
import { parseCount } from "../options/parse_count.ts";
import { programWords, shellWord } from "../options/program_words.ts";

/** Options of the command. */
export interface DemoOptions {
  readonly units?: string;
}

/** Records a session and looks at it. */
export async function demoCommand(context: CommandContext, options: DemoOptions): Promise<void> {
  const units = parseCount("--units", options.units ?? "8", 1);
  const { output, dataDir, signal } = context;
  context.requireWritable();
  const started = performance.now();
  output.note(`Recording ${units} units into ${dataDir}`);
  await using runs = await RunStore.open({ dataDir });
  const tested = await testedUnits(runs);
  const recorded = await recordDemo({
    dataDir,
    units,
    tested,
    signal,
    onRun: ({ serial, outcome, unit, again }) => {
      const word = paint(outcome.padEnd(8), outcomeStyle("outcome", outcome), output.noteColor);
      output.note(
        `  ${String(unit).padStart(String(units).length)}/${units}  ${serial}  ${word}${
          again ? " second test" : ""
        }`.trimEnd(),
      );
    },
  });
  if (output.format !== "table") {
    return await output.object({
      data_dir: dataDir,
      session_id: recorded.sessionId,
      runs: recorded.runs.map(({ serial, outcome }) => ({ dut_serial: serial, outcome })),
    });
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  output.note(`Recorded ${recorded.runs.length} runs in ${seconds} s`);
  await showDemo(runs, {
    dataDir,
    sessionId: recorded.sessionId,
    color: output.color,
    width: Math.min(120, output.width),
    write: (text) => output.text(text),
  });
  await output.text(goOn(context));
}

async function testedUnits(runs: RunStore): Promise<number> {
  const result = await runs.sql(
    "SELECT count(DISTINCT dut_serial) AS units FROM runs WHERE product_id = $1",
    [PRODUCT],
  );
  const [row] = await Array.fromAsync(result.rows<{ units: number }>());
  return row?.units ?? 0;
}

function goOn({ dataDir, options, output }: CommandContext): string {
  const where = options.dataDir === undefined ? "" : ` --data-dir ${shellWord(options.dataDir)}`;
  const words = programWords();
  const lines = [
    `${words} show latest${where}`,
    `${words} sql "FROM measurements"${where}`,
    `${words}${where}`,
  ];
  return `\nThe data lies in ${dataDir} and stays there. Go on with

${lines.map((line) => `  ${paint(line, "cyan", output.color)}\n`).join("")}`;
}
