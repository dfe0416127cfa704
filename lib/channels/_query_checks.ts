import { formatMicros } from "../base/time.ts";
import { type ChannelQuery, decimationMethod, gapPolicy } from "../protocol/channel_ticket.ts";

/** Refuses a query that no answer fits, before anything is read. */
export function checkQuery(query: ChannelQuery): void {
  const { maxPoints, widthPixels, lastN, startMicros, endMicros, method, gaps } = query;
  checkCount("maxPoints", maxPoints, 2);
  checkCount("widthPixels", widthPixels, 1);
  checkCount("lastN", lastN, 1);
  if (maxPoints !== undefined && widthPixels !== undefined) {
    throw new RangeError(
      `Cannot query ${maxPoints} points and ${widthPixels} pixel columns at once: ` +
        "give maxPoints or widthPixels",
    );
  }
  if (method !== undefined) decimationMethod(method);
  if (gaps !== undefined) gapPolicy(gaps);
  checkTime("start", startMicros);
  checkTime("end", endMicros);
  if (startMicros === undefined || endMicros === undefined || startMicros <= endMicros) return;
  throw new RangeError(
    `Cannot query: the start ${formatMicros(startMicros)} is after the end ${
      formatMicros(endMicros)
    }`,
  );
}

function checkCount(name: string, value: number | undefined, least: number): void {
  if (value === undefined || Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(
    `Cannot query: ${name} is ${value}, a whole number of at least ${least} is wanted`,
  );
}

function checkTime(name: string, micros: number | undefined): void {
  if (micros === undefined || Number.isSafeInteger(micros)) return;
  throw new RangeError(`Cannot query: ${name} is ${micros}, whole microseconds are wanted`);
}
