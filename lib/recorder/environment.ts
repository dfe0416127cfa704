/**
 * What a session knows about where it runs, without asking for any permission.
 * @module
 */
import { VERSION } from "../base/version.ts";

const OS_NAMES: Readonly<Record<string, string>> = {
  linux: "Linux",
  darwin: "Darwin",
  windows: "Windows",
};

function isGranted(kind: "osRelease"): boolean {
  return Deno.permissions.querySync({ name: "sys", kind }).state === "granted";
}

/**
 * Text for `environment_json`: runtime, system and package versions, no paths.
 *
 * @param further Facts to add; they win
 */
export function environmentJson(further: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    runtime: "deno",
    deno_version: Deno.version.deno,
    v8_version: Deno.version.v8,
    typescript_version: Deno.version.typescript,
    os_name: OS_NAMES[Deno.build.os] ?? Deno.build.os,
    os_version: isGranted("osRelease") ? Deno.osRelease() : null,
    platform_machine: Deno.build.arch,
    litmus_version: VERSION,
    ...further,
  });
}
