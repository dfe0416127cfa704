// Reads events and samples straight from the files: no daemon, no network, nothing is written.
//
//   deno run --allow-read=DATA examples/read_files.ts DATA
import { FileChannelStore, readEvents } from "@litmus/sdk/files";

const [dataDir = "data"] = Deno.args;

const counts = new Map<string, number>();
for await (const event of readEvents(dataDir)) {
  counts.set(event.event_type, (counts.get(event.event_type) ?? 0) + 1);
}
console.log(Object.fromEntries(counts));

await using channels = await FileChannelStore.open({ dataDir });
for (const { channelId, sessionId, samples, units } of await channels.list()) {
  const last = await channels.query(channelId, { sessionId, lastN: 1 });
  const [row] = await Array.fromAsync(last.rows());
  console.log(channelId, samples, "samples, last", row?.value, units ?? "");
}
