/**
 * The cookies of one server. Flight servers tell sessions apart by them, and load balancers in front of
 * servers send a client back to the one that knows it.
 * @module
 */

interface Cookie {
  readonly value: string;
  /** Until when it is sent, in milliseconds since the epoch. */
  readonly untilMillis: number;
}

/** Keeps what a server sets by `set-cookie` and gives it back as `cookie`. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The `cookie` header; undefined where there is none to send. */
  get header(): string | undefined {
    const now = this.#now();
    const pairs = [...this.#cookies]
      .filter(([, { untilMillis }]) => untilMillis > now)
      .map(([name, { value }]) => `${name}=${value}`);
    return pairs.length === 0 ? undefined : pairs.join("; ");
  }

  /** Takes a `set-cookie` header; one that has expired unsets the cookie, a malformed one is passed over. */
  take(header: string): void {
    const [pair = "", ...attributes] = header.split(";");
    const equals = pair.indexOf("=");
    if (equals < 1 || !/^[\x20-\x7e]*$/.test(pair)) return;
    const untilMillis = this.#expiry(attributes);
    const name = pair.slice(0, equals).trim();
    if (untilMillis <= this.#now()) this.#cookies.delete(name);
    else this.#cookies.set(name, { value: pair.slice(equals + 1).trim(), untilMillis });
  }

  /** `Max-Age` counts before `Expires`, by RFC 6265. */
  #expiry(attributes: readonly string[]): number {
    let expires = Infinity;
    for (const attribute of attributes) {
      const [name = "", value = ""] = attribute.split(/=(.*)/s).map((part) => part.trim());
      if (/^max-age$/i.test(name) && /^-?\d+$/.test(value)) {
        return this.#now() + Number(value) * 1000;
      }
      if (/^expires$/i.test(name)) expires = orForever(Date.parse(value));
    }
    return expires;
  }
}

function orForever(millis: number): number {
  return Number.isNaN(millis) ? Infinity : millis;
}
