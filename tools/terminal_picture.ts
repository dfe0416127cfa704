/**
 * Draws what `litmus demo` prints in a terminal as SVG: `deno run --allow-all tools/terminal_picture.ts`.
 * The demo runs for real, in a terminal of 92 columns that `script` of util-linux provides.
 * @module
 */
import { join, resolve } from "@std/path";

const ROOT = resolve(import.meta.dirname ?? ".", "..");
const TARGET = join(ROOT, "docs", "demo.svg");
const COLUMNS = 92;
const CELL = { width: 8.4, height: 18 } as const;
const MARGIN = 20;

/** Colors of the ANSI codes that the command line uses, on a dark terminal. */
const COLORS: Readonly<Record<string, string>> = {
  "31": "#ff7b72",
  "32": "#7ee787",
  "33": "#e3b341",
  "34": "#79c0ff",
  "35": "#d2a8ff",
  "36": "#76e3ea",
};

interface Look {
  color: string | undefined;
  isBold: boolean;
  isDim: boolean;
}

/** What the demo writes to a terminal. */
async function demoOutput(): Promise<string> {
  const home = await Deno.makeTempDir({ prefix: "litmus-picture-" });
  try {
    const litmus = `deno run --quiet --allow-all ${join(ROOT, "cli", "main.ts")} demo`;
    const { stdout } = await new Deno.Command("script", {
      args: ["-qec", `stty cols ${COLUMNS} rows 50; ${litmus}`, "/dev/null"],
      env: { LITMUS_HOME: home, LITMUS_DAEMON_IDLE_TIMEOUT: "1", TERM: "xterm-256color" },
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout).replaceAll("\r\n", "\n");
    // Progress writes over itself; only what is left of a line counts.
    return text.split("\n").map((line) => line.split("\r").at(-1) ?? "").join("\n")
      .replaceAll(home, "~/litmus");
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** A line as SVG text; each stretch of one look is a span at its column. */
function lineSvg(line: string, row: number, look: Look): string {
  let column = 0;
  const spans: string[] = [];
  // deno-lint-ignore no-control-regex -- escape sequences are what is looked for
  for (const [, codes, text = ""] of line.matchAll(/\x1b\[([0-9;?]*)[A-Za-z]|([^\x1b]+)/g)) {
    if (codes !== undefined) {
      for (const code of codes.split(";")) applyCode(look, code);
      continue;
    }
    spans.push(spanSvg(text, column, look));
    column += [...text].length;
  }
  const y = MARGIN + 24 + row * CELL.height;
  return `<text y="${y}" xml:space="preserve">${spans.join("")}</text>`;
}

function applyCode(look: Look, code: string): void {
  if (code === "" || code === "0") {
    Object.assign(look, { color: undefined, isBold: false, isDim: false });
  } else if (code === "1") look.isBold = true;
  else if (code === "2") look.isDim = true;
  else if (code === "22") Object.assign(look, { isBold: false, isDim: false });
  else if (code === "39") look.color = undefined;
  else if (Object.hasOwn(COLORS, code)) look.color = COLORS[code];
}

function spanSvg(text: string, column: number, { color, isBold, isDim }: Look): string {
  const attributes = [
    `x="${(MARGIN + column * CELL.width).toFixed(1)}"`,
    `textLength="${([...text].length * CELL.width).toFixed(1)}"`,
    color === undefined ? "" : `fill="${color}"`,
    isBold ? `font-weight="bold"` : "",
    isDim ? `opacity="0.6"` : "",
  ].filter((each) => each !== "");
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<tspan ${attributes.join(" ")}>${escaped}</tspan>`;
}

function picture(output: string): string {
  const lines = ["\x1b[2m$ \x1b[22m\x1b[1mlitmus demo\x1b[22m", ...output.trimEnd().split("\n")];
  const look: Look = { color: undefined, isBold: false, isDim: false };
  const width = Math.ceil(COLUMNS * CELL.width + 2 * MARGIN);
  const height = lines.length * CELL.height + 2 * MARGIN + 16;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="14" fill="#e6edf3">
<title>What litmus demo prints</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${lines.map((line, row) => lineSvg(line, row, look)).join("\n")}
</svg>
`;
}

if (import.meta.main) await Deno.writeTextFile(TARGET, picture(await demoOutput()));
