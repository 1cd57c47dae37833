/** The form of a channel, and the rules between its fields. */
import { ChannelType, OverwriteType, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Standing } from '../access.js';
import { fail, invalid } from '../errors.js';
import { limits } from '../limits.js';
import type { Channel, Guild, Overwrite } from '../model.js';
import { has } from '../permissions.js';
import { isEmoji } from '../validate/emoji.js';
import { int, permissionBits, snowflake, text } from '../validate/form.js';
import type { World } from '../world.js';

const most = limits.channel;
export const archiveAfter = z.union([z.literal(60), z.literal(1440), z.literal(4320), z.literal(10080)]);

const emoji = z.object({ emoji_id: snowflake.nullish(), emoji_name: z.string().max(64).nullish() });

export const tagForm = z.object({
  id: snowflake.nullish(),
  name: text(1, most.tagName),
  moderated: z.boolean().nullish(),
  emoji_id: snowflake.nullish(),
  emoji_name: z.string().max(64).nullish(),
});

export const overwriteForm = z.object({
  id: snowflake,
  type: z
    .union([z.literal(0), z.literal(1), z.literal('0'), z.literal('1')])
    .transform(Number)
    .nullish(),
  allow: permissionBits.nullish(),
  deny: permissionBits.nullish(),
});

export const channelForm = z.object({
  name: text(1, most.name).optional(),
  type: int(0, 16).nullish(),
  position: int(0, 100_000).nullish(),
  topic: text(0, most.forumTopic).nullish(),
  nsfw: z.boolean().nullish(),
  rate_limit_per_user: int(0, most.slowmode).nullish(),
  parent_id: snowflake.nullish(),
  permission_overwrites: z.array(overwriteForm).max(100).nullish(),
  bitrate: int(most.bitrate.least, most.bitrate.most).nullish(),
  user_limit: int(0, most.userLimit).nullish(),
  rtc_region: z.string().max(32).nullish(),
  default_auto_archive_duration: archiveAfter.nullish(),
  default_thread_rate_limit_per_user: int(0, most.slowmode).nullish(),
  available_tags: z.array(tagForm).max(most.tags).nullish(),
  default_reaction_emoji: emoji.nullish(),
  default_sort_order: int(0, 1).nullish(),
  default_forum_layout: int(0, 2).nullish(),
  flags: z.number().int().nonnegative().nullish(),
});
export type ChannelForm = z.infer<typeof channelForm>;

export const isForumType = (type: ChannelType): boolean =>
  type === ChannelType.GuildForum || type === ChannelType.GuildMedia;

const isVoiceType = (type: ChannelType): boolean =>
  type === ChannelType.GuildVoice || type === ChannelType.GuildStageVoice;

/** Text-like channels have names without capitals and spaces. */
function channelName(type: ChannelType, name: string): string {
  const trimmed = name.trim();
  return type === ChannelType.GuildCategory || isVoiceType(type)
    ? trimmed
    : trimmed.toLowerCase().replace(/\s+/g, '-').replace(/-+/g, '-');
}

/** Writes what a form says into a channel. Refuses: invalidForm, missingPermissions, tagNamesUnique. */
export function applyForm(world: World, standing: Standing, channel: Channel, form: ChannelForm): void {
  const { guild } = standing;
  const { type } = channel;
  const topicLimit = isForumType(type) ? most.forumTopic : most.topic;
  if (form.topic && form.topic.length > topicLimit)
    invalid('topic', 'BASE_TYPE_MAX_LENGTH', `Must be ${topicLimit} or fewer in length.`);
  if (form.parent_id !== undefined) channel.parent_id = parentFor(guild, channel, form.parent_id);
  if (form.permission_overwrites !== undefined)
    channel.permission_overwrites = readOverwrites(standing, channel, form.permission_overwrites ?? []);
  if (form.name !== undefined) channel.name = channelName(type, form.name);
  if (form.position !== undefined && form.position !== null) channel.position = form.position;
  if (form.topic !== undefined) channel.topic = form.topic || null;
  if (form.nsfw !== undefined) channel.nsfw = form.nsfw ?? false;
  if (form.rate_limit_per_user !== undefined) channel.rate_limit_per_user = form.rate_limit_per_user ?? 0;
  if (form.default_auto_archive_duration) channel.default_auto_archive_duration = form.default_auto_archive_duration;
  if (isVoiceType(type)) {
    channel.bitrate = form.bitrate ?? channel.bitrate ?? 64_000;
    channel.user_limit = form.user_limit ?? channel.user_limit ?? 0;
    channel.rtc_region = form.rtc_region === undefined ? (channel.rtc_region ?? null) : form.rtc_region;
  }
  if (type === ChannelType.GuildText || isForumType(type))
    channel.default_thread_rate_limit_per_user =
      form.default_thread_rate_limit_per_user ?? channel.default_thread_rate_limit_per_user ?? 0;
  if (isForumType(type)) applyForum(world, channel, form);
}

