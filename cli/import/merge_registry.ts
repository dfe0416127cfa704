/**
 * Brings units and instruments of imported channels along: files of other programs do not hold them.
 * @module
 */
import { dirname } from "@std/path";
import { diskLayer } from "../../lib/base/file_layer.ts";
import {
  ChannelRegistry,
  readRegistry,
  type RegistryEntry,
} from "../../lib/channels/channel_registry.ts";

/** A channel file lies three folders below its data directory. */
const LEVELS = 4;

/** Adds the channels that only the registry of the source knows; ours are never changed. */
export async function mergeRegistry(source: string, dataDir: string): Promise<void> {
  const theirs = registryAbove(source);
  const known = readRegistry(dataDir).entries;
  const registry = new ChannelRegistry({ dataDir, layer: diskLayer, rebuild: () => [] });
  for (const entry of theirs) if (!known.has(entry.channelId)) registry.note(entry);
  await registry.save();
}

function registryAbove(source: string): Iterable<RegistryEntry> {
  let folder = source;
  for (let level = 0; level < LEVELS; level++) {
    const { state, entries } = readRegistry(folder);
    if (state === "good") return entries.values();
    folder = dirname(folder);
  }
  return [];
}
