/** What a server has, read from what Discord told us: for /setup, and for catching up after an absence. */
import {
  ChannelType,
  type Guild,
  type GuildBasedChannel,
  PermissionFlagsBits,
  SnowflakeUtil,
  type ThreadChannel,
} from 'discord.js';
import type { Presence } from '../community/community.js';
import type { ForumPost } from '../community/questions.js';
import { type Found, type FoundChannel, NEEDED_PERMISSIONS, type Permission } from '../community/setup-plan.js';

/** A server as /setup sees it. */
export function foundIn(guild: Guild): Found {
  const own = guild.members.me?.permissions;
  return {
    roles: guild.roles.cache.map((role) => ({
      id: role.id,
      name: role.name,
      usable: role.id !== guild.id && !role.managed,
    })),
    channels: guild.channels.cache
      .filter((channel) => !channel.isThread())
      .map((channel) => foundChannel(guild, channel)),
    missing: NEEDED_PERMISSIONS.filter((name) => !own?.has(PermissionFlagsBits[name])),
  };
}

/** What was made so lately that Discord's event about it may still be on its way; milliseconds. */
export const YOUNG_MS = 10_000;

/**
 * A server as it is when the bot gets to see it. What the bot just made, and was told of by the answer to its own request, may
 * be missing from it: that counts as there. `isDoubtful` says afterwards whether it came to that, and to look again later.
 */
export function presenceIn(guild: Guild, self: string, now: number): { presence: Presence; isDoubtful: () => boolean } {
  const channels = [...guild.channels.cache.values()];
  const seen = new Set([
    ...guild.roles.cache.keys(),
    ...guild.channels.cache.keys(),
    ...channels.flatMap((channel) => tagsOf(channel).map(({ id }) => id)),
  ]);
  let doubtful = false;
  const has = (id: string): boolean => {
    if (seen.has(id)) return true;
    const isYoung = Math.abs(now - SnowflakeUtil.timestampFrom(id)) < YOUNG_MS;
    doubtful ||= isYoung;
    return isYoung;
  };
  const posts = channels
    .filter((channel) => channel.isThread())
    .flatMap((thread) => {
      const post = forumPostOf(thread, self);
      return post ? [post] : [];
    });
  return { presence: { things: { has }, posts }, isDoubtful: () => doubtful };
}

/** A post that a person made in a forum; undefined for our own and for other threads. */
export function forumPostOf(thread: ThreadChannel, self: string): (ForumPost & { channel: string }) | undefined {
  const { parent, ownerId, createdTimestamp } = thread;
  if (parent?.type !== ChannelType.GuildForum || !ownerId || ownerId === self) return undefined;
  return {
    channel: parent.id,
    thread: thread.id,
    asker: ownerId,
    title: thread.name,
    tags: thread.appliedTags,
    createdAt: createdTimestamp ?? 0,
  };
}

function foundChannel(guild: Guild, channel: GuildBasedChannel): FoundChannel {
  return {
    id: channel.id,
    name: channel.name,
    type: typeOf(channel),
    tags: tagsOf(channel).map(({ id, name, moderated, emoji }) => ({
      id,
      name,
      moderated,
      emoji_id: emoji?.id ?? null,
      emoji_name: emoji?.name ?? null,
    })),
    missing: missingIn(guild, channel),
  };
}

/** What the bot lacks in a channel, of what it needs for looking after questions there. */
export function missingIn(guild: Guild, channel: GuildBasedChannel): Permission[] {
  const own = guild.members.me && channel.permissionsFor(guild.members.me);
  return NEEDED_PERMISSIONS.filter((name) => !own?.has(PermissionFlagsBits[name]));
}

function typeOf({ type }: GuildBasedChannel): FoundChannel['type'] {
  if (type === ChannelType.GuildCategory) return 'category';
  if (type === ChannelType.GuildText) return 'text';
  return type === ChannelType.GuildForum ? 'forum' : 'other';
}

/** The tags of a forum; of other channels, none. */
export function tagsOf(channel: GuildBasedChannel) {
  return channel.type === ChannelType.GuildForum ? channel.availableTags : [];
}
