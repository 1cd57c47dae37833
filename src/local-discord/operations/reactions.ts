/** Reactions to messages. */
import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import { demand, messageIn, type Place, placeOf } from '../access.js';
import { fail } from '../errors.js';
import { limits } from '../limits.js';
import type { Id, Message, Reaction } from '../model.js';
import { renderMember } from '../render/people.js';
import { isEmoji } from '../validate/emoji.js';
import type { World } from '../world.js';

/** `👍`, or `name:id` of a guild's own emoji. Refuses: unknownEmoji. */
function readEmoji(world: World, written: string): Reaction['emoji'] {
  const custom = /^(?:a?:)?([A-Za-z0-9_]{2,32}):(\d{1,20})$/.exec(written);
  if (custom) {
    const id = custom[2];
    for (const guild of world.guilds.values()) {
      const emoji = guild.emojis.find((one) => one.id === id);
      if (emoji) return { id: emoji.id, name: emoji.name, ...(emoji.animated && { animated: true }) };
    }
    fail('unknownEmoji');
  }
  if (!isEmoji(written)) fail('unknownEmoji');
  return { id: null, name: written };
}

const same = (a: Reaction['emoji'], b: Reaction['emoji']): boolean => (a.id ? a.id === b.id : a.name === b.name);

function reactable(world: World, by: Id, channelId: Id, messageId: Id): Place & { message: Message } {
  const place = placeOf(world, by, channelId, P.ReadMessageHistory);
  const message = messageIn(world, channelId, messageId);
  if (place.channel.thread?.archived) fail('archivedThread');
  return { ...place, message };
}

/** Refuses: as placeOf, unknownMessage, unknownEmoji, maxReactions, missingPermissions for a new emoji without ADD_REACTIONS. */
export function addReaction(world: World, by: Id, channelId: Id, messageId: Id, written: string): void {
  const { message, permissions, member, guild } = reactable(world, by, channelId, messageId);
  const emoji = readEmoji(world, written);
  let reaction = message.reactions.find((one) => same(one.emoji, emoji));
  if (reaction?.user_ids.includes(by)) return;
  if (!reaction) {
    demand(permissions, P.AddReactions);
    if (message.reactions.length >= limits.message.reactions) fail('maxReactions');
    reaction = { emoji, user_ids: [] };
    message.reactions.push(reaction);
  }
  reaction.user_ids.push(by);
  world.changed('message', message.id, channelId, message);
  world.emit({
    t: 'MESSAGE_REACTION_ADD',
    d: {
      user_id: by,
      ...about(message, emoji),
      message_author_id: message.author_id,
      ...(guild && member && { member: renderMember(world, member) }),
      burst: false,
      type: 0,
    },
    guildId: message.guild_id,
    channelId,
  });
}

/** Takes back one reaction. Refuses: missingPermissions for somebody else's without MANAGE_MESSAGES. */
export function removeReaction(
  world: World,
  by: Id,
  channelId: Id,
  messageId: Id,
  written: string,
  userId: Id = by,
): void {
  const { message, permissions } = reactable(world, by, channelId, messageId);
  if (userId !== by) demand(permissions, P.ManageMessages);
  const emoji = readEmoji(world, written);
  const reaction = message.reactions.find((one) => same(one.emoji, emoji));
  if (!reaction?.user_ids.includes(userId)) return;
  reaction.user_ids = reaction.user_ids.filter((id) => id !== userId);
  message.reactions = message.reactions.filter((one) => one.user_ids.length > 0);
  world.changed('message', message.id, channelId, message);
  world.emit({
    t: 'MESSAGE_REACTION_REMOVE',
    d: { user_id: userId, ...about(message, emoji), burst: false, type: 0 },
    guildId: message.guild_id,
    channelId,
  });
}

/** Clears all reactions, or all of one emoji. Refuses: missingPermissions without MANAGE_MESSAGES. */
export function clearReactions(world: World, by: Id, channelId: Id, messageId: Id, written?: string): void {
  const { message, permissions } = reactable(world, by, channelId, messageId);
  demand(permissions, P.ManageMessages);
  const emoji = written === undefined ? undefined : readEmoji(world, written);
  message.reactions = emoji ? message.reactions.filter((one) => !same(one.emoji, emoji)) : [];
  world.changed('message', message.id, channelId, message);
  world.emit({
    t: emoji ? 'MESSAGE_REACTION_REMOVE_EMOJI' : 'MESSAGE_REACTION_REMOVE_ALL',
    d: { ...about(message, emoji) },
    guildId: message.guild_id,
    channelId,
  });
}

/** Who reacted with an emoji. Refuses: as addReaction. */
export function reactors(world: World, by: Id, channelId: Id, messageId: Id, written: string): Id[] {
  placeOf(world, by, channelId, P.ReadMessageHistory);
  const emoji = readEmoji(world, written);
  return messageIn(world, channelId, messageId).reactions.find((one) => same(one.emoji, emoji))?.user_ids ?? [];
}

function about(message: Message, emoji: Reaction['emoji'] | undefined): object {
  return {
    channel_id: message.channel_id,
    message_id: message.id,
    ...(message.guild_id && { guild_id: message.guild_id }),
    ...(emoji && { emoji }),
  };
}
