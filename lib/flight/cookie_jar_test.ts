import { strictEqual as equal } from "node:assert/strict";
import { CookieJar } from "./cookie_jar.ts";

const NOW = Date.UTC(2026, 0, 1);

Deno.test("CookieJar gives back what was set, and nothing that has expired", () => {
  let now = NOW;
  const jar = new CookieJar(() => now);
  equal(jar.header, undefined);
  jar.take("session=a=b; Path=/; HttpOnly");
  jar.take(" other = x ;max-age=10");
  equal(jar.header, "session=a=b; other=x");
  now += 10_000;
  equal(jar.header, "session=a=b");
});

Deno.test("CookieJar replaces a cookie by its name and drops one that the server expires", () => {
  const jar = new CookieJar(() => NOW);
  jar.take("session=1");
  jar.take("session=2; Expires=Fri, 01 Jan 2027 00:00:00 GMT");
  equal(jar.header, "session=2");
  jar.take("session=; Max-Age=0; Expires=Fri, 01 Jan 2027 00:00:00 GMT");
  equal(jar.header, undefined);
  jar.take("session=3; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
  equal(jar.header, undefined);
});

Deno.test("CookieJar passes over what is no cookie", () => {
  const jar = new CookieJar(() => NOW);
  for (const header of ["", "novalue", "=x", ";a=b", "a=\xe9"]) jar.take(header);
  equal(jar.header, undefined);
  jar.take("a=b; Expires=soon; Max-Age=long");
  equal(jar.header, "a=b");
});
