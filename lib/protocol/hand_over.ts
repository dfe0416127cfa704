/**
 * Meeting a daemon that another version of this package started.
 *
 *     same protocol, not older     work together
 *     same protocol, older         work together; it leaves once nobody holds it, and the next is newer
 *     older protocol               it is asked to leave, waited for, and replaced
 *     newer protocol               refused with the remedy
 *
 * Only the newer side ever asks the other to leave, so that two versions in turns end with one daemon, the
 * newer, and neither starts a second one beside it.
 *
 * @module
 */
import { DaemonError } from "../base/errors.ts";
import { compareVersions, VERSION } from "../base/version.ts";
import type { FlightClient } from "../flight/client.ts";
import type { Endpoint } from "./endpoint.ts";
import { FileLock } from "./file_lock.ts";
import { ACTIONS, PROTOCOL_VERSION } from "./names.ts";

const POLL_MILLIS = 20;

/** What is to be done with a daemon that runs. */
export type Meeting = "join" | "join and relieve" | "replace";

/**
 * Looks at who is met.
 *
 * @throws {DaemonError} for a daemon of a newer protocol
 */
export function meetingOf(endpoint: Pick<Endpoint, "version" | "sdkVersion" | "dataDir">): Meeting {
  const { version, sdkVersion, dataDir } = endpoint;
  if (version > PROTOCOL_VERSION) {
    throw new DaemonError(
      `The daemon of ${dataDir} is version ${sdkVersion}, too new for this program (${VERSION}): update this program`,
    );
  }
  if (version < PROTOCOL_VERSION) return "replace";
  return compareVersions(sdkVersion, VERSION) < 0 ? "join and relieve" : "join";
}

/** Asks a daemon to leave as soon as nobody holds a reference to it. */
export async function relieve(client: FlightClient, signal?: AbortSignal): Promise<void> {
  const options = signal === undefined ? {} : { signal };
  await Array.fromAsync(client.doAction(ACTIONS.shutdown, '{"when":"idle"}', options));
}

/**
 * Waits until a daemon that was relieved has left.
 *
 * @param untilMillis when to give up, by `Date.now()`
 * @throws {DaemonError} where somebody else holds it until then
 */
export async function waitUntilGone(
  endpoint: Endpoint,
  daemonLock: string,
  untilMillis: number,
  signal?: AbortSignal,
): Promise<void> {
  while (FileLock.isHeld(daemonLock)) {
    signal?.throwIfAborted();
    if (Date.now() >= untilMillis) {
      throw new DaemonError(
        `The daemon of ${endpoint.dataDir} is version ${endpoint.sdkVersion} (pid ${endpoint.pid}), older than this program (${VERSION}) and still used by others: close them, or end it by \`litmus daemon stop\``,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
}
