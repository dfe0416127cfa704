/**
 * Which segments a data directory holds. Sealed segments of this package cost one read of their schema
 * message; files of other programs are walked once and remembered.
 * @module
 */
import { basename, join } from "@std/path";
import { readFrame } from "../arrow/frame.ts";
import { dataLayout, isDateFolder, parseChannelFileName } from "../base/data_layout.ts";
import { decodeNamePart, encodeNamePart } from "../base/names.ts";
import { storageError } from "../base/file_layer.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { FileSource } from "./_file_source.ts";
import { readRegistry, type RegistryEntry } from "./channel_registry.ts";
import type { ChannelDataType } from "./channel_types.ts";
import { mergeCount } from "./merge_count.ts";
import { PyramidCache } from "./pyramid_cache.ts";
import { walkSegment } from "./segment_walk.ts";
import type { SegmentDamage, SegmentInfo, SegmentListing } from "./segment_info.ts";
import { decodeSegmentMetadata } from "./segment_metadata.ts";

const END_MARKER_BYTES = 8;

/** What registry and name say of a file that does not say it itself. */
type ChannelOf = (path: string) => {
  readonly channelId: string;
  readonly dataType: ChannelDataType | undefined;
};

interface Known extends SegmentListing {
  readonly sizeBytes: number;
  readonly modifiedMillis: number;
}

