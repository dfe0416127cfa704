import { basename, dirname, join } from "@std/path";
import { readEnv } from "../../lib/config/data_directory.ts";
import type { Candidate } from "./completion_types.ts";

const MOST_FILES = 500;

/** Files whose path begins with a text, hidden ones only where a dot asks for them. */
export function listFiles(prefix: string): Candidate[] {
  const isFolder = prefix === "" || prefix.endsWith("/");
  const folder = isFolder ? prefix : prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const start = isFolder ? "" : basename(prefix);
  const found: Candidate[] = [];
  try {
    for (const entry of Deno.readDirSync(expandHome(folder))) {
      if (!entry.name.startsWith(start) || entry.name.startsWith(".") && start === "") continue;
      found.push({
        text: `${folder}${entry.name}${entry.isDirectory ? "/" : ""}`,
        note: entry.isDirectory ? "folder" : "file",
      });
      if (found.length >= MOST_FILES) break;
    }
  } catch (error) {
    // A folder that cannot be listed offers nothing.
    if (!(error instanceof Error)) throw error;
  }
  return found.sort((a, b) => a.text < b.text ? -1 : 1);
}

function expandHome(folder: string): string {
  if (folder === "") return ".";
  const home = readEnv("HOME");
  return folder.startsWith("~/") && home !== undefined
    ? join(home, folder.slice(2))
    : dirname(`${folder}x`);
}
