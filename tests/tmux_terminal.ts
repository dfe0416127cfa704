/**
 * Programs in a real terminal: keys go in, the screen comes out. Each wait looks at the screen until it
 * shows what is expected, at most some seconds.
 */
import { until } from "./harness.ts";

/** Runs tmux; undefined where there is none. */
async function tmux(socket: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-L", socket, "-f", "/dev/null", "-u", ...args],
      stdin: "null",
    }).output();
    if (!success) throw new Error(`tmux ${args[0]}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether tests in a terminal can run here. */
export const hasTmux: boolean = Deno.build.os !== "windows" &&
  await tmux("litmus-probe", "-V") !== undefined;
/** A program in a real terminal. */
export class TmuxTerminal implements AsyncDisposable {
  readonly #socket = `litmus-${crypto.randomUUID().slice(0, 8)}`;

  /**
   * Runs a command line of sh in a terminal of 80 by 24; what was on the screen stays there behind its end.
   */
  static async start(command: string): Promise<TmuxTerminal> {
    const terminal = new TmuxTerminal();
    const shell = `${command}; echo "left with $?"; exec cat`;
    await tmux(terminal.#socket, "new-session", "-d", "-x", "80", "-y", "24", shell);
    return terminal;
  }

  /** What is on the screen, blank lines at its end left out. */
  async screen(...options: readonly string[]): Promise<string> {
    return (await tmux(this.#socket, "capture-pane", "-p", ...options) ?? "").trimEnd();
  }

  /** Waits until the screen shows something, and returns the screen. */
  async shows(pattern: RegExp): Promise<string> {
    let screen = "";
    try {
      await until(async () => pattern.test(screen = await this.screen()), String(pattern));
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}, there is\n${screen}`);
    }
    return screen;
  }

  async type(text: string): Promise<void> {
    // A semicolon at the end would end the command of tmux.
    await tmux(this.#socket, "send-keys", "-l", text.replace(/;$/, "\\;"));
  }

  async press(...keys: readonly string[]): Promise<void> {
    await tmux(this.#socket, "send-keys", ...keys);
  }

  async run(text: string): Promise<void> {
    await this.type(text);
    await this.press("Enter");
  }

  async paste(text: string): Promise<void> {
    await tmux(this.#socket, "set-buffer", text.replace(/;$/, "\\;"));
    await tmux(this.#socket, "paste-buffer", "-p");
  }

  async resize(columns: number, rows: number): Promise<void> {
    await tmux(this.#socket, "resize-window", "-x", String(columns), "-y", String(rows));
  }

  async cursor(): Promise<string> {
    return (await tmux(this.#socket, "display", "-p", "#{cursor_x},#{cursor_y}") ?? "").trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await tmux(this.#socket, "kill-server");
  }
}
