/**
 * `channels/_registry.json`: what is known of each channel of a data directory.
 *
 *     {"dmm.voltage": {"channel_id": "dmm.voltage", "data_type": "scalar", "instrument_role": "dmm",
 *                      "resource": "", "units": "V", "properties": {}, "first_seen": "2026-11-21T.."}}
 *
 * Other programs write it too: entries and keys that are not ours stay as they are. A lost or damaged
 * registry is made anew from the segments.
 *
 * @module
 */
import { join } from "@std/path";
import { dataLayout, registryPath } from "../base/data_layout.ts";
import { type FileLayer, publishFile, storageError } from "../base/file_layer.ts";
import { formatMicros, parseMicros } from "../base/time.ts";
import { FileLock } from "../protocol/file_lock.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import type { ChannelDataType, ChannelDescription } from "./channel_types.ts";
import { isDataType, isRecord, jsonOf } from "./segment_metadata.ts";

/** What is known of a channel. */
export interface RegistryEntry extends ChannelDescription {
  readonly channelId: string;
  readonly dataType: ChannelDataType;
  /** Time of the first sample; undefined where the registry does not tell. */
  readonly firstSeenMicros: number | undefined;
}

/** The registry as it lies on disk. */
export interface RegistryContent {
  readonly entries: ReadonlyMap<string, RegistryEntry>;
  /** `missing` and `damaged` registries have no entries. */
  readonly state: "good" | "missing" | "damaged";
}

type RawEntries = Map<string, unknown>;

/**
 * Reads the registry of a data directory.
 *
 * @throws {StorageError} where the file is there and cannot be opened
 */
export function readRegistry(dataDir: string): RegistryContent {
  const { raw, state } = readRaw(registryPath(dataLayout(dataDir)));
  const entries = new Map<string, RegistryEntry>();
  for (const [channelId, value] of raw) {
    const entry = entryOf(channelId, value);
    if (entry !== undefined) entries.set(channelId, entry);
  }
  return { entries, state };
}

function readRaw(path: string): { raw: RawEntries; state: RegistryContent["state"] } {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { raw: new Map(), state: "missing" };
    throw storageError("Cannot read channel registry", path, error);
  }
  const value = jsonOf(text);
  return isRecord(value)
    ? { raw: new Map(Object.entries(value)), state: "good" }
    : { raw: new Map(), state: "damaged" };
}

function entryOf(channelId: string, value: unknown): RegistryEntry | undefined {
  if (!isRecord(value) || !isDataType(value.data_type)) return undefined;
  const { units, instrument_role: instrumentRole, resource, properties } = value;
  return {
    channelId,
    dataType: value.data_type,
    firstSeenMicros: microsOf(value.first_seen),
    ...(isText(units) ? { units } : {}),
    ...(isText(instrumentRole) ? { instrumentRole } : {}),
    ...(isText(resource) ? { resource } : {}),
    ...(isRecord(properties) ? { attributes: properties } : {}),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function microsOf(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  try {
    return parseMicros(value);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Parts of a {@linkcode ChannelRegistry}. */
export interface ChannelRegistryParts {
  readonly dataDir: string;
  readonly layer: FileLayer;
  /** Entries made from the segments, where the registry was lost. */
  readonly rebuild: () => Iterable<RegistryEntry>;
}

/** Brings what a store learns of its channels into the registry. */
export class ChannelRegistry {
  readonly #parts: ChannelRegistryParts;
  readonly #known = new Map<string, string>();
  #dirty = new Map<string, RegistryEntry>();

  constructor(parts: ChannelRegistryParts) {
    this.#parts = parts;
  }

  /** Notes an entry; {@linkcode save} writes it where it says anything new. */
  note(entry: RegistryEntry): void {
    const { firstSeenMicros: _, ...lasting } = entry;
    const text = JSON.stringify(lasting);
    if (this.#known.get(entry.channelId) === text) return;
    this.#known.set(entry.channelId, text);
    const before = this.#dirty.get(entry.channelId);
    this.#dirty.set(entry.channelId, { ...before, ...entry });
  }

  /**
   * Merges what was noted into the file, under a lock that other processes of this package heed.
   *
   * @throws {StorageError} naming file and cause; the notes are kept for the next call
   */
  async save(): Promise<void> {
    const notes = this.#dirty;
    if (notes.size === 0) return;
    this.#dirty = new Map();
    const path = registryPath(dataLayout(this.#parts.dataDir));
    try {
      using _lock = await this.#lock();
      const { raw, state } = readRaw(path);
      if (state === "damaged") await setAside(path);
      if (state !== "good") {
        for (const entry of this.#parts.rebuild()) merge(raw, entry);
      }
      for (const entry of notes.values()) merge(raw, entry);
      const text = JSON.stringify(Object.fromEntries(raw), null, 2);
      await publishFile(path, [new TextEncoder().encode(text)], this.#parts.layer);
    } catch (error) {
      this.#dirty = new Map([...notes, ...this.#dirty]);
      throw storageError("Cannot update channel registry", path, error);
    }
  }

  async #lock(): Promise<FileLock> {
    const folder = join(this.#parts.dataDir, ".litmus");
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const signal = AbortSignal.timeout(CHANNEL_BOUNDS.registryLockMillis);
    return await FileLock.take(join(folder, "channel_registry.lock"), signal);
  }
}

/** Keeps the bytes of a damaged registry: it may still tell a person something. */
async function setAside(path: string): Promise<void> {
  for (let i = 0;; i++) {
    const aside = path.replace(/\.json$/, `.damaged-${i}.json`);
    try {
      await Deno.writeFile(aside, await Deno.readFile(path), { createNew: true });
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

function merge(raw: RawEntries, entry: RegistryEntry): void {
  const found = raw.get(entry.channelId);
  const old = isRecord(found) ? found : {};
  const first = Math.min(
    microsOf(old.first_seen) ?? Infinity,
    entry.firstSeenMicros ?? Infinity,
  );
  const properties = isRecord(old.properties) ? old.properties : {};
  raw.set(entry.channelId, {
    ...old,
    channel_id: entry.channelId,
    data_type: entry.dataType,
    instrument_role: entry.instrumentRole ?? old.instrument_role ?? "",
    resource: entry.resource ?? old.resource ?? "",
    units: entry.units ?? old.units ?? null,
    properties: { ...properties, ...entry.attributes },
    first_seen: first === Infinity ? old.first_seen ?? null : formatMicros(first),
  });
}
