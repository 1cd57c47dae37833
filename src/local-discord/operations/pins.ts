/** Pinned messages, and posts of announcement channels that go out to their followers. */
import { ChannelType, MessageFlags, MessageType, PermissionFlagsBits as P, WebhookType } from 'discord-api-types/v10';
import { demand, guildPlaceOf, messageIn, placeOf } from '../access.js';
import { fail } from '../errors.js';
import { limits } from '../limits.js';
import type { Id, Message, Webhook } from '../model.js';
import { has } from '../permissions.js';
import type { World } from '../world.js';
import { messageChanged, publish } from './messages.js';
import { systemMessage } from './system-message.js';
import { save } from './thread-members.js';

/** Pins or unpins. Refuses: missingPermissions without PIN_MESSAGES, archivedThread, maxPins. */
export function setPinned(world: World, by: Id, channelId: Id, messageId: Id, pinned: boolean): void {
  const { channel } = placeOf(world, by, channelId, 0n);
  if (channel.guild_id !== undefined) placeOf(world, by, channelId, P.PinMessages);
  const message = messageIn(world, channelId, messageId);
  if (channel.thread?.archived) fail('archivedThread');
  if (message.pinned === pinned) return;
  if (pinned) {
    if (pins(world, channelId).length >= limits.message.pins) fail('maxPins');
    message.pinned_at = world.iso();
    channel.last_pin_timestamp = message.pinned_at;
  } else delete message.pinned_at;
  message.pinned = pinned;
  save(world, channel);
  messageChanged(world, message);
  world.emit({
    t: 'CHANNEL_PINS_UPDATE',
    d: { channel_id: channelId, guild_id: channel.guild_id, last_pin_timestamp: channel.last_pin_timestamp },
    guildId: channel.guild_id,
    channelId,
  });
  if (pinned)
    publish(world, channel, {
      ...systemMessage(world, channel, by, MessageType.ChannelPinnedMessage),
      message_reference: { type: 0, message_id: message.id, channel_id: channelId, guild_id: channel.guild_id },
    });
}

/** Pinned messages, the last pinned first. Nothing without READ_MESSAGE_HISTORY. */
export function listPins(world: World, by: Id, channelId: Id): Message[] {
  const { permissions } = placeOf(world, by, channelId);
  return has(permissions, P.ReadMessageHistory) ? pins(world, channelId) : [];
}

function pins(world: World, channelId: Id): Message[] {
  const pinned = [...world.messages(channelId).values()].filter((message) => message.pinned);
  return pinned.sort((a, b) => Date.parse(b.pinned_at ?? '') - Date.parse(a.pinned_at ?? ''));
}

/** Publishes a post of an announcement channel. Refuses: wrongChannelType, alreadyCrossposted, missingPermissions. */
export function crosspost(world: World, by: Id, channelId: Id, messageId: Id): Message {
  const { channel, permissions, guild } = guildPlaceOf(world, by, channelId);
  if (channel.type !== ChannelType.GuildAnnouncement) fail('wrongChannelType');
  const message = messageIn(world, channelId, messageId);
  demand(permissions, message.author_id === by ? P.SendMessages : P.ManageMessages);
  if (message.flags & MessageFlags.Crossposted) fail('alreadyCrossposted');
  message.flags |= MessageFlags.Crossposted;
  messageChanged(world, message);
  for (const follower of channel.followers ?? []) {
    const target = world.channels.get(follower.channel_id);
    const webhook = world.webhooks.get(follower.webhook_id);
    if (!target || !webhook) continue;
    publish(world, target, {
      ...message,
      id: world.newId(),
      channel_id: target.id,
      guild_id: target.guild_id,
      author_id: webhook.id,
      webhook: { id: webhook.id, username: `${guild.name} #${channel.name}`, avatar: null },
      flags: MessageFlags.IsCrosspost,
      pinned: false,
      reactions: [],
      nonce: undefined,
      timestamp: world.iso(),
      message_reference: { type: 0, message_id: message.id, channel_id: channelId, guild_id: guild.id },
    });
  }
  return message;
}

/** Lets a channel receive what an announcement channel publishes. Refuses: wrongChannelType, missingPermissions. */
export function follow(world: World, by: Id, channelId: Id, targetId: Id): { channel_id: Id; webhook_id: Id } {
  const { channel, guild } = guildPlaceOf(world, by, channelId);
  if (channel.type !== ChannelType.GuildAnnouncement) fail('wrongChannelType');
  const target = guildPlaceOf(world, by, targetId, P.ManageWebhooks);
  const webhook: Webhook = {
    id: world.newId(),
    type: WebhookType.ChannelFollower,
    guild_id: target.guild.id,
    channel_id: targetId,
    name: `${guild.name} #${channel.name}`,
    avatar: null,
    user_id: by,
    application_id: null,
    source_channel_id: channelId,
  };
  world.webhooks.set(webhook.id, webhook);
  world.changed('webhook', webhook.id, webhook.guild_id, webhook);
  const follower = { channel_id: targetId, webhook_id: webhook.id };
  channel.followers = [...(channel.followers ?? []), follower];
  save(world, channel);
  return { channel_id: channelId, webhook_id: webhook.id };
}
