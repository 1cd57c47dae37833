/** Sending, editing, deleting and reading messages: for bots over REST, for webhooks and answers, and for people. */
import {
  type APIMessageInteractionMetadata,
  ChannelType,
  MessageFlags,
  MessageType,
  PermissionFlagsBits as P,
} from 'discord-api-types/v10';
import { demand, messageIn, type Place, placeOf } from '../access.js';
import { FormErrors, fail, invalid } from '../errors.js';
import { limits } from '../limits.js';
import type { Channel, Id, Message } from '../model.js';
import { has, isThread } from '../permissions.js';
import { renderMessage } from '../render/messages.js';
import { renderBareMember } from '../render/people.js';
import { type MessageForm, readMessage, type Upload } from '../validate/message.js';
import { snowflakeTime, type World } from '../world.js';
import { addressMedia, isWritable, keepFiles, readMentions } from './message-parts.js';
import { newPoll } from './polls.js';
import { awaitTurn } from './slowmode.js';
import { addThreadMember, save } from './thread-members.js';

/** Who a message comes from, and how, once it is known that it may. */
export interface Sender {
  readonly authorId: Id;
  /** Of the author in the channel: decides which mentions count. */
  readonly permissions: bigint;
  readonly webhook?: Message['webhook'];
  readonly applicationId?: Id;
  readonly interaction?: APIMessageInteractionMetadata;
  readonly command?: string;
  readonly type?: MessageType;
  /** The only person who will see it. */
  readonly ephemeralFor?: Id;
  /** The id the message shall have: a forum post's first message has its thread's. */
  readonly id?: Id;
}

/** How many ephemeral messages are remembered. */
const EPHEMERAL_KEPT = 20_000;

/**
 * Sends a message as `by`. Refuses: unknownChannel, missingAccess, nonText, missingPermissions, archivedThread,
 * threadLocked, slowmode, emptyMessage, invalidForm and the limits of files. With `enforce_nonce`, gives back the earlier message.
 */
export function createMessage(
  world: World,
  by: Id,
  channelId: Id,
  body: unknown,
  files: readonly Upload[] = [],
): Message {
  const place = placeOf(world, by, channelId);
  if (!isWritable(place.channel)) fail('nonText');
  const form = readMessage(body, files);
  demandSending(place, form, files);
  if (!place.guild) demandOpen(world, by, place.channel);
  const taken = awaitTurn(world, by, place, 'message');
  openForWriting(world, place);
  const message = send(world, place.channel, { authorId: by, permissions: place.permissions }, form, files);
  taken();
  return message;
}

/** What sending this needs beyond seeing the channel. */
function demandSending({ channel, permissions }: Place, form: MessageForm, files: readonly Upload[]): void {
  if (channel.guild_id === undefined) return;
  demand(permissions, isThread(channel) ? P.SendMessagesInThreads : P.SendMessages);
  if (files.length > 0) demand(permissions, P.AttachFiles);
  if (form.embeds?.length) demand(permissions, P.EmbedLinks);
  if (form.tts) demand(permissions, P.SendTTSMessages);
  if (form.poll) demand(permissions, P.SendPolls);
  if (form.reference) demand(permissions, P.ReadMessageHistory);
}

/** Direct messages reach who shares a guild and has not closed the door. Refuses: cannotDm. */
function demandOpen(world: World, by: Id, channel: Channel): void {
  for (const id of channel.recipient_ids ?? []) {
    if (id === by) continue;
    const shared = [...world.guilds.values()].some(({ members }) => members.has(id) && members.has(by));
    if (!shared || world.users.get(id)?.closed_to_direct) fail('cannotDm');
  }
}

/** Writing opens an archived thread again; in a locked one only who manages threads writes. Refuses: archivedThread, threadLocked. */
function openForWriting(world: World, { channel, permissions }: Place): void {
  if (!channel.thread) return;
  if (channel.thread.locked && !has(permissions, P.ManageThreads))
    fail(channel.thread.archived ? 'archivedThread' : 'threadLocked');
  if (!channel.thread.archived) return;
  channel.thread.archived = false;
  channel.thread.archive_timestamp = world.iso();
  save(world, channel);
}

