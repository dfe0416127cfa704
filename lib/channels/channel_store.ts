/**
 * Channels of a data directory, with what the daemon adds to the files.
 * @module
 */
import { newId } from "../base/ids.ts";
import type { QueryResult } from "../arrow/query_result.ts";
import { requireRead } from "../base/permissions.ts";
import { resolveDataDirectory } from "../config/data_directory.ts";
import { DaemonConnection } from "../protocol/daemon_connection.ts";
import { sqlCall, type SqlParameters } from "../protocol/sql_call.ts";
import { ChannelPush } from "./channel_push.ts";
import type { ChannelInput, ChannelWriteOptions } from "./channel_types.ts";
import { type ChannelSubscribeOptions, ChannelSubscription } from "./channel_subscription.ts";
import {
  type ChannelStoreOptions,
  type ChannelStoreParts,
  FileChannelStore,
} from "./file_channel_store.ts";

/**
 * Writes and reads channels. Samples go to sealed segment files and queries read them there, which is the
 * shortest way; the daemon, started where none runs, joins them with events and runs in SQL.
 *
 * @example
 * ```ts
 * import { ChannelStore } from "@litmus/sdk";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * await using store = await ChannelStore.open({ dataDir });
 * const ripple = Float64Array.from({ length: 10_000 }, (_, i) => Math.sin(i / 50));
 * store.write("scope.ch1", ripple, { sampleInterval: 1e-6, units: "V" });
 * const shown = await store.query("scope.ch1", { maxPoints: 500 });
 * equal((await shown.toColumns()).value?.length, 500);
 * ```
 */
export class ChannelStore extends FileChannelStore {
  readonly #connection: DaemonConnection;
  readonly #push: ChannelPush;

  /** Takes ready parts and does no I/O; use {@linkcode open}. */
  constructor(parts: ChannelStoreParts, connection: DaemonConnection) {
    const push = new ChannelPush(parts.dataDir, () => this.#publishInBackground());
    super({ ...parts, batchSink: push, segmentSink: push.segmentSink });
    this.#push = push;
    this.#connection = connection;
  }

  /**
   * Opens a store; nothing is created before the first flush, no daemon is started before {@linkcode sql} or
   * {@linkcode subscribe}.
   */
  static override async open(options: ChannelStoreOptions = {}): Promise<ChannelStore> {
    const dataDir = await resolveDataDirectory(options.dataDir);
    await requireRead(dataDir);
    const sessionId = options.sessionId ?? newId();
    return new ChannelStore(
      { dataDir, sessionId, sealMillis: options.sealMillis },
      new DaemonConnection(dataDir),
    );
  }

  /** Queues a value or a block of samples in memory; those of watched channels also go to the daemon. */
  override write(channelId: string, value: ChannelInput, options?: ChannelWriteOptions): string {
    this.#push.start();
    return super.write(channelId, value, options);
  }

  /** Who begins to watch wants what waits in memory; a failure is in {@linkcode status}. */
  #publishInBackground(): void {
    this.flush().catch(() => {});
  }

  /** Runs one reading SQL statement over all stores, with what was written here so far. */
  async sql(
    text: string,
    parameters?: SqlParameters,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<QueryResult> {
    await this.flush();
    return await this.#connection.call((client) => sqlCall(client, text, parameters, options));
  }

  /**
   * Follows a channel, whoever writes it: history first where asked for, then samples as they are written, with no
   * gap and no double between the two, across restarts of the daemon. The channel need not be there yet.
   *
   * @example
   * ```ts
   * import { ChannelStore } from "@litmus/sdk";
   * import { deepStrictEqual } from "node:assert/strict";
   *
   * const dataDir = await Deno.makeTempDir();
   * await using store = await ChannelStore.open({ dataDir });
   * store.write("dmm.voltage", 3.3);
   * for await (const { value } of store.subscribe("dmm.voltage", { window: 60 })) {
   *   deepStrictEqual(value, Float64Array.of(3.3));
   *   break;
   * }
   * ```
   */
  subscribe(channelId: string, options: ChannelSubscribeOptions = {}): ChannelSubscription {
    return new ChannelSubscription(this.dataDir, channelId, options, () => this.flush());
  }

  /** Flushes, syncs and lets go of the daemon. */
  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.#push[Symbol.asyncDispose]();
    await this.#connection[Symbol.asyncDispose]();
  }
}
