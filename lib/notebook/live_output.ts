/**
 * Outputs of a notebook that change in place.
 * @module
 */
import { LitmusError } from "../base/errors.ts";

/** Content by MIME type. */
export type MimeBundle = Readonly<Record<string, string>>;

/** Sends a message to the front ends of the kernel. */
export type Broadcast = (type: string, content: Record<string, unknown>) => Promise<void>;

/** What sends to the front ends; undefined outside of the Deno Jupyter kernel. */
export function kernelBroadcast(): Broadcast | undefined {
  try {
    // Not in the types of stable Deno.
    const { broadcast } = Reflect.get(Deno, "jupyter") as { readonly broadcast: Broadcast };
    return broadcast;
  } catch (error) {
    if (error instanceof Error && /only available/.test(error.message)) return undefined;
    throw error;
  }
}

/**
 * The same, where there is no other way to show anything.
 *
 * @throws {LitmusError} outside of the kernel
 */
export function requireBroadcast(): Broadcast {
  const broadcast = kernelBroadcast();
  if (broadcast !== undefined) return broadcast;
  throw new LitmusError(
    "Live views are shown by the Deno Jupyter kernel: run this in a notebook, or read the subscription itself",
  );
}

/** One output: shown at the first call, changed by those that follow. */
export class LiveOutput {
  readonly #broadcast: Broadcast;
  readonly #id: string = crypto.randomUUID();
  #isShown = false;

  /** Takes what sends; nothing is shown yet. */
  constructor(broadcast: Broadcast) {
    this.#broadcast = broadcast;
  }

  /** Shows this instead of what was there. */
  async show(data: MimeBundle): Promise<void> {
    const type = this.#isShown ? "update_display_data" : "display_data";
    this.#isShown = true;
    await this.#broadcast(type, { data, metadata: {}, transient: { display_id: this.#id } });
  }
}
