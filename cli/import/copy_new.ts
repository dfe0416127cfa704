/**
 * Copies a file to where none is, whole or not at all.
 * @module
 */
import { dirname } from "@std/path";
import { diskLayer, temporaryName } from "../../lib/base/file_layer.ts";
import { isTaken } from "../../lib/base/is_there.ts";
import { publishNew } from "../../lib/base/publish_new.ts";

const CHUNK_BYTES = 1024 * 1024;

/** What came of a copy. */
export type CopyResult = "copied" | "same" | "different";

/**
 * Copies a file; what is there already is never touched.
 *
 * @returns `same` where the target has the same content already, `different` where it has another one
 */
export async function copyNew(source: string, target: string): Promise<CopyResult> {
  const there = await compare(source, target);
  if (there !== undefined) return there;
  const temporary = temporaryName(target);
  try {
    await copySynced(source, temporary);
    if (!await publishNew(temporary, target)) return await compare(source, target) ?? "different";
    await diskLayer.syncDirectory(dirname(target));
    return "copied";
  } finally {
    await diskLayer.remove(temporary);
  }
}

async function copySynced(source: string, target: string): Promise<void> {
  using from = await Deno.open(source, { read: true });
  const file = await diskLayer.create(target);
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let count = await from.read(chunk); count !== null; count = await from.read(chunk)) {
      await file.write(chunk.subarray(0, count));
    }
    await file.sync();
  } finally {
    file.close();
  }
}

/** Compares two files; undefined where there is no target. */
async function compare(source: string, target: string): Promise<CopyResult | undefined> {
  if (!await isTaken(target)) return undefined;
  using a = await Deno.open(source, { read: true });
  using b = await Deno.open(target, { read: true });
  if ((await a.stat()).size !== (await b.stat()).size) return "different";
  for (;;) {
    const [left, right] = [await readChunk(a), await readChunk(b)];
    if (left.length !== right.length) return "different";
    if (left.length === 0) return "same";
    if (left.some((byte, i) => byte !== right[i])) return "different";
  }
}

async function readChunk(file: Deno.FsFile): Promise<Uint8Array> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let at = 0;
  while (at < chunk.length) {
    const count = await file.read(chunk.subarray(at));
    if (count === null) break;
    at += count;
  }
  return chunk.subarray(0, at);
}
