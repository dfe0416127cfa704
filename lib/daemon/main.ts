/**
 * The daemon process; started by `acquire()` and by `litmus daemon start`.
 * @module
 */
import { openDaemonDatabase } from "./daemon_database.ts";
import { parseDaemonOptions } from "./daemon_options.ts";
import type { DaemonProcess } from "./daemon_process.ts";

const encoder = new TextEncoder();

/** The database opens while the rest is loaded. */
async function start(): Promise<DaemonProcess> {
  const options = parseDaemonOptions(Deno.args);
  const database = openDaemonDatabase(options);
  database.catch(() => {}); // told by whoever waits for it
  const { DaemonProcess } = await import("./daemon_process.ts");
  return await DaemonProcess.start(options, database);
}

/** Runs a daemon until it leaves. */
async function main(): Promise<void> {
  let daemon: DaemonProcess;
  try {
    daemon = await start();
  } catch (error) {
    // The caller reads standard error until the daemon serves.
    const text = error instanceof Error ? error.message : String(error);
    Deno.stderr.writeSync(encoder.encode(`${text}\n`));
    Deno.exit(1);
  }
  globalThis.addEventListener("error", ({ error }) => daemon.noteFault(error));
  globalThis.addEventListener("unhandledrejection", ({ reason }) => daemon.noteFault(reason));
  const stop = (signal: string) => () => void daemon.stop(signal);
  Deno.addSignalListener("SIGINT", stop("SIGINT"));
  if (Deno.build.os !== "windows") {
    Deno.addSignalListener("SIGTERM", stop("SIGTERM"));
    Deno.addSignalListener("SIGHUP", () => {}); // the terminal it was started from is closed
  }
  await daemon.ended;
  Deno.exit();
}

if (import.meta.main) await main();
