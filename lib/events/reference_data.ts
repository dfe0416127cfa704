/**
 * Large data beside the log: `events/{date}/{session_id}_ref/{id8}_{key}.{ext}`, cited as
 * `file://_ref/{name}`. Written whole, read as bytes, never executed or unpickled.
 * @module
 */
import { basename, extname, join } from "@std/path";
import { type DataLayout, isDateFolder, referenceFolder } from "../base/data_layout.ts";
import { InvalidDataError, NotFoundError } from "../base/errors.ts";
import { type FileLayer, publishFile, storageError } from "../base/file_layer.ts";
import { listFolder } from "../base/folder_state.ts";
import { encodeNamePart } from "../base/names.ts";

/** Prefix of a reference. */
export const REFERENCE_PREFIX = "file://_ref/";

/** Which session the data belongs to. */
export interface ReferencePlace {
  readonly layout: DataLayout;
  /** Folder of the session's events, `YYYY-MM-DD`. */
  readonly date: string;
  readonly sessionId: string;
}

/** Saves data and returns its reference. */
export async function saveReference(
  place: ReferencePlace,
  key: string,
  data: Uint8Array | ArrayBufferView | string,
  layer: FileLayer,
): Promise<string> {
  const bytes = typeof data === "string" ? await readFile(data) : bytesOf(data);
  const extension = typeof data === "string" ? extname(data) : extensionOf(data);
  const id = crypto.randomUUID().slice(0, 8);
  const name = encodeNamePart(`${id}_${extname(key) === "" ? `${key}${extension}` : key}`);
  const folder = referenceFolder(place.layout, place.date, place.sessionId);
  await publishFile(join(folder, name), [bytes], layer);
  return `${REFERENCE_PREFIX}${name}`;
}

/**
 * Path of the file that a reference means.
 *
 * @param eventFolder folder of the event file that cites it
 * @throws {InvalidDataError} for text that is no reference or would leave the folder
 * @throws {NotFoundError} where the file is gone
 */
export function resolveReference(
  eventFolder: string,
  sessionId: string,
  reference: string,
): string {
  const name = reference.slice(REFERENCE_PREFIX.length);
  if (
    !reference.startsWith(REFERENCE_PREFIX) || name !== basename(name) ||
    /[/\\]|^\.{0,2}$/.test(name)
  ) {
    throw new InvalidDataError(
      `Not a file reference: "${reference}", wanted ${REFERENCE_PREFIX}NAME`,
    );
  }
  const path = join(eventFolder, `${encodeNamePart(sessionId)}_ref`, name);
  try {
    Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new NotFoundError(`Referenced file is gone: ${path}`, { cause: error });
    }
    throw error;
  }
  return path;
}

/**
 * Finds the data that a reference means, whichever day its session began.
 *
 * @param sessionId session of the event that cites it
 * @returns absolute path of the file
 * @throws {InvalidDataError} for text that is no reference or would leave the folder
 * @throws {NotFoundError} where the file is gone
 */
export function findReference(layout: DataLayout, sessionId: string, reference: string): string {
  const days = listFolder(layout.events).map(({ name }) => name).filter(isDateFolder).sort();
  let fault: unknown = new NotFoundError(`No events in ${layout.root}, so no ${reference} either`);
  for (const day of days.reverse()) {
    try {
      return resolveReference(join(layout.events, day), sessionId, reference);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      fault = error;
    }
  }
  throw fault;
}

async function readFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw storageError("Cannot read", path, error);
  }
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Names of typed arrays say how the bytes are to be read. */
function extensionOf(data: ArrayBufferView): string {
  const kind = data.constructor.name;
  return kind === "Uint8Array" || kind === "DataView"
    ? ".bin"
    : `.${kind.replace(/Array$/, "").toLowerCase()}.bin`;
}
