/** What a person does by themselves, without an application: joining, writing, reacting, voting. */
import type { Locale } from 'discord-api-types/v10';
import { placeOf } from '../access.js';
import type { Actor, Draft, MessageAt, Upload } from '../actor.js';
import { fail } from '../errors.js';
import type { Interactions } from '../interactions/index.js';
import type { Attachment, Id } from '../model.js';
import { startTyping } from '../operations/channels.js';
import { setInterest } from '../operations/events.js';
import { joinGuild, leaveGuild } from '../operations/members.js';
import { keepFiles } from '../operations/message-parts.js';
import { createMessage, deleteMessage, editMessage, removeMessage } from '../operations/messages.js';
import { vote } from '../operations/polls.js';
import { addReaction, removeReaction } from '../operations/reactions.js';
import { startThread } from '../operations/threads.js';
import { openDirect } from '../operations/users.js';
import { renderChannel, renderThread } from '../render/guilds.js';
import { renderMessage } from '../render/messages.js';
import { renderMember } from '../render/people.js';
import { checkFiles, type Upload as WireFile } from '../validate/message.js';
import type { World } from '../world.js';

type Acting = Pick<
  Actor,
  | 'speak'
  | 'join'
  | 'leave'
  | 'typing'
  | 'say'
  | 'edit'
  | 'erase'
  | 'dismissMessage'
  | 'react'
  | 'unreact'
  | 'vote'
  | 'direct'
  | 'interest'
  | 'post'
  | 'download'
>;

export function createActing(world: World, { privately }: Interactions, userId: Id): Acting {
  return {
    speak(locale: Locale) {
      const user = world.users.get(userId) ?? fail('unknownUser');
      user.locale = locale;
      world.changed('user', userId, '', user);
    },

    join: (guildId, invite) => renderMember(world, joinGuild(world, userId, guildId, invite)),
    leave: (guildId) => leaveGuild(world, userId, guildId),

    typing: (channelId) => startTyping(world, userId, channelId),
    say(channelId, draft) {
      const { body, files } = bodyOf(typeof draft === 'string' ? { content: draft } : draft);
      return renderMessage(world, createMessage(world, userId, channelId, body, files), userId);
    },
    edit: ({ channel_id, id }, content) =>
      renderMessage(world, editMessage(world, userId, channel_id, id, { content }), userId),
    erase: ({ channel_id, id }) => deleteMessage(world, userId, channel_id, id),

    dismissMessage({ channel_id, id }: MessageAt) {
      const message = privately.get(userId, channel_id, id) ?? fail('unknownMessage');
      privately.remove(userId, channel_id, id);
      removeMessage(world, message);
    },

    react: ({ channel_id, id }, emoji) => addReaction(world, userId, channel_id, id, emoji),
    unreact: ({ channel_id, id }, emoji) => removeReaction(world, userId, channel_id, id, emoji),
    vote: ({ channel_id, id }, answers) => vote(world, userId, channel_id, id, answers),

    post(forumId, { title, tags = [], ...draft }) {
      const { body: message, files } = bodyOf(draft);
      const body = { name: title, applied_tags: tagIds(world, userId, forumId, tags), message };
      const started = startThread(world, userId, forumId, body, files);
      const first = started.message ?? fail('wrongChannelType');
      return { thread: renderThread(started.thread, userId), message: renderMessage(world, first, userId) };
    },

    interest: (guildId, eventId, interested = true) => setInterest(world, userId, guildId, eventId, interested),

    direct: (otherId) => renderChannel(world, openDirect(world, userId, otherId), userId),

    download: ({ id }) => world.files.get(id) ?? fail('notFound'),
  };
}

/** A message's body and files, as the wire has them. */
function bodyOf({ content = '', files = [], replyTo }: Draft): { body: object; files: WireFile[] } {
  return {
    body: { content, ...(replyTo && { message_reference: { message_id: replyTo } }) },
    files: files.map(wireFile),
  };
}

/** Keeps a file that only an application is shown. Refuses: entityTooLarge. */
export function keepUpload(world: World, file: Upload): Attachment {
  const files = [wireFile(file, 0)];
  checkFiles(files);
  const [attachment] = keepFiles(world, files, undefined);
  return { ...(attachment ?? fail('invalidFile')), ephemeral: true };
}

const wireFile = ({ name, data, contentType }: Upload, index: number): WireFile => ({
  index,
  filename: name,
  contentType: contentType ?? 'application/octet-stream',
  bytes: Buffer.from(data),
});

/** The tags of a forum that are meant by ids or names. Refuses: unknownTag. */
function tagIds(world: World, userId: Id, forumId: Id, wanted: readonly string[]): Id[] {
  const { channel } = placeOf(world, userId, forumId);
  return wanted.map((one) => {
    const tag = channel.available_tags?.find(({ id, name }) => id === one || name === one);
    return tag?.id ?? fail('unknownTag');
  });
}