/** Sends what `sender` was found to be allowed to send: webhooks, answers to interactions, first messages of posts. */
export function postMessage(
  world: World,
  channelId: Id,
  sender: Sender,
  body: unknown,
  files: readonly Upload[] = [],
): Message {
  const channel = world.channels.get(channelId) ?? fail('unknownChannel');
  const form = readMessage(body, files, { extraFlags: sender.ephemeralFor ? MessageFlags.Ephemeral : 0 });
  return send(world, channel, sender, form, files);
}

function send(world: World, channel: Channel, sender: Sender, form: MessageForm, files: readonly Upload[]): Message {
  const nonceKey =
    form.nonce === undefined || !form.enforceNonce ? undefined : `${sender.authorId}:${channel.id}:${form.nonce}`;
  if (nonceKey !== undefined) {
    const earlier = recentNonce(world, nonceKey);
    if (earlier) return earlier;
  }
  const empty =
    !form.content?.trim() && !form.embeds?.length && !form.components?.length && !form.poll && files.length === 0;
  if (empty) fail('emptyMessage');

  const replied = form.reference && repliedTo(world, channel, form.reference);
  const message: Message = {
    id: sender.id ?? world.newId(),
    channel_id: channel.id,
    ...(channel.guild_id && { guild_id: channel.guild_id }),
    author_id: sender.authorId,
    ...(sender.webhook && { webhook: sender.webhook }),
    ...(sender.applicationId && { application_id: sender.applicationId }),
    type: sender.type ?? (replied ? MessageType.Reply : MessageType.Default),
    content: form.content?.trim() ?? '',
    embeds: form.embeds ?? [],
    components: form.components ?? [],
    attachments: files.length > 0 ? keepFiles(world, files, form.attachments) : [],
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    tts: form.tts,
    flags: (form.flags ?? 0) | (sender.ephemeralFor ? MessageFlags.Ephemeral : 0),
    ...(form.nonce !== undefined && { nonce: form.nonce }),
    pinned: false,
    timestamp: world.iso(),
    edited_timestamp: null,
    reactions: [],
    ...(form.poll && { poll: newPoll(world, form.poll) }),
    ...(replied && {
      message_reference: {
        type: 0,
        message_id: replied.id,
        channel_id: channel.id,
        ...(channel.guild_id && { guild_id: channel.guild_id }),
      },
    }),
    ...(sender.interaction && { interaction_metadata: sender.interaction }),
    ...(sender.command !== undefined && { command: sender.command }),
    ...(sender.ephemeralFor && { ephemeral_for: sender.ephemeralFor }),
  };
  const guild = channel.guild_id === undefined ? undefined : world.guilds.get(channel.guild_id);
  Object.assign(
    message,
    readMentions(world, guild, sender.permissions, message, form.allowedMentions, replied?.author_id),
  );
  if (message.components.length > 0) addressMedia(world, message);
  if (message.poll) world.polls.set(message.id, channel.id);
  if (nonceKey !== undefined) world.nonces.set(nonceKey, { message, at: world.now() });
  publish(world, channel, message);
  return message;
}

/** The message that this author sent here with the same nonce in the past few minutes. */
function recentNonce(world: World, key: string): Message | undefined {
  const oldest = world.now() - limits.message.nonceMs;
  for (const [old, { at }] of world.nonces) {
    if (at >= oldest) break;
    world.nonces.delete(old);
  }
  const found = world.nonces.get(key)?.message;
  return found && world.messages(found.channel_id).has(found.id) ? found : undefined;
}