/** Remembers the segments of a data directory and looks only at what is new. */
export class SegmentIndex {
  /** Pyramids of the segments that were asked for. */
  readonly pyramids: PyramidCache = new PyramidCache();
  readonly #dataDir: string;
  #known = new Map<string, Known>();

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /**
   * Lists all segments there are now.
   *
   * @returns segments in order of their paths, and what of them is damaged
   * @throws {StorageError} where a folder or file cannot be read
   */
  refresh(): SegmentListing {
    for (let attempt = 1;; attempt++) {
      const before = mergeCount(this.#dataDir);
      const whole = this.#list();
      const steady = whole && mergeCount(this.#dataDir) === before;
      if (steady || attempt === CHANNEL_BOUNDS.listingAttempts) break;
    }
    const found = [...this.#known.values()];
    return {
      segments: found.flatMap(({ segments }) => segments),
      damage: found.flatMap(({ damage }) => damage),
    };
  }

  /** Looks at all files; false where one was gone that had just been there. */
  #list(): boolean {
    let whole = true;
    const known = new Map<string, Known>();
    let names: ReadonlyMap<string, RegistryEntry> | undefined;
    const channelOf: ChannelOf = (path) => {
      names ??= readRegistry(this.#dataDir).entries;
      const channelId = channelIdOf(path, names);
      return { channelId, dataType: names.get(channelId)?.dataType };
    };
    for (const path of segmentPaths(this.#dataDir)) {
      const entry = this.#look(path, channelOf);
      if (entry === "gone") whole = false;
      else if (entry !== undefined) known.set(path, entry);
    }
    this.#known = known;
    return whole;
  }

  #look(path: string, channelOf: ChannelOf): Known | "gone" | undefined {
    const before = this.#known.get(path);
    try {
      const { size: sizeBytes, mtime } = Deno.statSync(path);
      const modifiedMillis = mtime?.getTime() ?? 0;
      if (before?.sizeBytes === sizeBytes && before.modifiedMillis === modifiedMillis) {
        return before;
      }
      // A name that is claimed while its segment is on the way.
      if (sizeBytes === 0) return undefined;
      return { sizeBytes, modifiedMillis, ...inspectSegment(path, channelOf) };
    } catch (error) {
      if (isGone(error)) return "gone"; // merged away between listing and look
      if (isDenied(error)) {
        // One closed file must not close all channels.
        const reason = "permission denied";
        const { channelId } = channelOf(path);
        const damage = [{ path, start: 0, end: 0, reason, channelId }];
        return { sizeBytes: -1, modifiedMillis: -1, segments: [], damage };
      }
      throw storageError("Cannot read channel segment", path, error);
    }
  }
}

/**
 * Lists the segments of a data directory.
 *
 * @throws {StorageError} where a folder or file cannot be read
 */
export function listSegments(dataDir: string): SegmentListing {
  return new SegmentIndex(dataDir).refresh();
}

/** True for the error of a file that is not there any more. */
export function isGone(error: unknown): boolean {
  const { NotFound } = Deno.errors;
  return error instanceof NotFound || error instanceof Error && error.cause instanceof NotFound;
}

/** Paths of all segment files, in order; those of unfinished files are left out. */
function segmentPaths(dataDir: string): string[] {
  const { channels } = dataLayout(dataDir);
  const paths: string[] = [];
  for (
    const folder of namesIn(channels, (entry) => entry.isDirectory && isDateFolder(entry.name))
  ) {
    const date = join(channels, folder);
    for (const name of namesIn(date, isSegmentFile)) paths.push(join(date, name));
  }
  return paths;
}

function isSegmentFile({ isFile, name }: Deno.DirEntry): boolean {
  return isFile && name.endsWith(".arrow") && !name.startsWith(".");
}

function namesIn(folder: string, wanted: (entry: Deno.DirEntry) => boolean): string[] {
  try {
    return Array.from(Deno.readDirSync(folder)).filter(wanted).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw storageError("Cannot read channel folder", folder, error);
  }
}

/** Reads what a file says of itself, or walks it where it says nothing or not the truth. */
function inspectSegment(path: string, channelOf: ChannelOf): SegmentListing {
  const sealed = sealedInfo(path);
  if (sealed === undefined) {
    const { channelId, dataType } = channelOf(path);
    return ofChannel(channelId, walkSegment(path, { channelId }, dataType));
  }
  const { info, missingBytes } = sealed;
  if (missingBytes === 0) return { segments: [info], damage: [] };
  const walked = walkSegment(path, info);
  const damage: SegmentDamage[] = [...walked.damage];
  if (damage.length === 0) {
    const reason = missingBytes > 0
      ? `the last ${missingBytes} bytes are missing`
      : "bytes follow that its writer did not write";
    const ends = [info.sizeBytes, info.sizeBytes + missingBytes];
    damage.push({ path, start: Math.min(...ends), end: Math.max(...ends), reason });
  }
  return ofChannel(info.channelId, { segments: walked.segments, damage });
}

function ofChannel(channelId: string, { segments, damage }: SegmentListing): SegmentListing {
  return { segments, damage: damage.map((each) => ({ ...each, channelId })) };
}

/** What a sealed segment says of itself, and how many bytes are missing of it, below zero where there are more. */
export function sealedInfo(path: string): { info: SegmentInfo; missingBytes: number } | undefined {
  using source = new FileSource(path);
  const frame = readFrame(source, 0, source.size, { stamped: false });
  if (frame.kind !== "message" || frame.header.kind !== "schema") return undefined;
  const metadata = decodeSegmentMetadata(frame.header.schema.metadata);
  if (metadata === undefined || frame.stamp === undefined) return undefined;
  const info = { ...metadata, path, sizeBytes: source.size, sealed: true, shared: false };
  return {
    info,
    missingBytes: frame.end + metadata.batchBytes + END_MARKER_BYTES - source.size,
  };
}

/** The channel of a file that does not name it: by the registry, else by the name of the file. */
function channelIdOf(path: string, entries: ReadonlyMap<string, RegistryEntry>): string {
  const name = basename(path);
  const part = parseChannelFileName(name)?.encodedId ?? name.replace(/\.arrow$/, "");
  if (entries.has(part)) return part;
  for (const channelId of entries.keys()) if (encodeNamePart(channelId) === part) return channelId;
  return decodeNamePart(part) ?? part;
}

function isDenied(error: unknown): boolean {
  const denied = Deno.errors.PermissionDenied;
  return error instanceof denied || error instanceof Error && error.cause instanceof denied;
}
