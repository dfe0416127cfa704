/**
 * What the demo asks of the data, by SQL through the daemon, and how it draws the answers.
 * @module
 */
import { ChannelStore, type RunStore } from "../../mod.ts";
import { plotChannel } from "../commands/plot_channel.ts";
import { renderTable } from "../output/render_table.ts";
import { paint } from "../format/style.ts";
import { barChart } from "../plot/bar_chart.ts";

/** How it is drawn. */
export interface DemoView {
  readonly dataDir: string;
  readonly sessionId: string;
  readonly color: boolean;
  readonly width: number;
  readonly write: (text: string) => Promise<void>;
}

const RUNS = `SELECT left(run_id, 8) AS run, dut_serial AS serial, run_outcome AS outcome,
    (SELECT count(*) FROM steps s WHERE s.run_id = r.run_id) AS steps,
    (SELECT count(*) FROM measurements m WHERE m.run_id = r.run_id) AS measured,
    coalesce((SELECT string_agg(DISTINCT measurement_name, ', ') FROM measurements m
      WHERE m.run_id = r.run_id AND measurement_outcome = 'failed'), '') AS failed
  FROM runs r WHERE session_id = $1 ORDER BY run_started_at`;

const YIELD = `WITH tests AS (
    SELECT dut_serial, run_outcome = 'passed' AS passed,
      row_number() OVER (PARTITION BY dut_serial ORDER BY run_started_at) AS nth,
      row_number() OVER (PARTITION BY dut_serial ORDER BY run_started_at DESC) AS nth_last
    FROM runs WHERE session_id = $1)
  SELECT count(DISTINCT dut_serial) AS units,
    count(*) FILTER (passed AND nth = 1) AS first_pass,
    count(*) FILTER (passed AND nth_last = 1) AS final
  FROM tests`;

const CAPABILITY = `SELECT measurement_name AS measurement, count(*) AS n,
    round(avg(measurement_value), 4) AS mean, round(stddev_samp(measurement_value), 4) AS sigma,
    any_value(limit_low) AS low, any_value(limit_high) AS high,
    any_value(measurement_units) AS unit,
    round(least(
      coalesce((avg(measurement_value) - any_value(limit_low)) / (3 * sigma), 'infinity'::DOUBLE),
      coalesce((any_value(limit_high) - avg(measurement_value)) / (3 * sigma), 'infinity'::DOUBLE)
    ), 2) AS cpk
  FROM (SELECT *, stddev_samp(measurement_value) OVER (PARTITION BY measurement_name) AS sigma
    FROM measurements WHERE session_id = $1)
  WHERE limit_low IS NOT NULL OR limit_high IS NOT NULL
  GROUP BY measurement_name, sigma HAVING count(*) > 2 AND sigma > 0
  ORDER BY cpk LIMIT 5`;

const LONGEST = `SELECT channel_id, samples, units FROM channels
  WHERE session_id = $1 AND data_type = 'waveform' ORDER BY samples DESC LIMIT 1`;

/** Draws the answers. */
export async function showDemo(runs: RunStore, view: DemoView): Promise<void> {
  const title = (text: string): Promise<void> =>
    view.write(`\n${paint(text, "bold", view.color)}\n`);
  await title("Runs of this session");
  await view.write(await renderTable(await runs.sql(RUNS, [view.sessionId]), view));
  await title("Yield");
  await view.write(await yieldChart(runs, view));
  await title("Closest to their limits");
  await view.write(await renderTable(await runs.sql(CAPABILITY, [view.sessionId]), view));
  await plotLongest(runs, view, title);
}

async function yieldChart(runs: RunStore, view: DemoView): Promise<string> {
  const result = await runs.sql(YIELD, [view.sessionId]);
  const [row] = await Array.fromAsync(
    result.rows<{ units: number; first_pass: number; final: number }>(),
  );
  const { units = 0, first_pass = 0, final = 0 } = row ?? {};
  const bar = (label: string, passed: number) => ({
    label,
    value: units === 0 ? 0 : (100 * passed) / units,
    text: `${units === 0 ? 0 : ((100 * passed) / units).toFixed(1)} %, ${passed} of ${units} units`,
    style: "green" as const,
  });
  return barChart([bar("first pass", first_pass), bar("final", final)], {
    width: view.width,
    max: 100,
    color: view.color,
  });
}

async function plotLongest(
  runs: RunStore,
  view: DemoView,
  title: (text: string) => Promise<void>,
): Promise<void> {
  const found = await runs.sql(LONGEST, [view.sessionId]);
  const [channel] = await Array.fromAsync(
    found.rows<{ channel_id: string; samples: number; units: string }>(),
  );
  if (channel === undefined) return;
  const points = 4 * view.width;
  await using store = await ChannelStore.open({ dataDir: view.dataDir });
  const start = performance.now();
  const result = await store.query(channel.channel_id, {
    sessionId: view.sessionId,
    maxPoints: points,
  });
  const drawn = await plotChannel(result, {
    channelId: channel.channel_id,
    units: channel.units,
    waveform: true,
    width: view.width,
    height: 16,
    color: view.color,
  });
  const millis = Math.round(performance.now() - start);
  const count = new Intl.NumberFormat("en-US").format(channel.samples);
  await title(`${count} samples of ${channel.channel_id} in ${points} points, ${millis} ms`);
  await view.write(drawn);
}
