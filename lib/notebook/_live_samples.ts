import type { ChannelUpdate } from "../channels/channel_subscription.ts";
import { decimate } from "../channels/decimate.ts";
import type { PlotColumn } from "./plot_column.ts";

/** Samples kept of a session: beyond twice as many all but every spike of them is let go. */
const KEPT_SAMPLES = 100_000;

interface Track {
  /** Milliseconds since the epoch. */
  times: Float64Array;
  values: Float64Array;
}

/** The last seconds of a channel, session by session, in bounded memory. */
export class LiveSamples {
  readonly #seconds: number;
  readonly #tracks = new Map<string, Track>();
  #latestText: string | undefined;
  #latestMillis = -Infinity;
  /** Samples that came. */
  count = 0;
  /** Samples that were lost because reading was slow. */
  missed = 0;

  /** @param seconds how long a sample stays in sight of the latest one */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** The latest value of a channel that has no numbers. */
  get latestText(): string | undefined {
    return this.#latestText;
  }

  /** Takes samples in the order they come. */
  add({ sessionId, timestamp, value, missed }: ChannelUpdate): void {
    this.count += timestamp.length;
    this.missed += missed;
    if (value.some((each) => typeof each === "string")) {
      this.#latestText = String(value.at(-1));
      return;
    }
    const values = value instanceof Float64Array
      ? value
      : Float64Array.from(value, (each) => each === null ? NaN : Number(each));
    const times = timestamp.map((micros) => micros / 1000);
    for (const time of times) if (time > this.#latestMillis) this.#latestMillis = time;
    const known = this.#tracks.get(sessionId);
    const track = known === undefined ? { times, values } : {
      times: joined(known.times, times),
      values: joined(known.values, values),
    };
    this.#tracks.set(sessionId, track.times.length > 2 * KEPT_SAMPLES ? thinned(track) : track);
    this.#forget();
  }

  /** Takes those that are later than all that came of their session. */
  addLater(update: ChannelUpdate): void {
    const last = this.#tracks.get(update.sessionId)?.times.at(-1) ?? -Infinity;
    const first = update.timestamp.findIndex((micros) => micros / 1000 > last);
    if (first < 0) return;
    const timestamp = update.timestamp.slice(first);
    this.add({ ...update, timestamp, value: update.value.slice(first) });
  }

  /** Lets go of what is out of sight. */
  #forget(): void {
    const from = this.#latestMillis - this.#seconds * 1000;
    for (const [sessionId, { times, values }] of this.#tracks) {
      const first = times.findIndex((time) => time >= from);
      if (first < 0) this.#tracks.delete(sessionId);
      else if (first > 0) {
        this.#tracks.set(sessionId, { times: times.slice(first), values: values.slice(first) });
      }
    }
  }

  /** What is in sight, as columns of a plot. */
  columns(channelId: string, unit: string | undefined): Map<string, PlotColumn> {
    const tracks = [...this.#tracks], all = tracks.map(([, track]) => track);
    const sessions = tracks.flatMap(([id, { times }]) => Array<string>(times.length).fill(id));
    const times = joined(...all.map((track) => track.times));
    const values = joined(...all.map((track) => track.values));
    return new Map<string, PlotColumn>([
      ["time,", { name: "time,", unit: undefined, data: { kind: "time", values: times } }],
      ["value", { name: channelId, unit, data: { kind: "number", values } }],
      [
        "session_id",
        { name: "session_id", unit: undefined, data: { kind: "text", values: sessions } },
      ],
    ]);
  }

  /** Sessions in sight. */
  get sessions(): number {
    return this.#tracks.size;
  }
}

/** What a chart shows of the samples: all extremes are kept. */
function thinned({ times, values }: Track): Track {
  const kept = decimate(times, values, KEPT_SAMPLES);
  return {
    times: Float64Array.from(kept, (i) => times[i]!),
    values: Float64Array.from(kept, (i) => values[i]!),
  };
}

function joined(...parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
