// Downsamples a waveform and saves it as SVG, without a daemon and without network.
//
//   deno run --allow-read=DATA --allow-write=DATA examples/waveform_svg.ts DATA scope.inrush
import { FileChannelStore } from "@litmus/sdk/files";
import { plotChannel } from "@litmus/sdk/notebook";

const [dataDir = "data", channelId = "scope.inrush"] = Deno.args;
await using channels = await FileChannelStore.open({ dataDir });

// A chart of 800 pixels shows no more than 3,200 of a million samples; no spike is lost.
const chart = plotChannel(channels, channelId, { width: 800, height: 300 });
const file = `${dataDir}/${channelId}.svg`;
await Deno.writeTextFile(file, await chart.svg());
console.log(`${file} written`);
