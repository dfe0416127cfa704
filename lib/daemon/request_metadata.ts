/**
 * What a subscriber asks for.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import type { FlightDataMessage } from "../flight/service.ts";

const NOTHING = new Uint8Array(0);
/** How long a client that has sent its descriptor alone may take to send its request. */
const REQUEST_MILLIS = 1000;

/**
 * The application metadata of the first message, or of the second where the first holds nothing but the
 * descriptor, as libraries in C++ send it. Nobody has to send a second one.
 */
export async function requestMetadata(
  messages: AsyncIterator<FlightDataMessage>,
  refuse: (error: Error) => void,
): Promise<Uint8Array> {
  const first = await messages.next();
  if (first.done === true) return NOTHING;
  if (first.value.appMetadata.byteLength > 0) return first.value.appMetadata;
  const second = messages.next().then((next) =>
    next.done === true ? NOTHING : next.value.appMetadata
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), REQUEST_MILLIS);
  });
  try {
    const metadata = await Promise.race([second, late]);
    if (metadata !== undefined) return metadata;
  } finally {
    clearTimeout(timer);
  }
  // An aborted call ends by its own reason.
  second.then((metadata) => {
    if (metadata.byteLength > 0) refuse(new InvalidDataError("Subscription request came too late"));
  }, () => {});
  return NOTHING;
}
