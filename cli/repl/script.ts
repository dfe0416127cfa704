import { runStep, runText } from "./effect_runner.ts";
import { feedEnd } from "./session.ts";
import type { Shell } from "./shell.ts";

/**
 * Runs a script as its lines arrive, so that a program at the other end of the pipe gets its answers.
 *
 * @param options.goesOn whether an error is only reported
 * @returns false where a statement failed
 */
export async function runScript(
  shell: Shell,
  input: ReadableStream<Uint8Array>,
  options: { readonly goesOn: boolean },
): Promise<boolean> {
  let isWell = true;
  let rest = "";
  const run = async (text: string): Promise<boolean> => {
    if (!await runText(shell, text, { isEnd: false, goesOn: options.goesOn })) isWell = false;
    return !shell.isLeaving && (isWell || options.goesOn);
  };
  for await (const chunk of input.pipeThrough(decoder())) {
    const text = (rest + chunk).replaceAll("\r\n", "\n");
    const end = text.lastIndexOf("\n");
    rest = text.slice(end + 1);
    if (end >= 0 && !await run(text.slice(0, end))) return isWell;
  }
  if (rest !== "" && !await run(rest)) return isWell;
  return await runStep(shell, feedEnd) && isWell;
}

function decoder(): TransformStream<Uint8Array, string> {
  const text = new TextDecoder();
  return new TransformStream({
    transform: (chunk, controller) => controller.enqueue(text.decode(chunk, { stream: true })),
    flush: (controller) => controller.enqueue(text.decode()),
  });
}
