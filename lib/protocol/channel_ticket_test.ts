import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import {
  channelIdOfTicket,
  type ChannelQuery,
  formatChannelTicket,
  parseChannelTicket,
} from "./channel_ticket.ts";

Deno.test("parseChannelTicket() gives back what formatChannelTicket() was given", () => {
  const queries: ChannelQuery[] = [
    {},
    { sessionId: "00000000-0000-4000-8000-000000000001", lastN: 7 },
    { startMicros: 1_700_000_000_123_456, endMicros: 1_700_000_001_000_000, maxPoints: 2 },
    { method: "lttb", maxPoints: 1000 },
  ];
  for (const id of ["dmm.voltage", "a?b&c=d %/ü"]) {
    for (const query of queries) {
      const ticket = formatChannelTicket(id, query);
      equal(channelIdOfTicket(ticket), id);
      deepEqual(parseChannelTicket(ticket), query);
    }
  }
});

Deno.test("parseChannelTicket() takes an empty value for none", () => {
  deepEqual(parseChannelTicket("x?session_id=&start=&last_n=&method="), {});
});

for (
  const [ticket, message] of [
    ["x?session=1", /Unknown parameter "session" in channel ticket: wanted session_id, start/],
    ["x?last_n=0", /last_n must be a whole number from 1 on, got "0"/],
    ["x?max_points=1.5", /max_points must be a whole number from 2 on, got "1.5"/],
    ["x?method=best", /Unknown method "best"/],
    ["x?start=yesterday", /yesterday/],
  ] as const
) {
  Deno.test(`parseChannelTicket() refuses ${ticket}`, () => {
    throws(() => parseChannelTicket(ticket), { message });
  });
}
