/** Messages as Discord shows them. */
import type { APIAttachment, APIMessage, APIPoll, APIReaction } from 'discord-api-types/v10';
import type { Attachment, Id, Message, Poll, Reaction } from '../model.js';
import type { World } from '../world.js';
import { renderThread } from './guilds.js';
import { renderUser, renderUserId } from './people.js';

/** A message for `reader`: whose reactions and votes are told apart. */
export function renderMessage(world: World, message: Message, reader?: Id): APIMessage {
  const shown: Record<string, unknown> = {
    type: message.type,
    content: message.content,
    mentions: message.mentions.map((id) => renderUserId(world, id)),
    mention_roles: message.mention_roles,
    attachments: message.attachments.map((attachment) => renderAttachment(world, message.channel_id, attachment)),
    embeds: message.embeds,
    timestamp: message.timestamp,
    edited_timestamp: message.edited_timestamp,
    flags: message.flags,
    components: message.components,
    id: message.id,
    channel_id: message.channel_id,
    author: authorOf(world, message),
    pinned: message.pinned,
    mention_everyone: message.mention_everyone,
    tts: message.tts,
  };
  if (message.attachments.length > 0) linkAttachments(world, message, shown);
  if (message.nonce !== undefined) shown.nonce = message.nonce;
  if (message.webhook) shown.webhook_id = message.webhook.id;
  if (message.application_id) shown.application_id = message.application_id;
  if (message.reactions.length > 0)
    shown.reactions = message.reactions.map((reaction) => renderReaction(reaction, reader));
  if (message.poll) shown.poll = renderPoll(message.poll, reader);
  if (message.interaction_metadata) {
    const { id, type, user } = message.interaction_metadata;
    shown.interaction_metadata = message.interaction_metadata;
    if (message.command !== undefined) shown.interaction = { id, type, name: message.command, user };
  }
  if (message.message_reference) {
    shown.message_reference = message.message_reference;
    const { channel_id, message_id, type } = message.message_reference;
    if (type === 0 && message_id) {
      const referenced = world.messages(channel_id).get(message_id);
      // One level only: a reply to a reply does not carry the first.
      shown.referenced_message = referenced
        ? renderMessage(world, { ...referenced, message_reference: undefined }, reader)
        : null;
    }
  }
  if (message.thread_id) {
    const thread = world.channels.get(message.thread_id);
    if (thread) shown.thread = renderThread(thread);
  }
  return shown as typeof shown & APIMessage;
}

function authorOf(world: World, message: Message) {
  if (!message.webhook) return renderUserId(world, message.author_id);
  const { id, username, avatar } = message.webhook;
  return { ...renderUser({ id, username, avatar, global_name: null, bot: true, locale: 'en-US' }) };
}

/** Files are served from where we listen, at an address that only who knows the ids can tell. */
export function attachmentUrl(world: World, channelId: Id, attachment: Attachment): string {
  return `${world.origin}/attachments/${channelId}/${attachment.id}/${encodeURIComponent(attachment.filename)}`;
}

export function renderAttachment(world: World, channelId: Id, attachment: Attachment): APIAttachment {
  const url = attachmentUrl(world, channelId, attachment);
  return { ...attachment, url, proxy_url: url };
}

/** Resolves `attachment://name` in embeds and components to the file's address. */
function linkAttachments(world: World, message: Message, shown: Record<string, unknown>): void {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const copy: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(value)) copy[key] = resolve(part);
    for (const key of ['url', 'icon_url']) {
      const url = copy[key];
      if (typeof url !== 'string' || !url.startsWith('attachment://')) continue;
      const file = message.attachments.find((one) => one.filename === url.slice('attachment://'.length));
      if (!file) continue;
      copy[key] = attachmentUrl(world, message.channel_id, file);
      if (key === 'icon_url') copy.proxy_icon_url = copy[key];
      else {
        copy.proxy_url = copy[key];
        if (file.width !== undefined) copy.width = file.width;
        if (file.height !== undefined) copy.height = file.height;
        copy.content_type = file.content_type;
      }
    }
    return copy;
  };
  shown.embeds = resolve(message.embeds);
  shown.components = resolve(message.components);
}

function renderReaction(reaction: Reaction, reader: Id | undefined): APIReaction {
  const count = reaction.user_ids.length;
  return {
    emoji: reaction.emoji,
    count,
    count_details: { burst: 0, normal: count },
    burst_colors: [],
    me_burst: false,
    me: reader !== undefined && reaction.user_ids.includes(reader),
  };
}

function renderPoll(poll: Poll, reader: Id | undefined): APIPoll {
  const { votes, finalized, expiry, ...rest } = poll;
  return {
    ...rest,
    // A poll without an end is not made by bots; Discord's type allows null.
    expiry: expiry ?? '',
    results: {
      is_finalized: finalized,
      answer_counts: poll.answers.map(({ answer_id }) => ({
        id: answer_id,
        count: votes.filter((vote) => vote.answer_id === answer_id).length,
        me_voted: votes.some((vote) => vote.answer_id === answer_id && vote.user_id === reader),
      })),
    },
  };
}
