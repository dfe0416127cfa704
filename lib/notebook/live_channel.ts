/**
 * A channel as it is written, in a notebook.
 * @module
 */
import type { ChannelSubscribeOptions, ChannelUpdate } from "../channels/channel_subscription.ts";
import type { ChannelSummary } from "../channels/channel_summary.ts";
import { LiveSamples } from "./_live_samples.ts";
import { bundleOf } from "./displayable.ts";
import { type MimeBundle, requireBroadcast } from "./live_output.ts";
import { LiveView } from "./live_view.ts";
import { Plot } from "./plot.ts";
import type { PlotChannelOptions } from "./plot_channel.ts";
import { planPlot } from "./plot_options.ts";

/** What is needed of a channel store to follow a channel. */
export interface LiveChannelSource {
  /** Channels and sessions. */
  list(options?: { readonly sessionId?: string }): Promise<ChannelSummary[]>;
  /** Samples as they are written. */
  subscribe(channelId: string, options?: ChannelSubscribeOptions): AsyncIterable<ChannelUpdate>;
}

/** How a channel is followed. */
export interface LiveChannelOptions
  extends Pick<PlotChannelOptions, "sessionId" | "limits" | "title" | "width" | "height"> {
  /** Seconds in sight. @default 30 */
  readonly seconds?: number;
}

/** More than are drawn: what comes between two of them is drawn at once. */
const UPDATES_PER_SECOND = 10;
/** How long the end waits for what is under way. */
const CATCH_UP_MILLIS = 5000;

/**
 * Shows the last seconds of a channel while it is written, by whichever process, in one output that
 * changes in place, until it is stopped: what was written before first, then each sample as it comes.
 *
 * @param store a `ChannelStore`
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
  store: LiveChannelSource,
  channelId: string,
  options: LiveChannelOptions = {},
): LiveView {
  const { seconds = 30, sessionId, ...plot } = options;
  if (!(seconds > 0)) throw new RangeError(`Seconds in sight must be more than 0, got ${seconds}`);
  const samples = new LiveSamples(seconds), session = sessionId === undefined ? {} : { sessionId };
  let units: string | undefined;
  return new LiveView({
    broadcast: requireBroadcast(),
    name: `Live channel ${channelId}`,
    follow: async (signal, changed) => {
      const how = { ...session, window: seconds, maxRate: UPDATES_PER_SECOND, signal };
      for await (const update of store.subscribe(channelId, how)) {
        if (samples.count === 0) units = await unitsOf(store, channelId, session);
        samples.add(update);
        changed();
      }
      await catchUp(store, channelId, samples, { ...session, window: seconds });
      if (samples.count > 0) units ??= await unitsOf(store, channelId, session);
      changed();
    },
    render: () => liveChannelBundle(samples, channelId, { ...plot, units }),
  });
}

/** Takes what was written before the end and was still under way then: it comes as history. */
async function catchUp(
  store: LiveChannelSource,
  channelId: string,
  samples: LiveSamples,
  how: ChannelSubscribeOptions,
): Promise<void> {
  const reached = new AbortController();
  const signal = AbortSignal.any([reached.signal, AbortSignal.timeout(CATCH_UP_MILLIS)]);
  const history = store.subscribe(channelId, { ...how, signal, onLive: () => reached.abort() });
  for await (const update of history) samples.addLater(update);
}

async function unitsOf(
  store: LiveChannelSource,
  channelId: string,
  session: { readonly sessionId?: string },
): Promise<string | undefined> {
  const all = await store.list(session);
  return all.find((each) => each.channelId === channelId)?.units ?? undefined;
}

/** What is shown of the samples that came so far. */
export async function liveChannelBundle(
  samples: LiveSamples,
  channelId: string,
  { units, title, ...size }:
    & Omit<LiveChannelOptions, "seconds" | "sessionId">
    & { readonly units?: string | undefined },
): Promise<MimeBundle> {
  if (samples.count === 0) return { "text/plain": `Waiting for channel ${channelId}` };
  if (samples.latestText !== undefined) {
    return { "text/plain": `${channelId}: ${samples.latestText}` };
  }
  const lost = samples.missed === 0
    ? ""
    : `, ${samples.missed.toLocaleString("en-US")} more came too fast`;
  const plan = planPlot([], {
    ...size,
    kind: "line",
    x: "time,",
    y: "value",
    yUnit: units ?? "",
    ...(samples.sessions > 1 ? { color: "session_id" } : {}),
    title: title ?? `${channelId}, ${samples.count.toLocaleString("en-US")} samples${lost}`,
  });
  const columns = samples.columns(channelId, units);
  return await bundleOf(new Plot(() => Promise.resolve({ plan, columns })));
}
