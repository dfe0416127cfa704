/**
 * Arrays and structures of events, put into channels: the event then carries a claim check.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import type {
  BlockInput,
  ChannelInput,
  ChannelWriteOptions,
  StructInput,
} from "./channel_types.ts";
import { type ClaimCheck, claimCheckOf } from "./channel_uri.ts";
import { FileChannelStore } from "./file_channel_store.ts";

/** Writes what events refer to. */
export class ChannelClaims {
  readonly #dataDir: string;
  #store: FileChannelStore | undefined;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  async #open(): Promise<FileChannelStore> {
    return this.#store ??= await FileChannelStore.open({ dataDir: this.#dataDir });
  }

  /**
   * Writes a value and flushes it, so that no event comes before what it cites.
   *
   * @returns the claim-check URI
   */
  async write(
    sessionId: string,
    channelId: string,
    value: ChannelInput,
    options: ChannelWriteOptions = {},
  ): Promise<string> {
    const store = await this.#open();
    const uri = store.write(channelId, value, { ...options, sessionId });
    await store.flush();
    return uri;
  }

  /**
   * Writes the value of an instrument event and returns its claim check.
   *
   * @throws {InvalidDataError} for a value that is neither samples nor a structure
   */
  async claim(
    sessionId: string,
    channelId: string,
    value: unknown,
    event: Readonly<Record<string, unknown>>,
  ): Promise<ClaimCheck> {
    if (typeof value !== "object" || value === null) {
      throw new InvalidDataError("Only arrays and structures go to a channel", { path: "value" });
    }
    const text = (name: string): string | undefined => {
      const field = event[name];
      return typeof field === "string" && field !== "" ? field : undefined;
    };
    const units = text("units");
    const instrumentRole = text("instrument_role");
    const resource = text("resource");
    const source = text("method") ?? text("attribute");
    const input = value as BlockInput | StructInput;
    const uri = await this.write(sessionId, channelId, input, {
      ...(units === undefined ? {} : { units }),
      ...(instrumentRole === undefined ? {} : { instrumentRole }),
      ...(resource === undefined ? {} : { resource }),
      ...(source === undefined ? {} : { source }),
    });
    return claimCheckOf(uri, input as Parameters<typeof claimCheckOf>[1]);
  }

  /** Flushes and closes. */
  async close(): Promise<void> {
    await this.#store?.close();
    this.#store = undefined;
  }
}
