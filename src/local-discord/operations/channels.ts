/** Channels of a guild: made, changed, moved, deleted; who may do what in them. */
import { ChannelType, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { z } from 'zod';
import { allowedIn, canSee, guildPlaceOf, placeOf, standingIn } from '../access.js';
import { fail, invalid } from '../errors.js';
import { limits } from '../limits.js';
import type { Channel, Guild, Id } from '../model.js';
import { isThread } from '../permissions.js';
import { renderChannel } from '../render/guilds.js';
import { int, parseForm, snowflake } from '../validate/form.js';
import type { World } from '../world.js';
import { applyForm, channelForm, overwriteForm, readOverwrites } from './channel-form.js';
import { save } from './thread-members.js';
import { deleteThread, forgetThread } from './threads.js';

const CREATABLE = new Set<number>([
  ChannelType.GuildText,
  ChannelType.GuildVoice,
  ChannelType.GuildCategory,
  ChannelType.GuildAnnouncement,
  ChannelType.GuildStageVoice,
  ChannelType.GuildForum,
  ChannelType.GuildMedia,
]);

/** Refuses: missingPermissions without MANAGE_CHANNELS, maxChannels, wrongChannelType, invalidForm. */
export function createChannel(world: World, by: Id, guildId: Id, body: unknown): Channel {
  const standing = allowedIn(world, by, guildId, P.ManageChannels);
  const { guild } = standing;
  const form = parseForm(channelForm.required({ name: true }), body);
  const type: ChannelType = form.type ?? ChannelType.GuildText;
  if (!CREATABLE.has(type)) invalid('type', 'BASE_TYPE_CHOICES', 'Value must be one of {0, 2, 4, 5, 13, 15, 16}.');
  demandFeature(guild, type);
  if (guild.channels.size >= limits.guild.channels) fail('maxChannels');
  const siblings = [...guild.channels.values()].filter((one) => sorting(one.type) === sorting(type));
  const channel: Channel = {
    id: world.newId(),
    type,
    guild_id: guildId,
    name: '',
    position: siblings.reduce((last, one) => Math.max(last, one.position + 1), 0),
    parent_id: null,
    topic: null,
    nsfw: false,
    permission_overwrites: [],
    rate_limit_per_user: 0,
    last_message_id: null,
    last_pin_timestamp: null,
    flags: 0,
  };
  applyForm(world, standing, channel, form);
  // A channel made in a category without overwrites of its own takes over the category's.
  if (form.permission_overwrites === undefined && channel.parent_id)
    channel.permission_overwrites = structuredClone(guild.channels.get(channel.parent_id)?.permission_overwrites ?? []);
  guild.channels.set(channel.id, channel);
  world.channels.set(channel.id, channel);
  save(world, channel);
  announce(world, channel, 'CHANNEL_CREATE');
  return channel;
}

/** Announcements and stages are for community guilds. Refuses: wrongChannelType. */
function demandFeature(guild: Guild, type: ChannelType): void {
  const needs =
    type === ChannelType.GuildAnnouncement ? 'NEWS' : type === ChannelType.GuildStageVoice ? 'COMMUNITY' : '';
  if (needs && !guild.features.includes(needs) && !guild.features.includes('COMMUNITY')) fail('wrongChannelType');
}

/** Channels are ordered apart: categories, voice, and all others. */
const sorting = (type: ChannelType): 'category' | 'voice' | 'text' =>
  type === ChannelType.GuildCategory
    ? 'category'
    : type === ChannelType.GuildVoice || type === ChannelType.GuildStageVoice
      ? 'voice'
      : 'text';

/** Refuses: missingPermissions without MANAGE_CHANNELS there, invalidForm. Threads are changed by updateThread. */
export function updateChannel(world: World, by: Id, channelId: Id, body: unknown): Channel {
  const place = guildPlaceOf(world, by, channelId, P.ManageChannels);
  const { channel } = place;
  const form = parseForm(channelForm, body);
  if (form.permission_overwrites !== undefined) guildPlaceOf(world, by, channelId, P.ManageRoles);
  if (form.type !== undefined && form.type !== null && form.type !== channel.type) {
    const both = [ChannelType.GuildText, ChannelType.GuildAnnouncement];
    if (!both.includes(form.type) || !both.includes(channel.type))
      invalid('type', 'BASE_TYPE_CHOICES', 'Only text and announcement channels change into each other.');
    demandFeature(place.guild, form.type);
    channel.type = form.type;
  }
  applyForm(world, place, channel, form);
  channelChanged(world, channel);
  return channel;
}

export function channelChanged(world: World, channel: Channel): void {
  save(world, channel);
  announce(world, channel, 'CHANNEL_UPDATE');
}

function announce(world: World, channel: Channel, t: 'CHANNEL_CREATE' | 'CHANNEL_UPDATE' | 'CHANNEL_DELETE'): void {
  // To the whole guild: bots are told of channels they cannot see, as Discord tells them.
  world.emit({ t, d: renderChannel(world, channel), guildId: channel.guild_id });
}

/** Deletes a channel with its threads; a category's channels stay. Refuses: missingPermissions, communityChannel. */
export function deleteChannel(world: World, by: Id, channelId: Id): Channel {
  const { channel, guild } = placeOf(world, by, channelId);
  if (!guild) {
    // Closing a direct conversation only hides it.
    return channel;
  }
  if (isThread(channel)) return deleteThread(world, by, channelId);
  guildPlaceOf(world, by, channelId, P.ManageChannels);
  if (
    guild.features.includes('COMMUNITY') &&
    [guild.rules_channel_id, guild.public_updates_channel_id].includes(channelId)
  )
    fail('communityChannel');
  for (const thread of [...guild.threads.values()])
    if (thread.parent_id === channelId) forgetThread(world, guild, thread);
  for (const child of guild.channels.values())
    if (child.parent_id === channelId) {
      child.parent_id = null;
      channelChanged(world, child);
    }
  for (const [code, invite] of world.invites)
    if (invite.channel_id === channelId) {
      world.invites.delete(code);
      world.changed('invite', code, guild.id, undefined);
    }
  for (const [id, webhook] of world.webhooks)
    if (webhook.channel_id === channelId) {
      world.webhooks.delete(id);
      world.changed('webhook', id, guild.id, undefined);
    }
  guild.channels.delete(channelId);
  world.channels.delete(channelId);
  world.messages(channelId).clear();
  world.changed('channel', channelId, guild.id, undefined);
  announce(world, channel, 'CHANNEL_DELETE');
  return channel;
}

const positionsForm = z.array(
  z.object({
    id: snowflake,
    position: int(0, 100_000).nullish(),
    parent_id: snowflake.nullish(),
    lock_permissions: z.boolean().nullish(),
  }),
);
/** Refuses: missingPermissions without MANAGE_CHANNELS, unknownChannel, invalidForm. */
export function moveChannels(world: World, by: Id, guildId: Id, body: unknown): void {
  const standing = allowedIn(world, by, guildId, P.ManageChannels);
  for (const move of parseForm(positionsForm, body)) {
    const channel = standing.guild.channels.get(move.id) ?? fail('unknownChannel');
    applyForm(world, standing, channel, { position: move.position, parent_id: move.parent_id });
    if (move.lock_permissions && channel.parent_id)
      channel.permission_overwrites = structuredClone(
        standing.guild.channels.get(channel.parent_id)?.permission_overwrites ?? [],
      );
    channelChanged(world, channel);
  }
}

/** Sets one overwrite. Refuses: missingPermissions without MANAGE_ROLES or for bits one lacks, unknownOverwrite. */
export function setOverwrite(world: World, by: Id, channelId: Id, targetId: Id, body: unknown): void {
  const place = guildPlaceOf(world, by, channelId, P.ManageRoles);
  const { channel, guild } = place;
  if (isThread(channel)) fail('wrongChannelType');
  const form = parseForm(overwriteForm.omit({ id: true }).required({ type: true }), body);
  if (form.type === 0 && !guild.roles.has(targetId)) fail('unknownRole');
  if (form.type === 1 && !world.users.has(targetId)) fail('unknownUser');
  const made = readOverwrites(place, channel, [{ ...form, id: targetId }]);
  channel.permission_overwrites = [...channel.permission_overwrites.filter(({ id }) => id !== targetId), ...made];
  channelChanged(world, channel);
}

/** Refuses: missingPermissions without MANAGE_ROLES, unknownOverwrite. */
export function removeOverwrite(world: World, by: Id, channelId: Id, targetId: Id): void {
  const { channel } = guildPlaceOf(world, by, channelId, P.ManageRoles);
  if (!channel.permission_overwrites.some(({ id }) => id === targetId)) fail('unknownOverwrite');
  channel.permission_overwrites = channel.permission_overwrites.filter(({ id }) => id !== targetId);
  channelChanged(world, channel);
}

/** Channels of a guild, without threads, in their order. Bots see all of them. Refuses: as standingIn. */
export function listChannels(world: World, by: Id, guildId: Id): Channel[] {
  const { guild } = standingIn(world, by, guildId);
  const bot = world.users.get(by)?.bot === true;
  return [...guild.channels.values()]
    .filter((channel) => bot || canSee(world, by, channel))
    .sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
}

/** Somebody writes: those who see the channel are told. Refuses: as placeOf, missingPermissions. */
export function startTyping(world: World, by: Id, channelId: Id): void {
  const { channel } = placeOf(world, by, channelId);
  if (channel.guild_id !== undefined)
    placeOf(world, by, channelId, isThread(channel) ? P.SendMessagesInThreads : P.SendMessages);
  world.emit({
    t: 'TYPING_START',
    d: {
      channel_id: channelId,
      guild_id: channel.guild_id,
      user_id: by,
      timestamp: Math.floor(world.now() / 1000),
    },
    guildId: channel.guild_id,
    channelId,
  });
}
