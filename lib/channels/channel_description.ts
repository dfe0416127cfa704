import type { ChannelDescription } from "./channel_types.ts";

/** What is known of a channel by several accounts: of each part, what the last one says that says anything. */
export function joinDescriptions(
  accounts: readonly (ChannelDescription | undefined)[],
): ChannelDescription {
  let found: ChannelDescription = {};
  for (const account of accounts) {
    if (account === undefined) continue;
    const { units, instrumentRole, resource, attributes } = account;
    found = {
      ...found,
      ...(units === undefined ? {} : { units }),
      ...(instrumentRole === undefined ? {} : { instrumentRole }),
      ...(resource === undefined ? {} : { resource }),
      ...(attributes === undefined ? {} : { attributes: { ...attributes } }),
    };
  }
  return found;
}
