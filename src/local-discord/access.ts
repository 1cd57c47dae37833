/** Looks things up on somebody's behalf: what they cannot see or may not do is refused as Discord refuses it. */
import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import { fail } from './errors.js';
import type { Channel, Guild, Id, Member, Message, Role } from './model.js';
import { channelPermissions, guildPermissions, has, IN_DIRECT } from './permissions.js';
import type { World } from './world.js';

/** A guild as one of its members stands in it. */
export interface Standing {
  readonly guild: Guild;
  readonly member: Member;
  readonly permissions: bigint;
}

/** A channel as one user stands in it. Direct channels have no guild and no member. */
export interface Place {
  readonly channel: Channel;
  readonly guild: Guild | undefined;
  readonly member: Member | undefined;
  readonly permissions: bigint;
}

/** Permissions of a user in a channel; 0 where they are no member or cannot see it. */
export function permissionsIn(world: World, userId: Id, channel: Channel): bigint {
  if (channel.guild_id === undefined) return channel.recipient_ids?.includes(userId) ? IN_DIRECT : 0n;
  const guild = world.guilds.get(channel.guild_id);
  const member = guild?.members.get(userId);
  return guild && member ? channelPermissions(guild, member, channel, world.now()) : 0n;
}

export function canSee(world: World, userId: Id, channel: Channel): boolean {
  return has(permissionsIn(world, userId, channel), P.ViewChannel);
}

/** Refuses: unknownGuild where there is none, or the user is no member (Discord tells those apart to nobody). */
export function standingIn(world: World, userId: Id, guildId: Id): Standing {
  const guild = world.guilds.get(guildId) ?? fail('unknownGuild');
  const member = guild.members.get(userId) ?? fail(world.users.get(userId)?.bot ? 'unknownGuild' : 'missingAccess');
  return { guild, member, permissions: guildPermissions(guild, member, world.now()) };
}

/** Refuses: as standingIn, and missingPermissions. */
export function allowedIn(world: World, userId: Id, guildId: Id, wanted: bigint): Standing {
  const standing = standingIn(world, userId, guildId);
  demand(standing.permissions, wanted);
  return standing;
}

/** Refuses: unknownChannel, missingAccess where the user cannot see it, missingPermissions. */
export function placeOf(world: World, userId: Id, channelId: Id, wanted = 0n): Place {
  const channel = world.channels.get(channelId) ?? fail('unknownChannel');
  const guild = channel.guild_id === undefined ? undefined : world.guilds.get(channel.guild_id);
  const permissions = permissionsIn(world, userId, channel);
  if (!has(permissions, P.ViewChannel)) fail('missingAccess');
  demand(permissions, wanted);
  return { channel, guild, member: guild?.members.get(userId), permissions };
}

/** A channel of a guild with its member. Refuses: as placeOf, and noDmAction. */
export function guildPlaceOf(world: World, userId: Id, channelId: Id, wanted = 0n): Place & Standing {
  const place = placeOf(world, userId, channelId, wanted);
  if (!place.guild || !place.member) fail('noDmAction');
  return { ...place, guild: place.guild, member: place.member };
}

/** Refuses: missingPermissions. */
export function demand(permissions: bigint, wanted: bigint): void {
  if (!has(permissions, wanted)) fail('missingPermissions');
}

/** Refuses: unknownMessage. */
export function messageIn(world: World, channelId: Id, messageId: Id): Message {
  return world.messages(channelId).get(messageId) ?? fail('unknownMessage');
}

/** Refuses: unknownMember. */
export function memberOf(guild: Guild, userId: Id): Member {
  return guild.members.get(userId) ?? fail('unknownMember');
}

/** Refuses: unknownRole. */
export function roleOf(guild: Guild, roleId: Id): Role {
  return guild.roles.get(roleId) ?? fail('unknownRole');
}
