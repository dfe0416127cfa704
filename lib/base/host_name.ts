/**
 * The name of this host.
 * @module
 */

/** Host name, where the permission for it was granted before; asking would prompt. */
export function hostname(): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : undefined;
}
