/**
 * A connection to the daemon of a data directory that is made on first use and made anew when the daemon
 * went away.
 * @module
 */
import type { FlightClient } from "../flight/client.ts";
import { acquire, type AcquireOptions, connectTo, isDaemonGone, type Lease } from "./lease.ts";

/** How often a call is made at most: a daemon may be killed while another call starts it. */
const ATTEMPTS = 3;

/** Keeps a lease and a client on it. */
export class DaemonConnection implements AsyncDisposable {
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  readonly #options: AcquireOptions;
  #joined: Promise<{ lease: Lease; client: FlightClient }> | undefined;
  #closed = false;
  readonly #lost = new WeakSet<FlightClient>();

  constructor(dataDir: string, options: AcquireOptions = {}) {
    this.dataDir = dataDir;
    this.#options = options;
  }

  /** The client, after joining or starting the daemon. */
  async client(): Promise<FlightClient> {
    return (await this.#join()).client;
  }

  /** Where the daemon is. */
  async lease(): Promise<Lease> {
    return (await this.#join()).lease;
  }

  async #join(): Promise<{ lease: Lease; client: FlightClient }> {
    if (this.#closed) throw new TypeError("Store is closed: open another one");
    this.#joined ??= this.#connect();
    try {
      return await this.#joined;
    } catch (error) {
      this.#joined = undefined;
      throw error;
    }
  }

  async #connect(): Promise<{ lease: Lease; client: FlightClient }> {
    const lease = await acquire(this.dataDir, this.#options);
    return { lease, client: await connectTo(lease) };
  }

  /**
   * Lets go of a daemon that went away; the next use joins or starts another.
   *
   * @param failed the client that failed: where another user of this connection has let go of it already,
   * there is nothing to do
   */
  async reset(failed?: FlightClient): Promise<void> {
    const joined = this.#joined;
    if (joined === undefined) return;
    try {
      const { lease, client } = await joined;
      if (this.#joined !== joined || failed !== undefined && failed !== client) return;
      this.#joined = undefined;
      this.#lost.add(client);
      client.close();
      await lease.release();
    } catch {
      // It never came up: there is nothing to let go of.
      if (this.#joined === joined) this.#joined = undefined;
    }
  }

  /**
   * Whether a call failed because its daemon went away: it says so itself, or another user of this connection
   * found out first, which cancels all calls of the client.
   */
  isGone(error: unknown, client: FlightClient | undefined): boolean {
    return isDaemonGone(error) || client !== undefined && this.#lost.has(client);
  }

  /**
   * Calls the daemon, and anew on a fresh one where it went away before it answered.
   *
   * @param call must be safe to repeat
   */
  async call<T>(call: (client: FlightClient) => Promise<T>): Promise<T> {
    for (let attempt = 1;; attempt++) {
      const client = await this.client();
      try {
        return await call(client);
      } catch (error) {
        if (!this.isGone(error, client) || this.#closed || attempt === ATTEMPTS) throw error;
        await this.reset(client);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.reset();
  }
}