function repliedTo(
  world: World,
  channel: Channel,
  reference: NonNullable<MessageForm['reference']>,
): Message | undefined {
  if (reference.type !== 0) invalid('message_reference.type', 'BASE_TYPE_CHOICES', 'Value must be one of {0}.');
  const found = world.messages(channel.id).get(reference.message_id);
  if (!found && reference.fail_if_not_exists)
    invalid('message_reference', 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', 'Unknown message');
  return found;
}

/** Stores a finished message and tells who may see it. */
export function publish(world: World, channel: Channel, message: Message): void {
  if (message.ephemeral_for) {
    world.ephemeral.set(message.id, message);
    if (world.ephemeral.size > EPHEMERAL_KEPT) {
      const oldest = world.ephemeral.keys().next().value;
      if (oldest !== undefined) world.ephemeral.delete(oldest);
    }
    tell(world, 'MESSAGE_CREATE', message);
    return;
  }
  world.messages(channel.id).set(message.id, message);
  channel.last_message_id = message.id;
  if (channel.thread) {
    // The message that a post or thread began with is not counted.
    if (message.id !== channel.id && message.type !== MessageType.ThreadStarterMessage) {
      channel.message_count = (channel.message_count ?? 0) + 1;
      channel.total_message_sent = (channel.total_message_sent ?? 0) + 1;
    }
    channel.thread.archive_timestamp = message.timestamp;
    if (!message.webhook && message.type !== MessageType.ThreadStarterMessage)
      addThreadMember(world, channel, message.author_id);
  }
  world.changed('message', message.id, channel.id, message);
  save(world, channel);
  tell(world, 'MESSAGE_CREATE', message);
}

/** Emits a message event: an ephemeral one to its reader and its application alone, without the guild. */
function tell(world: World, t: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE', message: Message): void {
  const d = renderMessage(world, message);
  if (message.ephemeral_for) {
    const { guild_id: guildId, channel_id: channelId } = message;
    world.emit({ t, d, userId: message.ephemeral_for, guildId, channelId });
    world.emit({ t, d, userId: message.author_id, channelId });
    return;
  }
  const guild = message.guild_id === undefined ? undefined : world.guilds.get(message.guild_id);
  if (!guild) {
    world.emit({ t, d: { ...d, channel_type: ChannelType.DM }, channelId: message.channel_id });
    return;
  }
  const member = message.webhook ? undefined : guild.members.get(message.author_id);
  world.emit({
    t,
    d: { ...d, guild_id: guild.id, ...(member && { member: renderBareMember(member) }) },
    guildId: guild.id,
    channelId: message.channel_id,
  });
}

/** Edits a message as `by`. Refuses: as createMessage, unknownMessage, notYourMessage, archivedThread, pollEdit. */
export function editMessage(
  world: World,
  by: Id,
  channelId: Id,
  messageId: Id,
  body: unknown,
  files: readonly Upload[] = [],
): Message {
  const place = placeOf(world, by, channelId);
  const message = messageIn(world, channelId, messageId);
  if (place.channel.thread?.archived) fail('archivedThread');
  if (message.author_id !== by || message.webhook) {
    // Somebody else's message: only embeds may be hidden, with MANAGE_MESSAGES.
    const keys = typeof body === 'object' && body !== null ? Object.keys(body) : [];
    if (keys.some((key) => key !== 'flags')) fail('notYourMessage');
    demand(place.permissions, P.ManageMessages);
  } else if (files.length > 0 && place.guild) demand(place.permissions, P.AttachFiles);
  return reviseMessage(world, message, place.permissions, body, files);
}

/** Edits a message that `permissions` were found to allow: own ones, a webhook's, an answer's. */
export function reviseMessage(
  world: World,
  message: Message,
  permissions: bigint,
  body: unknown,
  files: readonly Upload[] = [],
): Message {
  const form = readMessage(body, files, { before: message.flags });
  if (message.poll && (form.content !== undefined || form.embeds || form.poll)) fail('pollEdit');
  if (form.poll) fail('pollEdit');
  const kept = form.attachments
    ? message.attachments.filter((one) => form.attachments?.some(({ id }) => id === one.id))
    : message.attachments;
  if (kept.length + files.length > limits.message.attachments) fail('maxAttachments');
  const sticky = message.flags & (MessageFlags.IsComponentsV2 | MessageFlags.Ephemeral | MessageFlags.HasThread);
  const next: Message = {
    ...message,
    content: form.content === undefined ? message.content : form.content.trim(),
    embeds: form.embeds ?? message.embeds,
    components: form.components ?? message.components,
    attachments: kept,
    flags: form.flags === undefined ? message.flags & ~MessageFlags.Loading : form.flags | sticky,
  };
  const v2 = (next.flags & MessageFlags.IsComponentsV2) !== 0;
  if (v2 && (next.content !== '' || next.embeds.length > 0)) refuseLegacy(next);
  if (!next.content && !next.embeds.length && !next.components.length && !next.poll && kept.length + files.length === 0)
    fail('emptyMessage');
  if (files.length > 0) next.attachments = [...kept, ...keepFiles(world, files, form.attachments)];
  if (form.content !== undefined || form.components || form.allowedMentions) {
    const guild = message.guild_id === undefined ? undefined : world.guilds.get(message.guild_id);
    const replied = message.message_reference?.message_id;
    const author = replied ? world.messages(message.channel_id).get(replied)?.author_id : undefined;
    Object.assign(next, readMentions(world, guild, permissions, next, form.allowedMentions, author));
  }
  if (next.components.length > 0) addressMedia(world, next);
  const shown = form.content !== undefined || form.embeds || form.components || form.attachments || files.length > 0;
  if (shown && (message.flags & MessageFlags.Loading) === 0) next.edited_timestamp = world.iso();
  Object.assign(message, next);
  messageChanged(world, message);
  return message;
}

function refuseLegacy(message: Message): never {
  const errors = new FormErrors();
  for (const key of ['content', 'embeds'] as const)
    if (message[key].length > 0)
      errors.add(
        key,
        'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
        `The '${key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
      );
  errors.settle();
  return fail('invalidForm');
}

/** Stores a message that was changed in place, and says so. */
export function messageChanged(world: World, message: Message): void {
  if (!message.ephemeral_for) world.changed('message', message.id, message.channel_id, message);
  tell(world, 'MESSAGE_UPDATE', message);
}

/** Refuses: unknownMessage, missingPermissions, archivedThread. */
export function deleteMessage(world: World, by: Id, channelId: Id, messageId: Id): void {
  const { channel, permissions } = placeOf(world, by, channelId);
  const message = messageIn(world, channelId, messageId);
  if (channel.thread?.archived) fail('archivedThread');
  if (message.author_id !== by || message.webhook) {
    if (channel.guild_id === undefined) fail('noDmAction');
    demand(permissions, P.ManageMessages);
  }
  removeMessage(world, message);
}

/** Deletes a message whoever asks: a webhook's own, an answer's, an ephemeral one that is dismissed. */
export function removeMessage(world: World, message: Message): void {
  const { id, channel_id: channelId, guild_id: guildId } = message;
  const d = { id, channel_id: channelId, ...(guildId && { guild_id: guildId }) };
  if (message.ephemeral_for) {
    world.ephemeral.delete(id);
    world.emit({ t: 'MESSAGE_DELETE', d, userId: message.ephemeral_for, guildId, channelId });
    return;
  }
  forget(world, message);
  world.emit({ t: 'MESSAGE_DELETE', d, guildId, channelId });
}

function forget(world: World, message: Message): void {
  world.messages(message.channel_id).delete(message.id);
  world.changed('message', message.id, message.channel_id, undefined);
  const channel = world.channels.get(message.channel_id);
  if (channel?.thread && message.id !== channel.id) {
    channel.message_count = Math.max(0, (channel.message_count ?? 0) - 1);
    save(world, channel);
  }
}

/** Refuses: missingPermissions, invalidCount, tooOldToDelete. Unknown ids are passed over. */
export function bulkDelete(world: World, by: Id, channelId: Id, ids: readonly Id[]): void {
  const { channel } = placeOf(world, by, channelId, P.ManageMessages);
  if (channel.guild_id === undefined) fail('noDmAction');
  const { least, most, ageMs } = limits.message.bulkDelete;
  const unique = [...new Set(ids)];
  if (unique.length < least || unique.length > most) fail('invalidCount');
  if (unique.some((id) => snowflakeTime(id) < world.now() - ageMs)) fail('tooOldToDelete');
  const found = unique.flatMap((id) => world.messages(channelId).get(id) ?? []);
  for (const message of found) forget(world, message);
  world.emit({
    t: 'MESSAGE_DELETE_BULK',
    d: { ids: found.map(({ id }) => id), channel_id: channelId, guild_id: channel.guild_id },
    guildId: channel.guild_id,
    channelId,
  });
}
