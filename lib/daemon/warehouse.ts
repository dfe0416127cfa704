/**
 * All three stores of a data directory behind one SQL catalog: what the daemon serves by network and the
 * embedded entry serves in process. Files are the truth; everything here is made from them.
 * @module
 */
import { type DataLayout, dataLayout } from "../base/data_layout.ts";
import { storageError } from "../base/file_layer.ts";
import { FolderState } from "../base/folder_state.ts";
import { DAEMON_LIMITS } from "../base/limits.ts";
import { Mutex } from "../base/mutex.ts";
import type { ArrowBatch } from "../arrow/field.ts";
import { createCatalog, createRunViews } from "../engine/catalog.ts";
import { UNSAVED_ROWS } from "../engine/index_storage.ts";
import { Database, isExhausted, isInvalidated } from "../engine/database.ts";
import {
  describeStatement,
  type QueryOptions,
  type QueryStream,
  runQuery,
  type StatementShape,
} from "../engine/query.ts";
import { RunIndex } from "../engine/run_index.ts";
import { codeWords } from "../engine/sql_scan.ts";
import { isWriting } from "../events/growing_tail.ts";
import { ChannelCatalog } from "./channel_catalog.ts";
import { type BatchOrigin, EventFollower } from "./event_follower.ts";
import { EventTable } from "./event_table.ts";
import { FolderRounds } from "./folder_rounds.ts";
import { MaterializedLog } from "./materialized_log.ts";
import { ReadAhead } from "./read_ahead.ts";
import { RunKeeper } from "./run_keeper.ts";
import { RunTracker, type TrackedRun } from "./run_tracker.ts";
import { RunFolders } from "./run_folders.ts";

/** How to open a warehouse. */
export interface WarehouseOptions {
  readonly dataDir: string;
  /** An empty database, which may still be opening. @default one that is opened for it */
  readonly database?: Promise<Database>;
  /** Memory for the database that is opened for it, bytes. */
  readonly memoryBytes?: number;
  /** Threads that answer channel queries which take long. @default 0 */
  readonly channelThreads?: number;
  /** False to leave the data directory as it is: no files of runs, no index file. */
  readonly writable: boolean;
  /** Told what happens. */
  readonly log: (message: string) => void;
}

/** Called with each batch that was taken in, after it became visible. */
export type BatchListener = (batch: ArrowBatch, origin: BatchOrigin, firstRow: number) => void;

const RUN_WORDS = ["runs", "steps", "measurements", "query", "query_table", "run_index"];
const EVENT_WORDS = ["events", "sessions", "store"];
const CHANNEL_WORDS = ["channels", "channel", "lttb", "min_max_lttb"];

/** The run index is saved once no run was added for so long. */
const SAVE_AFTER_MILLIS = 30_000;
/** The same where much waits; not at once, as somebody may be writing for a while. */
const SAVE_SOON_MILLIS = 200;

/** The stores of one data directory. */
export class Warehouse implements AsyncDisposable {
  readonly database: Database;
  readonly layout: DataLayout;
  readonly index: RunIndex;
  readonly tracker: RunTracker;
  readonly follower: EventFollower;
  readonly keeper: RunKeeper;
  readonly channels: ChannelCatalog;
  readonly writable: boolean;
  /** Serialises everything that changes tables. */
  readonly mutex = new Mutex();
  readonly #events: EventTable;
  readonly #log: (message: string) => void;
  readonly #runFolders: RunFolders;
  readonly #rounds: FolderRounds;
  readonly #materialized: MaterializedLog;
  readonly #readAhead: ReadAhead;
  readonly #listeners = new Set<BatchListener>();
  readonly #watchers = new Set<() => void>();
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  #bootstrapped = false;
  #isDue = false;
  /** Damage that was logged. */
  readonly #told = new Set<string>();
  #closed = false;

