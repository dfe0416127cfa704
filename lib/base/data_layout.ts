/**
 * The one place that knows path names inside a data directory.
 *
 *     events/{YYYY-MM-DD}/{session_id}.arrow            further writers and segments: {session_id}_{NNNN}.arrow
 *                         {session_id}-{pid}[_{NNNN}].arrow      as the Python package names them
 *                         {session_id}_ref/{id8}_{key}.{ext}
 *            {folder}/{name}.arrow                      as other programs put them there, when read
 *     channels/{YYYY-MM-DD}/{channel_id}_{session8}[_{NNN}].arrow,  channels/_registry.json
 *     runs/{YYYY-MM-DD}/{stem}.parquet                  anywhere below runs/ when read
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { encodeNamePart } from "./names.ts";

/** Folders of a data directory. */
export interface DataLayout {
  readonly root: string;
  readonly events: string;
  readonly channels: string;
  readonly runs: string;
}

/** What the name of an event file says. */
export interface EventFileName {
  readonly sessionId: string;
  /** Process of a Python writer; null for files of this package. */
  readonly pid: number | null;
  /** 0 for the first file of a writer. */
  readonly index: number;
}

/** Folders below a data directory. */
export function dataLayout(root: string): DataLayout {
  return {
    root,
    events: join(root, "events"),
    channels: join(root, "channels"),
    runs: join(root, "runs"),
  };
}

/** `YYYY-MM-DD` of a time in UTC. */
export function dateFolder(micros: number): string {
  return new Date(Math.floor(micros / 1000)).toISOString().slice(0, 10);
}

/** Path of an event file. */
export function eventFilePath(
  layout: DataLayout,
  date: string,
  sessionId: string,
  index: number,
): string {
  const suffix = index === 0 ? "" : `_${String(index).padStart(4, "0")}`;
  return join(layout.events, date, `${encodeNamePart(sessionId)}${suffix}.arrow`);
}

/** True for the name of a file that may hold events; those that begin with a dot are unfinished or hidden. */
export function isEventFileName(name: string): boolean {
  return name.endsWith(".arrow") && !name.startsWith(".");
}

/** Reads the name of an event file as writers give them; null for others. */
export function parseEventFileName(name: string): EventFileName | null {
  const match =
    /^([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?:-(\d+))?(?:_(\d{4,}))?\.arrow$/
      .exec(name);
  if (match === null) return null;
  const [, sessionId = "", pid, index] = match;
  return {
    sessionId: sessionId.toLowerCase(),
    pid: pid === undefined ? null : Number(pid),
    index: index === undefined ? 0 : Number(index),
  };
}

/** Folder for reference data beside the event file of a session. */
export function referenceFolder(layout: DataLayout, date: string, sessionId: string): string {
  return join(layout.events, date, `${encodeNamePart(sessionId)}_ref`);
}

/** Path of a channel segment. */
export function channelFilePath(
  layout: DataLayout,
  date: string,
  channelId: string,
  sessionId: string,
  index: number,
): string {
  const suffix = index === 0 ? "" : `_${String(index).padStart(3, "0")}`;
  const session8 = sessionId.replaceAll("-", "").slice(0, 8);
  return join(layout.channels, date, `${encodeNamePart(channelId)}_${session8}${suffix}.arrow`);
}

/** Reads the name of a channel segment: the encoded channel id and the first digits of the session. */
export function parseChannelFileName(
  name: string,
): { readonly encodedId: string; readonly session8: string; readonly index: number } | null {
  const match = /^(.+)_([0-9a-fA-F]{8})(?:_(\d{3,}))?\.arrow$/.exec(name);
  if (match === null) return null;
  const [, encodedId = "", session8 = "", index] = match;
  return {
    encodedId,
    session8: session8.toLowerCase(),
    index: index === undefined ? 0 : Number(index),
  };
}

/** The data directory that a channel segment lies in. */
export function dataDirOfSegment(path: string): string {
  return dirname(dirname(dirname(path)));
}

/** Path of the channel registry. */
export function registryPath(layout: DataLayout): string {
  return join(layout.channels, "_registry.json");
}

/** True for a folder name that is a date. */
export function isDateFolder(name: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(name);
}
