/**
 * A channel as it is written, in a notebook.
 * @module
 */
import { NotFoundError } from "../base/errors.ts";
import { bundleOf } from "./displayable.ts";
import { type MimeBundle, requireBroadcast } from "./live_output.ts";
import { LiveView } from "./live_view.ts";
import { type ChannelSource, plotChannel, type PlotChannelOptions } from "./plot_channel.ts";

/** How a channel is followed. */
export interface LiveChannelOptions
  extends Pick<PlotChannelOptions, "sessionId" | "limits" | "title" | "width" | "height"> {
  /** Seconds in sight. @default 30 */
  readonly seconds?: number;
}

/** Between two looks at the files; samples get there after a second at most. */
const LOOK_MILLIS = 500;

/**
 * Shows the last seconds of a channel while it is written, by whichever process, in one output that
 * changes in place, until it is stopped.
 *
 * @param store a `ChannelStore` or `FileChannelStore`
 * @param channelId the channel; it may come later
 * @returns the handle: `await view.stop()`
 * @throws {LitmusError} outside of the Deno Jupyter kernel
 *
 * @example
 * ```ts ignore
 * const view = liveChannel(channels, "thermo.board", { seconds: 60 });
 * // in a later cell
 * await view.stop();
 * ```
 */
export function liveChannel(
  store: ChannelSource,
  channelId: string,
  options: LiveChannelOptions = {},
): LiveView {
  const { seconds = 30, ...plot } = options;
  if (!(seconds > 0)) throw new RangeError(`Seconds in sight must be more than 0, got ${seconds}`);
  return new LiveView({
    broadcast: requireBroadcast(),
    name: `Live channel ${channelId}`,
    follow: async (signal, changed) => {
      while (!signal.aborted) {
        changed();
        await new Promise((resolve) => setTimeout(resolve, LOOK_MILLIS));
      }
      changed();
    },
    render: () => lastSeconds(store, channelId, seconds, plot),
  });
}

async function lastSeconds(
  store: ChannelSource,
  channelId: string,
  seconds: number,
  options: Omit<LiveChannelOptions, "seconds">,
): Promise<MimeBundle> {
  try {
    const start = new Date(Date.now() - seconds * 1000);
    return await bundleOf(plotChannel(store, channelId, { ...options, start }));
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return { "text/plain": `Waiting for channel ${channelId}` };
  }
}
