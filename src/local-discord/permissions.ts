/** Who may do what: Discord's permission arithmetic, without state. */
import { ChannelType, OverwriteType, PermissionFlagsBits as P } from 'discord-api-types/v10';
import type { Channel, Guild, Member, Role } from './model.js';

/** Every permission there is. */
export const ALL: bigint = Object.values(P).reduce((all, bit) => all | bit, 0n);

/** What somebody in a direct conversation may do there. */
export const IN_DIRECT: bigint =
  P.ViewChannel |
  P.SendMessages |
  P.ReadMessageHistory |
  P.AddReactions |
  P.AttachFiles |
  P.EmbedLinks |
  P.UseExternalEmojis |
  P.SendPolls |
  P.UseApplicationCommands;

/** What is left to a timed-out member. */
const IN_TIMEOUT = P.ViewChannel | P.ReadMessageHistory;
/** What goes with SEND_MESSAGES when it is missing. */
const NEEDS_SENDING = P.MentionEveryone | P.SendTTSMessages | P.AttachFiles | P.EmbedLinks;

export const has = (permissions: bigint, wanted: bigint): boolean => (permissions & wanted) === wanted;

export const isThread = (channel: Channel): boolean =>
  channel.type === ChannelType.PublicThread ||
  channel.type === ChannelType.PrivateThread ||
  channel.type === ChannelType.AnnouncementThread;

export const isForum = (channel: Channel): boolean =>
  channel.type === ChannelType.GuildForum || channel.type === ChannelType.GuildMedia;

/** Permissions in the guild at large: @everyone and the member's roles together. */
export function guildPermissions(guild: Guild, member: Member, now: number): bigint {
  if (guild.owner_id === member.user_id) return ALL;
  let permissions = bits(guild.roles.get(guild.id));
  for (const id of member.roles) permissions |= bits(guild.roles.get(id));
  if (has(permissions, P.Administrator)) return ALL;
  return isTimedOut(member, now) ? permissions & IN_TIMEOUT : permissions;
}

/** Permissions in a channel: overwrites of @everyone, then of roles, then of the member. A thread has its parent's. */
export function channelPermissions(guild: Guild, member: Member, channel: Channel, now: number): bigint {
  let permissions = guildPermissions(guild, member, now);
  if (permissions === ALL) return ALL;
  const place = isThread(channel) && channel.parent_id ? guild.channels.get(channel.parent_id) : channel;
  if (!place) return 0n;

  let allow = 0n;
  let deny = 0n;
  let own: { allow: string; deny: string } | undefined;
  for (const overwrite of place.permission_overwrites) {
    if (overwrite.type === OverwriteType.Member) {
      if (overwrite.id === member.user_id) own = overwrite;
    } else if (overwrite.id === guild.id) {
      permissions = (permissions & ~BigInt(overwrite.deny)) | BigInt(overwrite.allow);
    } else if (member.roles.includes(overwrite.id)) {
      allow |= BigInt(overwrite.allow);
      deny |= BigInt(overwrite.deny);
    }
  }
  permissions = (permissions & ~deny) | allow;
  if (own) permissions = (permissions & ~BigInt(own.deny)) | BigInt(own.allow);
  if (isTimedOut(member, now)) permissions &= IN_TIMEOUT;

  if (!has(permissions, P.ViewChannel)) return 0n;
  if (isVoice(place) && !has(permissions, P.Connect)) return P.ViewChannel;
  if (isThread(channel)) {
    // A private thread is seen by its members and by those who manage threads.
    if (
      channel.type === ChannelType.PrivateThread &&
      !has(permissions, P.ManageThreads) &&
      !channel.thread_members?.some((one) => one.user_id === member.user_id)
    )
      return 0n;
    if (!has(permissions, P.SendMessagesInThreads)) permissions &= ~NEEDS_SENDING;
  } else if (!has(permissions, P.SendMessages)) permissions &= ~NEEDS_SENDING;
  return permissions;
}

/** Orders roles as Discord does: by position, and of two at one position the older is higher. */
export function compareRoles(a: Role, b: Role): number {
  return a.position - b.position || b.id.length - a.id.length || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

export function highestRole(guild: Guild, member: Member): Role | undefined {
  let highest = guild.roles.get(guild.id);
  for (const id of member.roles) {
    const role = guild.roles.get(id);
    if (role && (!highest || compareRoles(role, highest) > 0)) highest = role;
  }
  return highest;
}

/** Whether `member` stands above `role`, and so may give, take, change or delete it. The owner stands above all. */
export function standsAbove(guild: Guild, member: Member, role: Role): boolean {
  if (guild.owner_id === member.user_id) return true;
  const highest = highestRole(guild, member);
  return highest !== undefined && compareRoles(highest, role) > 0;
}

/** Whether `member` may act on `other` (nickname, timeout, kick, ban): nobody may on the owner. */
export function outranks(guild: Guild, member: Member, other: Member): boolean {
  if (guild.owner_id === member.user_id) return true;
  if (guild.owner_id === other.user_id) return false;
  const theirs = highestRole(guild, other);
  return theirs === undefined || standsAbove(guild, member, theirs);
}

export function isTimedOut(member: Member, now: number): boolean {
  return member.communication_disabled_until !== null && Date.parse(member.communication_disabled_until) > now;
}

const isVoice = (channel: Channel): boolean =>
  channel.type === ChannelType.GuildVoice || channel.type === ChannelType.GuildStageVoice;

const bits = (role: Role | undefined): bigint => (role ? BigInt(role.permissions) : 0n);
