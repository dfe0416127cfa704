/**
 * The life of the daemon process: take the lock, open the stores, listen, tell the world, watch, leave.
 *
 *     starting -> serving -> leaving
 *                 |            ^
 *                 +- idle, signal, shutdown action, an engine that serves nobody any more
 *
 * @module
 */
import { DaemonError } from "../base/errors.ts";
import { DAEMON_LIMITS } from "../base/limits.ts";
import { VERSION } from "../base/version.ts";
import { DirectoryMerges } from "../channels/directory_merges.ts";
import { SegmentMerger } from "../channels/segment_merger.ts";
import { type Database, isInvalidated } from "../engine/database.ts";
import type { CallRecord } from "../flight/call_registry.ts";
import { FlightServer } from "../flight/server.ts";
import type { Endpoint } from "../protocol/endpoint.ts";
import { FileLock } from "../protocol/file_lock.ts";
import { ACTIONS, PROTOCOL_VERSION } from "../protocol/names.ts";
import { sweepReferences } from "../protocol/reference.ts";
import { type RuntimePaths, runtimePaths } from "../protocol/runtime_directory.ts";
import { type AccessRules, checkAccess, LOOPBACK_NAMES } from "./access.ts";
import { type ActionHandler, ActionService } from "./action_service.ts";
import { ChannelLive } from "./channel_live.ts";
import { ChannelPushes } from "./channel_pushes.ts";
import { DaemonLog } from "./daemon_log.ts";
import {
  clearSpillFolder,
  endpointText,
  isThere,
  isWritable,
  newToken,
  ownNames,
  readOrEmpty,
} from "./daemon_files.ts";
import type { DaemonOptions } from "./daemon_options.ts";
import type { FlightSqlService } from "./flight_sql_service.ts";
import { ForeignEvents } from "./foreign_events.ts";
import { LiveService } from "./live_service.ts";
import { Maintenance } from "./maintenance.ts";
import { PutService } from "./put_service.ts";
import { QueryGate } from "./query_gate.ts";
import { requestLine } from "./request_line.ts";
import { QueryService } from "./query_service.ts";
import { createService } from "./service.ts";
import { Warehouse } from "./warehouse.ts";

/** Time for calls under way to end when the daemon leaves. */
const DRAIN_MILLIS = 5000;

/** A running daemon. */
export class DaemonProcess {
  readonly #options: DaemonOptions;
  readonly #paths: RuntimePaths;
  readonly #lock: FileLock;
  readonly #log: DaemonLog;
  readonly #warehouse: Warehouse;
  readonly #foreign: ForeignEvents;
  readonly #gate: QueryGate;
  readonly #merges: DirectoryMerges;
  readonly #nonce = crypto.randomUUID();
  readonly #startedAt = Date.now();
  readonly #realDataDir: string;
  #server: FlightServer | undefined;
  #flightSql: Promise<FlightSqlService> | undefined;
  #endpoint: Endpoint | undefined;
  #lastUseAt = Date.now();
  #sweepTimer: ReturnType<typeof setInterval> | undefined;
  #sweeping = false;
  #toldMergeError: unknown;
  /** True once a newer version waits to take over: idle is then idle at once. */
  #relieved = false;
  #stopping: Promise<void> | undefined;
  readonly #ended = Promise.withResolvers<void>();

