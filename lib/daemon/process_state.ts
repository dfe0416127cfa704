/**
 * What can be known of processes.
 * @module
 */
import { kill } from "node:process";
import { isThereSync } from "../base/is_there.ts";

/** Whether a process of this host is there; a stranger's counts. */
export function isProcessAlive(pid: number): boolean {
  if (Deno.build.os === "linux") return isThereSync(`/proc/${pid}`);
  const { state } = Deno.permissions.querySync({ name: "run" });
  if (state !== "granted") return false;
  try {
    return kill(pid, 0); // signal 0 asks without effect
  } catch (error) {
    return error instanceof Error && Reflect.get(error, "code") === "EPERM";
  }
}
