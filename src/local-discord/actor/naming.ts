/** Finds what a person means by what they type, as the pickers of Discord's client do: an id, a mention or a name. */
import { canSee, type Place } from '../access.js';
import type { Channel, Id, Role } from '../model.js';
import type { World } from '../world.js';

/** Users that can be picked here: the guild's members, or the people of the direct conversation; by id, anyone who is known. */
export function findUser(world: World, { guild, channel }: Place, typed: string): Id | undefined {
  const id = idIn(typed, /^<@!?(\d+)>$/);
  if (world.users.has(id)) return id;
  const name = typed.replace(/^@/, '').toLowerCase();
  for (const candidate of guild?.members.keys() ?? channel.recipient_ids ?? []) {
    const user = world.users.get(candidate);
    const names = [user?.username, user?.global_name, guild?.members.get(candidate)?.nick];
    if (names.some((one) => one?.toLowerCase() === name)) return candidate;
  }
  return undefined;
}

export function findRole({ guild }: Place, typed: string): Role | undefined {
  const byId = guild?.roles.get(idIn(typed, /^<@&(\d+)>$/));
  if (byId) return byId;
  const name = typed.replace(/^@(?!everyone$)/, '').toLowerCase();
  for (const role of guild?.roles.values() ?? []) if (role.name.toLowerCase() === name) return role;
  return undefined;
}

/** A channel or thread of the guild that the person can see. */
export function findChannel(world: World, { guild }: Place, userId: Id, typed: string): Channel | undefined {
  if (!guild) return undefined;
  const visible = (channel: Channel | undefined) => (channel && canSee(world, userId, channel) ? channel : undefined);
  const id = idIn(typed, /^<#(\d+)>$/);
  const byId = visible(guild.channels.get(id) ?? guild.threads.get(id));
  if (byId) return byId;
  const name = typed.replace(/^#/, '').toLowerCase();
  for (const channels of [guild.channels, guild.threads])
    for (const channel of channels.values())
      if (channel.name.toLowerCase() === name && visible(channel)) return channel;
  return undefined;
}

const idIn = (typed: string, mention: RegExp): Id => mention.exec(typed)?.[1] ?? typed;