  private constructor(
    options: DaemonOptions,
    paths: RuntimePaths,
    lock: FileLock,
    log: DaemonLog,
    warehouse: Warehouse,
  ) {
    this.#options = options;
    this.#paths = paths;
    this.#lock = lock;
    this.#log = log;
    this.#warehouse = warehouse;
    this.#realDataDir = Deno.realPathSync(options.dataDir);
    this.#foreign = new ForeignEvents(
      options.dataDir,
      (sessionId, eventId) => warehouse.follower.hasTaken(sessionId, eventId),
    );
    const { dataDir } = options;
    this.#merges = new DirectoryMerges(dataDir, new SegmentMerger({ dataDir }));
    this.#gate = new QueryGate(options.maxQueries, DAEMON_LIMITS.waitingQueries);
  }

  /**
   * Starts the daemon of a data directory.
   *
   * @param database the one of daemon_database.ts, which may still be opening
   * @throws {DaemonError} where another one has it already
   */
  static async start(
    options: DaemonOptions,
    database: Promise<Database>,
  ): Promise<DaemonProcess> {
    const paths = runtimePaths(options.dataDir);
    const lock = FileLock.tryTake(paths.daemonLock);
    if (lock === undefined) {
      throw new DaemonError(`A daemon serves ${options.dataDir} already`);
    }
    lock.sign();
    const log = DaemonLog.open(paths.log);
    log.write(`Starting version ${VERSION}, pid ${Deno.pid}, ${options.dataDir}`);
    try {
      clearSpillFolder(paths);
      const warehouse = await Warehouse.open({
        dataDir: options.dataDir,
        database,
        channelThreads: DAEMON_LIMITS.channelThreads,
        writable: isWritable(options.dataDir),
        log: (message) => log.write(message),
      });
      const daemon = new DaemonProcess(options, paths, lock, log, warehouse);
      await daemon.#listen();
      return daemon;
    } catch (error) {
      log.write(`Start failed: ${error instanceof Error ? error.message : error}`);
      throw error;
    }
  }

  /** Resolves once the daemon has left. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async #listen(): Promise<void> {
    const token = this.#options.insecure ? "" : newToken();
    const { tls, hostname, port } = this.#options;
    const certificate = tls === undefined ? undefined : Deno.readTextFileSync(tls.cert);
    const rules: AccessRules = {
      token,
      hosts: new Set([...LOOPBACK_NAMES, hostname.toLowerCase(), ...ownNames(hostname)]),
    };
    this.#server = await FlightServer.serve(this.#service(), {
      hostname,
      port,
      maxMessageBytes: this.#options.maxMessageBytes,
      authorize: (context) => checkAccess(rules, context),
      onCall: (record) => this.#noteCall(record),
      ...(tls === undefined || certificate === undefined
        ? {}
        : { tls: { cert: certificate, key: Deno.readTextFileSync(tls.key) } }),
    });
    this.#endpoint = {
      version: PROTOCOL_VERSION,
      sdkVersion: VERSION,
      location: this.#server.location,
      token,
      nonce: this.#nonce,
      pid: Deno.pid,
      dataDir: this.#realDataDir,
      ...(certificate === undefined ? {} : { certificate }),
    };
    this.#writeEndpoint(this.#endpoint);
    this.#log.write(`Serving ${this.#server.location}`);
    this.#sweepTimer = setInterval(() => {
      this.#watchEngine();
      void this.#sweep();
    }, DAEMON_LIMITS.sweepMillis);
  }

  #service(): ReturnType<typeof createService> {
    const warehouse = this.#warehouse;
    const queries = new QueryService(warehouse, this.#gate, this.#options.queryMillis);
    return createService({
      queries,
      puts: new PutService(warehouse, this.#foreign),
      actions: new ActionService(this.#actions(new Maintenance(warehouse))),
      sql: () => this.#flightSql ??= this.#loadFlightSql(queries),
      live: new LiveService(warehouse, this.#nonce),
      maxResultRows: this.#options.maxResultRows,
      channelLive: new ChannelLive(warehouse.channels.feeds),
      channelPushes: new ChannelPushes(warehouse.channels.feeds, this.#options.dataDir),
    });
  }

  async #loadFlightSql(queries: QueryService): Promise<FlightSqlService> {
    const { FlightSqlService } = await import("./flight_sql_service.ts");
    return new FlightSqlService(this.#warehouse, queries, this.#gate);
  }

  #actions(maintenance: Maintenance): Record<string, ActionHandler> {
    return {
      [ACTIONS.health]: () => ({ status: "ok" }),
      [ACTIONS.identify]: () => ({
        nonce: this.#nonce,
        data_dir: this.#realDataDir,
        version: VERSION,
        pid: Deno.pid,
      }),
      [ACTIONS.status]: () => this.#status(),
      [ACTIONS.flush]: async () => {
        this.#warehouse.takeEvents();
        await this.#warehouse.takeLiveRuns();
        return { events: this.#warehouse.eventCount };
      },
      [ACTIONS.cancel]: ({ query_id }) => ({ cancelled: this.#gate.cancel(String(query_id)) }),
      [ACTIONS.queries]: () => ({ queries: this.#gate.list() }),
      [ACTIONS.shutdown]: ({ when = "now" }) => this.#shutdown(when),
      [ACTIONS.rebuild]: (argument) => maintenance.rebuild(argument),
      [ACTIONS.reindex]: () => maintenance.reindex(),
      [ACTIONS.doctor]: () => maintenance.report(),
    };
  }

  #shutdown(when: unknown): { pid: number } {
    // Answers first: whoever asked wants to hear of it.
    if (when === "now") setTimeout(() => this.stop("asked to"), 10);
    else if (when === "idle") this.#relieved = true;
    else throw new RangeError(`Argument "when" must be now or idle, got ${JSON.stringify(when)}`);
    return { pid: Deno.pid };
  }

  async #status(): Promise<Record<string, unknown>> {
    return {
      running: true,
      location: this.#endpoint?.location ?? null,
      pid: Deno.pid,
      refs: sweepReferences(this.#paths.references),
      uptime_seconds: (Date.now() - this.#startedAt) / 1000,
      rss_bytes: Deno.memoryUsage().rss,
      data_dir: this.#options.dataDir,
      version: VERSION,
      events: this.#warehouse.eventCount,
      runs: this.#warehouse.index.runCount,
      run_index: this.#warehouse.index.storage.place,
      queries_running: this.#gate.running,
      subscribers: this.#warehouse.listenerCount,
      writable: this.#warehouse.writable,
      damaged_stretches: this.#warehouse.damageCount,
      broken_run_files: await this.#warehouse.index.brokenCount(),
    };
  }

  #noteCall(record: CallRecord): void {
    this.#lastUseAt = Date.now();
    this.#log.write(requestLine(record));
    const { message } = record;
    if (message !== undefined && isInvalidated(new Error(message))) {
      // Nothing can be asked of this engine any more; the next caller starts a fresh one from the files.
      this.stop("the engine gave up", 1);
    }
  }

  /** Writes down what ends this process unforeseen: nobody may read standard error any more. */
  noteFault(fault: unknown): void {
    const text = fault instanceof Error ? fault.stack ?? fault.message : String(fault);
    this.#log.write(`Ended by a fault: ${text}`);
  }

  /** Mends an endpoint file that was deleted or changed: without it nobody finds this daemon. */
  #keepEndpoint(): void {
    if (this.#endpoint === undefined || this.#stopping !== undefined) return;
    if (readOrEmpty(this.#paths.endpoint) === endpointText(this.#endpoint)) return;
    this.#log.write("Endpoint file was missing or changed: written anew");
    this.#writeEndpoint(this.#endpoint);
  }

  #writeEndpoint(endpoint: Endpoint): void {
    const temporary = `${this.#paths.endpoint}.${Deno.pid}.tmp`;
    Deno.writeTextFileSync(temporary, endpointText(endpoint), { mode: 0o600 });
    Deno.renameSync(temporary, this.#paths.endpoint);
  }

  /** Leaves where a query never ends: its threads do not come back, a fresh process has its own. */
  #watchEngine(): void {
    const stuck = this.#gate.stuck(DAEMON_LIMITS.deafMillis, this.#options.queryMillis);
    if (stuck === undefined || this.#stopping !== undefined) return;
    this.#log.write(`Query does not end although it was interrupted: ${stuck.slice(0, 500)}`);
    this.stop("the engine hangs", 1);
  }

  async #sweep(): Promise<void> {
    if (this.#sweeping || this.#stopping !== undefined) return;
    this.#sweeping = true;
    try {
      if (!this.#lock.isInPlace() || !isThere(this.#options.dataDir)) {
        // What is there now may have a daemon of its own, and two would write each run twice.
        this.stop("the data directory is gone or was made anew", 1);
        return;
      }
      this.#keepEndpoint();
      const isUsed = sweepReferences(this.#paths.references) > 0 || this.#hasCalls();
      if (isUsed) this.#lastUseAt = Date.now();
      this.#warehouse.takeEvents();
      await this.#warehouse.materializeDue();
      if (this.#warehouse.writable) this.#mergeChannels();
      const patience = this.#relieved ? 0 : this.#options.idleMillis;
      if (!isUsed && Date.now() - this.#lastUseAt >= patience) this.#leaveIfUnused();
    } catch (error) {
      this.#log.write(`Sweep failed: ${error}`);
      if (isInvalidated(error)) this.stop("the engine gave up", 1);
    } finally {
      this.#sweeping = false;
    }
  }

  #mergeChannels(): void {
    this.#merges.tick();
    const { error } = this.#merges;
    if (error === this.#toldMergeError) return;
    this.#toldMergeError = error;
    if (error !== undefined) this.#log.write(`Channel segments could not be merged: ${error}`);
  }

  /** Clients of other makes hold no reference: what they still wait for counts as use. */
  #hasCalls(): boolean {
    return (this.#server?.activeCalls ?? 0) > 0;
  }

  /**
   * Leaves unless somebody came in the last moment. A client takes its reference before it reads the
   * endpoint file, so looking for references once more after removing that file misses nobody.
   */
  #leaveIfUnused(): void {
    const spawn = FileLock.tryTake(this.#paths.spawnLock);
    if (spawn === undefined) return; // somebody is about to look for a daemon
    try {
      this.#removeEndpoint();
      if (sweepReferences(this.#paths.references) > 0 && this.#endpoint !== undefined) {
        this.#writeEndpoint(this.#endpoint);
        return;
      }
      this.stop("idle");
    } finally {
      spawn.release();
    }
  }

  /** Refuses new work, lets the old end, and leaves. */
  stop(reason: string, exitCode = 0): Promise<void> {
    this.#stopping ??= this.#leave(reason, exitCode);
    return this.#stopping;
  }

  async #leave(reason: string, exitCode: number): Promise<void> {
    this.#log.write(`Leaving: ${reason}`);
    clearInterval(this.#sweepTimer);
    this.#removeEndpoint();
    try {
      await this.#server?.shutdown(DRAIN_MILLIS);
      await this.#foreign.close();
      await this.#merges.idle();
      // Closing waits for what the engine does: a query that does not end must not keep us here.
      if (this.#gate.running === 0) await this.#warehouse[Symbol.asyncDispose]();
    } catch (error) {
      this.#log.write(`Error while leaving: ${error}`);
      exitCode = 1;
    }
    Deno.exitCode = exitCode;
    this.#log.write("Left");
    this.#log.close();
    this.#lock.release();
    this.#ended.resolve();
  }

  /** Removes the endpoint file if it is still ours. */
  #removeEndpoint(): void {
    try {
      const text = Deno.readTextFileSync(this.#paths.endpoint);
      if (text.includes(this.#nonce)) Deno.removeSync(this.#paths.endpoint);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        this.#log.write(`Endpoint file stays: ${error}`);
      }
    }
  }
}