  private constructor(
    options: WarehouseOptions,
    database: Database,
    index: RunIndex,
    events: EventTable,
  ) {
    this.database = database;
    this.index = index;
    this.#events = events;
    this.#log = options.log;
    this.writable = options.writable;
    this.layout = dataLayout(options.dataDir);
    this.#materialized = new MaterializedLog(options.dataDir);
    const indexed = Array.from(index.folderSizes(), ([folder]) => folder);
    this.#runFolders = new RunFolders(this.layout.runs, new FolderState(), indexed);
    this.#rounds = new FolderRounds(() => index.folderSizes());
    const { dataDir, log, channelThreads: threads = 0 } = options;
    this.channels = new ChannelCatalog(database, dataDir, { log, threads });
    this.tracker = new RunTracker(() => {
      if (this.#bootstrapped) this.#materializeSoon();
    });
    this.follower = new EventFollower(
      this.layout,
      (batch, origin) => this.#take(batch, origin),
      () => this.#listeners.size === 0,
    );
    this.keeper = new RunKeeper({
      database,
      index,
      tracker: this.tracker,
      layout: this.layout,
      log: options.log,
      flushEvents: () => this.#events.flush(),
      // Where it cannot be told, such as in the folder of another user, a run is not called aborted.
      isWriterAlive: (writer) => isWriting(options.dataDir, writer) ?? true,
      onMaterialized: (run, table, destination) =>
        this.#materialized.record(run, table, destination),
    });
    this.#readAhead = new ReadAhead({
      rows: () => this.#events.rows,
      readOn: (maxRows) => this.#readOn(maxRows),
    });
  }

  async #readOn(maxRows: number): Promise<boolean> {
    if (this.#closed) return false;
    try {
      return await this.mutex.run(() => this.keeper.readOn(maxRows));
    } catch (error) {
      // Whoever asks for the run meets it again.
      this.#log(`Cannot read ahead: ${error}`);
      return false;
    }
  }

  /** Opens the stores and takes in what the files hold. */
  static async open(options: WarehouseOptions): Promise<Warehouse> {
    const layout = dataLayout(options.dataDir);
    const database = await (options.database ?? Database.open({
      memoryBytes: options.memoryBytes ?? DAEMON_LIMITS.memoryBytes,
      readableDirectories: [layout.runs],
    }));
    await createCatalog(database);
    const index = await RunIndex.open(database, layout.runs, options.writable);
    if (index.storage.note !== undefined) {
      options.log(`Run index kept in ${index.storage.place}: ${index.storage.note}`);
    }
    await createRunViews(database);
    const warehouse = new Warehouse(options, database, index, await EventTable.open(database));
    await warehouse.keeper.open();
    warehouse.channels.register();
    await database.lock();
    await warehouse.#bootstrap();
    return warehouse;
  }

  async #bootstrap(): Promise<void> {
    await this.#events.load(this.follower.steps());
    this.#tellOfDamage();
    this.#bootstrapped = true;
    this.#readAhead.wake();
    await this.takeRuns();
    // Beside serving: writers that go on while it starts would keep it from that for long.
    this.#materializeSoon();
  }

  /** Adds a listener for batches as they become visible; the result removes it. */
  listen(listener: BatchListener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#tellWatchers();
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#tellWatchers();
    };
  }

  /** Calls back when the first listener comes and when the last one leaves; the result ends it. */
  watchListeners(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #tellWatchers(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** Number of live listeners. */
  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Events taken in. */
  get eventCount(): number {
    return this.#events.rows;
  }

  #take(batch: ArrowBatch, origin: BatchOrigin): void {
    const firstRow = this.#events.rows;
    this.#events.append(batch);
    this.tracker.observe(batch, firstRow, origin);
    if (this.#bootstrapped) this.#readAhead.wake();
    if (this.#listeners.size === 0) return;
    for (const listener of this.#listeners) listener(batch, origin, firstRow);
  }

  /** Makes everything visible that lies in event files. */
  takeEvents(): void {
    this.follower.scan();
    this.#events.flush();
    this.#tellOfDamage();
  }

  /** Stretches of event files that could not be read. */
  get damageCount(): number {
    return this.follower.damage().length;
  }

  #tellOfDamage(): void {
    for (const { file, start, end, reason } of this.follower.damage()) {
      const text = `Cannot read ${file} from byte ${start} to ${end}: ${reason}`;
      if (this.#told.has(text)) continue;
      this.#told.add(text);
      this.#log(text);
    }
  }

  /** Brings the index up to the run files. */
  async takeRuns(): Promise<void> {
    const folders = [...new Set([...this.#runFolders.changed(), ...this.#rounds.turn()])];
    if (folders.length === 0) return;
    await this.mutex.run(async () => {
      const change = await this.#indexing(() => this.index.synchronize({ folders }));
      if (change.widened) await createRunViews(this.database);
      if (change.added + change.removed + change.broken === 0) return;
      for (const run of this.tracker.all()) this.tracker.touch(run);
    });
  }

  /** The same, with a look at every file: one that was changed in place leaves no trace in its folder. */
  async takeAllRuns(): Promise<void> {
    this.#runFolders.reset();
    await this.takeRuns();
  }

  /** The index lies on a disk that may be full: an answer without what it lacks would be wrong. */
  async #indexing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#runFolders.reset(); // what was not taken in is looked for again
      if (isInvalidated(error) || !isExhausted(error)) throw error;
      throw storageError("Cannot bring up to date the run index in", this.layout.runs, error);
    } finally {
      this.#saveSoon();
    }
  }

  /** Saving takes longer than answering: it waits until no more runs come, or until too much waits. */
  #saveSoon(): void {
    clearTimeout(this.#saveTimer);
    const { unsavedRows } = this.index.storage;
    if (unsavedRows === 0 || this.#closed) return;
    const delay = unsavedRows >= UNSAVED_ROWS ? SAVE_SOON_MILLIS : SAVE_AFTER_MILLIS;
    const timer = setTimeout(() => void this.#save(), delay);
    Deno.unrefTimer(timer);
    this.#saveTimer = timer;
  }

  async #save(): Promise<void> {
    try {
      if (!await this.index.storage.save()) this.#saveSoon();
    } catch (error) {
      this.#log(`Run index was not saved, its files are read again: ${error}`);
      if (!this.#closed) await this.#reopenIndex();
    }
  }

  /** Nobody waits for it: what fails is told to the log, and to whoever asks for runs next. */
  async #reopenIndex(): Promise<void> {
    try {
      await this.mutex.run(async () => {
        await this.index.reopen();
        await createRunViews(this.database);
        this.#runFolders.reset();
      });
    } catch (error) {
      this.#log(`Run index could not be opened again: ${error}`);
    }
  }

  /** Writes the files of runs that ended or whose writer died. */
  async materializeDue(): Promise<void> {
    if (!this.writable || this.tracker.unsettled.size === 0) return;
    await this.mutex.run(async () => {
      if (this.#closed) return;
      // Another writer of the session may have flushed what was not pushed yet.
      this.takeEvents();
      const due: TrackedRun[] = [];
      const untold: TrackedRun[] = [];
      for (const run of this.tracker.unsettled) {
        if (this.keeper.needsFile(run)) due.push(run);
        else if (this.keeper.isUntold(run)) untold.push(run);
        if (!this.keeper.isGoing(run)) this.tracker.unsettled.delete(run);
      }
      if (due.length > 0) {
        await this.#indexing(() =>
          this.keeper.materialize(due, (run, result) => this.#tell(run, result))
        );
      }
      if (untold.length > 0) await this.keeper.finish(untold);
    });
  }

  #tell(run: TrackedRun, result: string | Error): void {
    if (typeof result === "string") this.#log(`Run ${run.runId} written to runs/${result}`);
    else {
      // The rows stay visible from the events until it works out.
      this.tracker.unsettled.add(run);
      this.#log(`Run ${run.runId} could not be written: ${result}`);
    }
  }

  /** Once for all runs whose ends came together. */
  #materializeSoon(): void {
    if (!this.writable || this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.materializeDue().catch((error: unknown) => this.#log(`Runs were not written: ${error}`));
    });
  }

  /** Takes in whatever a statement could see, so that its answer is complete. */
  async prepareFor(sql: string): Promise<void> {
    const words = codeWords(sql);
    const runs = RUN_WORDS.some((word) => words.has(word));
    if (runs || EVENT_WORDS.some((word) => words.has(word))) this.takeEvents();
    if (runs) await this.takeLiveRuns();
    if (CHANNEL_WORDS.some((word) => words.has(word))) await this.refreshChannels();
  }

  /** Takes in what lies in channel files. */
  async refreshChannels(): Promise<void> {
    await this.mutex.run(() => this.channels.refresh());
  }

  /** Brings rows of runs up to date, those still going on included. */
  async takeLiveRuns(): Promise<void> {
    await this.mutex.idle();
    await this.takeRuns();
    await this.materializeDue();
    await this.mutex.run(async () => {
      this.keeper.watchGoing();
      await this.keeper.refresh();
    });
  }

  /** Runs a reading statement over everything there is. */
  async query(sql: string, options: QueryOptions = {}): Promise<QueryStream> {
    await this.prepareFor(sql);
    return await runQuery(this.database, sql, options);
  }

  /** Describes a statement without running it. */
  async describe(sql: string): Promise<StatementShape> {
    return await describeStatement(this.database, sql);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#saveTimer);
    this.#readAhead[Symbol.dispose]();
    await this.mutex.run(() => this.keeper.flush());
    await this.#save();
    await this.#materialized.close();
    await this.channels.close();
    this.#events.close();
    this.database.close();
  }
}
