/** Messages that Discord itself writes: somebody joined, a thread began, a message was pinned. */
import type { MessageType } from 'discord-api-types/v10';
import type { Id, Message } from '../model.js';
import type { World } from '../world.js';

/** A message of the given type with nothing in it, in somebody's name. */
export function systemMessage(
  world: World,
  channel: { readonly id: Id; readonly guild_id?: Id },
  authorId: Id,
  type: MessageType,
  content = '',
): Message {
  return {
    id: world.newId(),
    channel_id: channel.id,
    ...(channel.guild_id && { guild_id: channel.guild_id }),
    author_id: authorId,
    type,
    content,
    embeds: [],
    components: [],
    attachments: [],
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    tts: false,
    flags: 0,
    pinned: false,
    timestamp: world.iso(),
    edited_timestamp: null,
    reactions: [],
  };
}
