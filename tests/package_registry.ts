/**
 * A package registry on this machine that speaks just enough of JSR's protocol: `deno publish` sends it
 * the package in its packed form, and any Deno installs it from there.
 *
 *     publish   POST /api/scopes/S/packages/P/versions/V   a gzipped tar, as the client packed it
 *     install   GET  /@S/P/meta.json, /@S/P/V_meta.json, /@S/P/V/PATH
 */
import { createHash } from "node:crypto";

/** A registry that runs. */
export interface PackageRegistry extends AsyncDisposable {
  /** Its address, for the variable JSR_URL. */
  readonly url: string;
  /** Files of what was published last, by path with a leading slash. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

interface Published {
  readonly name: string;
  readonly version: string;
  readonly exports: unknown;
}

/** Starts a registry on a free port. */
export function startRegistry(): PackageRegistry {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  let published: Published | undefined;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const upload = /^\/api\/scopes\/[^/]+\/packages\/[^/]+\/versions\/[^/]+$/.test(pathname);
      if (upload && request.method === "POST" && request.body !== null) {
        files.clear();
        for await (const [path, bytes] of unpack(request.body)) files.set(path, bytes);
        const config = new TextDecoder().decode(files.get("/deno.json"));
        published = JSON.parse(config) as Published;
        return task();
      }
      if (pathname.startsWith("/api/publish_status/")) return task();
      if (upload) return new Response("Not published yet", { status: 404 });
      if (pathname.startsWith("/api/")) return Response.json({ name: "sdk", latestVersion: null });
      return published === undefined
        ? new Response("Nothing was published", { status: 404 })
        : serve(published, files, pathname);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    files,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function task(): Response {
  return Response.json({ id: "1", status: "success", error: null });
}

function serve(
  { name, version, exports }: Published,
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  pathname: string,
): Response {
  const [scope, short] = name.slice(1).split("/");
  if (pathname === `/${name}/meta.json`) {
    return Response.json({ scope, name: short, latest: version, versions: { [version]: {} } });
  }
  if (pathname === `/${name}/${version}_meta.json`) {
    const manifest = Object.fromEntries([...files].map(([path, bytes]) => [path, {
      size: bytes.byteLength,
      checksum: `sha256-${createHash("sha256").update(bytes).digest("hex")}`,
    }]));
    return Response.json({ manifest, exports });
  }
  const path = decodeURIComponent(pathname.slice(`/${name}/${version}`.length));
  const bytes = pathname.startsWith(`/${name}/${version}/`) ? files.get(path) : undefined;
  if (bytes === undefined) return new Response(`No ${pathname}`, { status: 404 });
  const type = path.endsWith(".ts") ? "text/typescript" : "application/octet-stream";
  return new Response(bytes, { headers: { "content-type": type } });
}

const BLOCK = 512;

/** Files of a gzipped tar; the names of long paths come in a record of their own. */
async function* unpack(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<[string, Uint8Array<ArrayBuffer>]> {
  const bytes = await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).bytes();
  const text = (at: number, length: number): string =>
    new TextDecoder().decode(bytes.subarray(at, at + length)).replace(/\0.*$/s, "");
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const size = parseInt(text(at + 124, 12).trim(), 8);
    const kind = text(at + 156, 1);
    const prefix = text(at + 345, 155);
    const name = longName ?? (prefix === "" ? text(at, 100) : `${prefix}/${text(at, 100)}`);
    const data = at + BLOCK;
    longName = kind === "L" ? text(data, size) : undefined;
    if (kind === "0" || kind === "") {
      yield [`/${name.replace(/^\.?\//, "")}`, bytes.slice(data, data + size)];
    }
    at = data + Math.ceil(size / BLOCK) * BLOCK;
  }
}
