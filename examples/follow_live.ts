// Follows measurements as they come, from the first one on record, until five were seen.
//
//   deno run --allow-read=DATA --allow-write=DATA --allow-net=127.0.0.1 \
//     --allow-run=deno examples/follow_live.ts DATA
import { EventStore, isEvent } from "@litmus/sdk";

const [dataDir = "data"] = Deno.args;
await using events = await EventStore.open({ dataDir });

const filter = { eventType: "test.measurement", limit: 5 };
const subscription = events.subscribe(filter, {
  fromCursor: "start",
  onLive: () => console.log("what follows is live"),
});
for await (const event of subscription) {
  if (!isEvent(event, "test.measurement")) continue;
  console.log(event.occurred_at, event.measurement_name, event.value, event.units, event.outcome);
}
// To go on here tomorrow: subscribe(filter, { fromCursor: subscription.cursor })
