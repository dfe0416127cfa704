import type { Key } from "./keys.ts";
import { complete } from "./completion.ts";
import { type EditorAction, emptyEditor } from "./editor_state.ts";
import { listFiles } from "./file_names.ts";
import { renderFrame } from "./frame.ts";
import { pressKey } from "./line_editor.ts";
import { onResize } from "./on_resize.ts";
import { offerCompletion } from "./popup.ts";
import { Screen } from "./screen.ts";
import { isComplete } from "./session.ts";
import type { Shell } from "./shell.ts";

const PROMPT = "litmus> ";
/** How long a Tab waits for fresh names; older ones are better than a stuck key. */
const NAMES_MILLIS = 400;

/** Reads what is typed at the terminal. */
export class Prompt {
  readonly #shell: Shell;
  readonly #screen = new Screen();
  #state = emptyEditor();
  #hasInterrupted = false;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  /**
   * Reads one submission, which may be several lines.
   *
   * @returns undefined when the user leaves
   */
  async read(): Promise<string | undefined> {
    this.#state = emptyEditor(this.#state.killed);
    this.#hasInterrupted = false;
    using _resize = onResize(() => {
      this.#screen.resize(this.#shell.io.size().columns);
      this.#draw();
    });
    const keys = this.#shell.io.keys!;
    this.#draw();
    for (let key = await keys.next(); key !== undefined; key = await keys.next()) {
      const outcome = await this.#press(key);
      if (outcome === "leave") return undefined;
      if (outcome === "submit") return this.#submit();
      if (!keys.hasKey) this.#draw();
    }
    this.#write(this.#screen.leave());
    return undefined;
  }

  #submit(): string {
    this.#state = { ...this.#state, popup: undefined };
    this.#moveToEnd();
    return this.#state.buffer.text;
  }

  async #press(key: Key): Promise<"submit" | "leave" | undefined> {
    const context = { history: this.#shell.history.entries, isComplete };
    const [state, action] = pressKey(this.#state, key, context);
    this.#state = state;
    if (action === "submit") return "submit";
    if (action === "leave") {
      this.#write(this.#screen.leave());
      return "leave";
    }
    if (action === "interrupt") return this.#interrupt();
    this.#hasInterrupted = false;
    await this.#act(action);
    return undefined;
  }

  async #act(action: EditorAction): Promise<void> {
    switch (action) {
      case "complete":
      case "refilter":
        return await this.#complete(action === "refilter");
      case "clearScreen":
        this.#screen.forget();
        return this.#write("\x1b[H\x1b[2J");
      case "suspend":
        return this.#suspend();
      case "beep":
        return this.#write("\x07");
    }
  }

  #interrupt(): "leave" | undefined {
    const isEmpty = this.#state.buffer.text === "";
    if (isEmpty && this.#hasInterrupted) {
      this.#write(this.#screen.leave());
      return "leave";
    }
    this.#moveToEnd();
    if (isEmpty) this.#shell.say("Ctrl-C again leaves, as does Ctrl-D");
    this.#state = emptyEditor(this.#state.killed);
    this.#hasInterrupted = isEmpty;
    return undefined;
  }

  async #complete(quiet: boolean): Promise<void> {
    const { catalog, connection } = this.#shell;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, NAMES_MILLIS);
    });
    const fresh = catalog.refresh(connection);
    if (!quiet) await Promise.race([fresh, late]);
    clearTimeout(timer);
    const { text, cursor } = this.#state.buffer;
    const completion = complete(text, cursor, catalog.current, listFiles);
    const [state, action] = offerCompletion(this.#state, completion, { quiet });
    this.#state = state;
    if (action === "beep") this.#write("\x07");
  }

  #suspend(): void {
    if (Deno.build.os === "windows") return;
    this.#moveToEnd();
    this.#write("\x1b[?2004l");
    Deno.stdin.setRaw(false);
    Deno.kill(Deno.pid, "SIGTSTP");
    Deno.stdin.setRaw(true);
    this.#write("\x1b[?2004h");
  }

  #moveToEnd(): void {
    const { text } = this.#state.buffer;
    this.#state = {
      ...this.#state,
      search: undefined,
      popup: undefined,
      buffer: { text, cursor: text.length },
    };
    this.#draw();
    this.#write(this.#screen.leave());
  }

  #draw(): void {
    const { columns, rows } = this.#shell.io.size();
    const frame = renderFrame(this.#state, {
      width: columns,
      height: rows,
      color: this.#shell.io.color,
      prompt: PROMPT,
    });
    this.#write(this.#screen.draw(frame));
  }

  #write(text: string): void {
    if (text !== "") this.#shell.io.note(text);
  }
}