function applyForum(world: World, channel: Channel, form: ChannelForm): void {
  if (form.available_tags) {
    const names = form.available_tags.map(({ name }) => name.trim().toLowerCase());
    if (new Set(names).size < names.length) fail('tagNamesUnique');
    form.available_tags.forEach(({ emoji_id, emoji_name }, index) => {
      if (!emoji_id && emoji_name && !isEmoji(emoji_name))
        invalid(`available_tags.${index}.emoji_name`, 'EMOJI_INVALID', 'Invalid emoji');
    });
    channel.available_tags = form.available_tags.map((tag) => ({
      id: channel.available_tags?.some(({ id }) => id === tag.id) && tag.id ? tag.id : world.newId(),
      name: tag.name.trim(),
      moderated: tag.moderated ?? false,
      emoji_id: tag.emoji_id ?? null,
      emoji_name: tag.emoji_name ?? null,
    }));
  }
  channel.available_tags ??= [];
  if (form.default_reaction_emoji !== undefined)
    channel.default_reaction_emoji = form.default_reaction_emoji && {
      emoji_id: form.default_reaction_emoji.emoji_id ?? null,
      emoji_name: form.default_reaction_emoji.emoji_name ?? null,
    };
  channel.default_reaction_emoji ??= null;
  if (form.default_sort_order !== undefined) channel.default_sort_order = form.default_sort_order;
  channel.default_sort_order ??= null;
  channel.default_forum_layout = form.default_forum_layout ?? channel.default_forum_layout ?? 0;
  // Of the flags only REQUIRE_TAG (1 << 4) is anyone's to set.
  if (form.flags !== undefined && form.flags !== null) channel.flags = form.flags & (1 << 4);
}

/** Refuses: invalidForm for what is no category, or a full one. */
function parentFor(guild: Guild, channel: Channel, parentId: string | null): string | null {
  if (parentId === null || parentId === channel.parent_id) return parentId;
  const parent = guild.channels.get(parentId);
  if (!parent) return invalid('parent_id', 'CHANNEL_PARENT_INVALID', 'Category does not exist');
  if (parent.type !== ChannelType.GuildCategory || channel.type === ChannelType.GuildCategory)
    invalid('parent_id', 'CHANNEL_PARENT_INVALID_TYPE', 'Not a category');
  let children = 0;
  for (const one of guild.channels.values()) if (one.parent_id === parentId) children += 1;
  if (children >= limits.guild.channelsInCategory)
    invalid(
      'parent_id',
      'CHANNEL_PARENT_MAX_CHANNELS',
      `Maximum number of channels in category reached (${limits.guild.channelsInCategory})`,
    );
  return parentId;
}

/** Refuses: missingPermissions for bits that one does not have, or MANAGE_ROLES by who is no administrator. */
export function readOverwrites(
  standing: Standing,
  channel: Channel,
  forms: readonly z.infer<typeof overwriteForm>[],
): Overwrite[] {
  return forms.map((form) => {
    const type = form.type ?? (standing.guild.roles.has(form.id) ? OverwriteType.Role : OverwriteType.Member);
    const overwrite: Overwrite = { id: form.id, type, allow: form.allow ?? '0', deny: form.deny ?? '0' };
    const before = channel.permission_overwrites.find(({ id }) => id === form.id);
    const changed =
      (BigInt(overwrite.allow) ^ BigInt(before?.allow ?? 0)) | (BigInt(overwrite.deny) ^ BigInt(before?.deny ?? 0));
    if (!has(standing.permissions, P.Administrator)) {
      if ((changed & ~standing.permissions) !== 0n) fail('missingPermissions');
      if ((changed & P.ManageRoles) !== 0n) fail('missingPermissions');
    }
    return overwrite;
  });
}
