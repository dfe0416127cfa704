import { readEnv } from "../../lib/config/data_directory.ts";
import type { Key } from "./keys.ts";
import { nextStrokeOrResize } from "./on_resize.ts";
import { pagerKey, pagerLines } from "./pager_view.ts";
import { ProgressLine } from "./progress_line.ts";
import type { Shell } from "./shell.ts";

/** Lines that the built-in pager holds; more are better looked at in a file. */
const MOST_LINES = 200_000;

/** Takes text piece by piece; false when no more is wanted. */
export type PagerSink = (text: string) => Promise<boolean>;

/** Writes what is to be paged, until the signal aborts. */
export type PagerInput = (sink: PagerSink, signal: AbortSignal) => Promise<void>;

/** Shows what `produce` writes in `$PAGER`, else in the built-in pager. */
export async function page(shell: Shell, produce: PagerInput): Promise<void> {
  const command = readEnv("PAGER") ?? "";
  if (command === "") await pageInside(shell, produce);
  else await pageOutside(command, produce);
}

async function pageOutside(command: string, produce: PagerInput): Promise<void> {
  const [program, ...args] = Deno.build.os === "windows"
    ? ["cmd", "/c", command]
    : ["sh", "-c", command];
  const child = new Deno.Command(program!, {
    args,
    stdin: "piped",
    // Long rows scroll sideways instead of being broken.
    env: { LESS: readEnv("LESS") ?? "-S -R" },
  }).spawn();
  const writer = child.stdin.getWriter();
  const encoder = new TextEncoder();
  const left = new AbortController();
  const status = child.status.then(() => left.abort());
  try {
    await produce(async (text) => {
      await writer.write(encoder.encode(text));
      return true;
    }, left.signal);
    await writer.close();
  } catch (error) {
    // A pager may be left before the end: that is what pagers are for.
    if (error instanceof Deno.errors.BrokenPipe || left.signal.aborted) return;
    await writer.abort();
    throw error;
  } finally {
    await status;
  }
}

async function pageInside(shell: Shell, produce: PagerInput): Promise<void> {
  const { io } = shell;
  const lines: string[] = [];
  let rest = "";
  const done = await shell.interruptible(async (signal) => {
    using progress = new ProgressLine(io);
    const take = (text: string): Promise<boolean> => {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        lines.push(part);
        progress.addRow();
      }
      return Promise.resolve(lines.length < MOST_LINES);
    };
    await produce(take, signal);
    return true;
  });
  if (done === undefined) return;
  if (rest !== "") lines.push(rest);
  if (io.keys === undefined) return await io.out(`${lines.join("\n")}\n`);
  if (lines.length >= MOST_LINES) lines.push(`First ${MOST_LINES} lines: .once FILE gives all`);
  io.note("\x1b[?1049h\x1b[?25l");
  try {
    let view: { top: number; left: number } | undefined = { top: 0, left: 0 };
    while (view !== undefined) {
      io.note(
        `\x1b[H${pagerLines(view, lines, io.size()).map((line) => `\x1b[2K${line}`).join("\r\n")}`,
      );
      const key: Key | "resize" | undefined = await nextStrokeOrResize(io.keys);
      if (key === undefined) return;
      if (key === "resize") continue;
      view = pagerKey(view, key.kind === "key" ? key.name : key.text, lines.length, io.size());
    }
  } finally {
    io.note("\x1b[?25h\x1b[?1049l");
  }
}
