/** Threads and forum posts. */
import { ChannelFlags, ChannelType, MessageFlags, MessageType, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { z } from 'zod';
import { demand, guildPlaceOf, messageIn, type Place, type Standing, standingIn } from '../access.js';
import { fail, invalid } from '../errors.js';
import { limits } from '../limits.js';
import type { Channel, Guild, Id, Message } from '../model.js';
import { channelPermissions, has, isForum, isThread } from '../permissions.js';
import { renderThread } from '../render/guilds.js';
import { int, parseForm, snowflake, text } from '../validate/form.js';
import { readMessage, type Upload } from '../validate/message.js';
import { compareIds, type World } from '../world.js';
import { archiveAfter } from './channel-form.js';
import { messageChanged, postMessage, publish } from './messages.js';
import { awaitTurn } from './slowmode.js';
import { systemMessage } from './system-message.js';
import { addThreadMember, removeThreadMember, save } from './thread-members.js';

const threadForm = z.object({
  name: text(1, limits.channel.name),
  auto_archive_duration: archiveAfter.nullish(),
  rate_limit_per_user: int(0, limits.channel.slowmode).nullish(),
  type: z.union([z.literal(10), z.literal(11), z.literal(12)]).nullish(),
  invitable: z.boolean().nullish(),
  applied_tags: z.array(snowflake).max(limits.channel.appliedTags).nullish(),
  message: z.unknown().optional(),
});
type ThreadForm = z.infer<typeof threadForm>;

function newThread(world: World, parent: Channel, by: Id, type: ChannelType, id: Id, form: ThreadForm): Channel {
  const now = world.iso();
  return {
    id,
    type,
    guild_id: parent.guild_id,
    name: form.name.trim(),
    position: 0,
    parent_id: parent.id,
    topic: null,
    nsfw: parent.nsfw,
    permission_overwrites: [],
    rate_limit_per_user: form.rate_limit_per_user ?? parent.default_thread_rate_limit_per_user ?? 0,
    last_message_id: null,
    last_pin_timestamp: null,
    flags: 0,
    owner_id: by,
    thread: {
      archived: false,
      auto_archive_duration: form.auto_archive_duration ?? parent.default_auto_archive_duration ?? 4320,
      archive_timestamp: now,
      locked: false,
      invitable: form.invitable ?? true,
      create_timestamp: now,
    },
    thread_members: [],
    message_count: 0,
    total_message_sent: 0,
  };
}

function openThread(world: World, guild: Guild, thread: Channel, by: Id): void {
  let active = 0;
  for (const one of guild.threads.values()) if (!one.thread?.archived) active += 1;
  if (active >= limits.guild.activeThreads) fail('maxActiveThreads');
  guild.threads.set(thread.id, thread);
  world.channels.set(thread.id, thread);
  thread.thread_members = [{ user_id: by, join_timestamp: world.iso(), flags: 1 }];
  save(world, thread);
  world.emit({
    t: 'THREAD_CREATE',
    d: { ...renderThread(thread), newly_created: true },
    guildId: guild.id,
    channelId: thread.id,
  });
}

/** Starts a thread at a message. Refuses: missingPermissions, threadExists, wrongChannelType, invalidForm. */
export function startThreadAt(world: World, by: Id, channelId: Id, messageId: Id, body: unknown): Channel {
  const { channel, guild } = guildPlaceOf(world, by, channelId, P.CreatePublicThreads);
  const message = messageIn(world, channelId, messageId);
  if (channel.type !== ChannelType.GuildText && channel.type !== ChannelType.GuildAnnouncement)
    fail('wrongChannelType');
  if (message.thread_id) fail('threadExists');
  const form = parseForm(threadForm, body);
  const type =
    channel.type === ChannelType.GuildAnnouncement ? ChannelType.AnnouncementThread : ChannelType.PublicThread;
  const thread = newThread(world, channel, by, type, messageId, form);
  openThread(world, guild, thread, by);
  message.thread_id = thread.id;
  message.flags |= MessageFlags.HasThread;
  messageChanged(world, message);
  publish(world, thread, {
    ...systemMessage(world, thread, by, MessageType.ThreadStarterMessage),
    message_reference: { type: 0, message_id: messageId, channel_id: channelId, guild_id: guild.id },
  });
  return thread;
}

/** A new thread, and in a forum its first message. */
export interface Started {
  readonly thread: Channel;
  readonly message?: Message;
}

/**
 * Starts a thread without a message, or a post in a forum. Refuses: missingPermissions, wrongChannelType, tagRequired,
 * unknownTag, slowmode, and for a post everything that createMessage refuses, under `message`.
 */
export function startThread(
  world: World,
  by: Id,
  channelId: Id,
  body: unknown,
  files: readonly Upload[] = [],
): Started {
  const place = guildPlaceOf(world, by, channelId);
  const { channel, guild, permissions } = place;
  const form = parseForm(threadForm, body);
  if (isForum(channel)) return startPost(world, place, by, form, files);
  if (channel.type !== ChannelType.GuildText && channel.type !== ChannelType.GuildAnnouncement)
    fail('wrongChannelType');
  const taken = awaitTurn(world, by, place, 'thread');
  const type: ChannelType = form.type ?? ChannelType.PrivateThread;
  demand(permissions, type === ChannelType.PrivateThread ? P.CreatePrivateThreads : P.CreatePublicThreads);
  const thread = newThread(world, channel, by, type, world.newId(), form);
  openThread(world, guild, thread, by);
  if (type !== ChannelType.PrivateThread)
    publish(world, channel, {
      ...systemMessage(world, channel, by, MessageType.ThreadCreated, thread.name),
      message_reference: { type: 0, channel_id: thread.id, guild_id: guild.id },
      thread_id: thread.id,
    });
  taken();
  return { thread };
}

function startPost(world: World, place: Place & Standing, by: Id, form: ThreadForm, files: readonly Upload[]): Started {
  const { channel, guild, permissions } = place;
  demand(permissions, P.SendMessages);
  if (files.length > 0) demand(permissions, P.AttachFiles);
  const tags = readTags(place, channel, form.applied_tags ?? []);
  if (channel.flags & ChannelFlags.RequireTag && tags.length === 0) fail('tagRequired');
  if (form.message === undefined || form.message === null)
    invalid('message', 'BASE_TYPE_REQUIRED', 'This field is required');
  // Refused before the thread exists, so that a bad message leaves no empty post behind.
  const message = readMessage(form.message, files, { prefix: 'message' });
  const empty =
    !message.content?.trim() && !message.embeds?.length && !message.components?.length && files.length === 0;
  if (empty) fail('emptyMessage');
  if (message.embeds?.length) demand(permissions, P.EmbedLinks);
  const taken = awaitTurn(world, by, place, 'thread');
  const thread = newThread(world, channel, by, ChannelType.PublicThread, world.newId(), form);
  thread.applied_tags = tags;
  openThread(world, guild, thread, by);
  channel.last_message_id = thread.id;
  save(world, channel);
  const first = postMessage(world, thread.id, { authorId: by, permissions, id: thread.id }, form.message, files);
  taken();
  return { thread, message: first };
}

/** Refuses: unknownTag; missingPermissions for moderated tags without MANAGE_THREADS. */
function readTags({ permissions }: Place, forum: Channel, ids: readonly Id[]): Id[] {
  const unique = [...new Set(ids)];
  for (const id of unique) {
    const tag = forum.available_tags?.find((one) => one.id === id) ?? fail('unknownTag');
    if (tag.moderated) demand(permissions, P.ManageThreads);
  }
  return unique;
}

const changeForm = z.object({
  name: text(1, limits.channel.name).optional(),
  archived: z.boolean().nullish(),
  locked: z.boolean().nullish(),
  invitable: z.boolean().nullish(),
  auto_archive_duration: archiveAfter.nullish(),
  rate_limit_per_user: int(0, limits.channel.slowmode).nullish(),
  flags: z.number().int().nonnegative().nullish(),
  applied_tags: z.array(snowflake).max(limits.channel.appliedTags).nullish(),
});

/**
 * Changes a thread. Its owner may rename, tag and archive it; anyone who may write in it may open it again, unless it is
 * locked; all else needs MANAGE_THREADS. Refuses: missingPermissions, archivedThread, unknownTag, maxPinnedThreads.
 */
export function updateThread(world: World, by: Id, threadId: Id, body: unknown): Channel {
  const place = guildPlaceOf(world, by, threadId);
  const { channel: thread, guild, permissions } = place;
  const state = thread.thread ?? fail('wrongChannelType');
  const form = parseForm(changeForm, body);
  const manages = has(permissions, P.ManageThreads);
  const owns = thread.owner_id === by;
  const said = Object.entries(form).flatMap(([key, value]) => (value === undefined || value === null ? [] : [key]));
  const opens = state.archived && form.archived === false;
  const others = said.filter((key) => key !== 'archived' && key !== 'locked');
  if (state.archived && !opens && others.length > 0) fail('archivedThread');
  if (!manages) {
    if (state.locked) fail('missingPermissions');
    const managersOnly = said.some((key) => key === 'locked' || key === 'rate_limit_per_user' || key === 'flags');
    if (managersOnly) fail('missingPermissions');
    if (!owns && !(opens && others.length === 0)) fail('missingPermissions');
    demand(permissions, P.SendMessagesInThreads);
  }
  const forum = thread.parent_id ? guild.channels.get(thread.parent_id) : undefined;
  const tags = form.applied_tags && forum ? readTags(place, forum, form.applied_tags) : undefined;
  if (tags && forum && forum.flags & ChannelFlags.RequireTag && tags.length === 0) fail('tagRequired');
  const pins = form.flags !== undefined && form.flags !== null && (form.flags & ChannelFlags.Pinned) !== 0;
  if (
    pins &&
    [...guild.threads.values()].some(
      (one) => one !== thread && one.parent_id === thread.parent_id && one.flags & ChannelFlags.Pinned,
    )
  )
    fail('maxPinnedThreads');

  if (form.name !== undefined) thread.name = form.name.trim();
  if (tags) thread.applied_tags = tags;
  if (form.rate_limit_per_user !== undefined) thread.rate_limit_per_user = form.rate_limit_per_user ?? 0;
  if (form.flags !== undefined && form.flags !== null) thread.flags = form.flags & ChannelFlags.Pinned;
  if (form.auto_archive_duration) state.auto_archive_duration = form.auto_archive_duration;
  if (typeof form.invitable === 'boolean') state.invitable = form.invitable;
  if (typeof form.locked === 'boolean') state.locked = form.locked;
  setArchived(world, guild, thread, form.archived ?? state.archived);
  return thread;
}

/** Archives a thread, or opens it; saves it and tells of it. What is archived is not pinned any more. */
export function setArchived(world: World, guild: Guild, thread: Channel, archived: boolean): void {
  if (thread.thread && archived !== thread.thread.archived) {
    thread.thread.archived = archived;
    thread.thread.archive_timestamp = world.iso();
    if (archived) thread.flags &= ~ChannelFlags.Pinned;
  }
  save(world, thread);
  world.emit({ t: 'THREAD_UPDATE', d: renderThread(thread), guildId: guild.id, channelId: thread.id });
}

/** Refuses: missingPermissions without MANAGE_THREADS. */
export function deleteThread(world: World, by: Id, threadId: Id): Channel {
  const { channel, guild } = guildPlaceOf(world, by, threadId, P.ManageThreads);
  forgetThread(world, guild, channel);
  return channel;
}

export function forgetThread(world: World, guild: Guild, thread: Channel): void {
  // Told while it still exists, so that it is known who could see it.
  world.emit({
    t: 'THREAD_DELETE',
    d: { id: thread.id, guild_id: guild.id, parent_id: thread.parent_id, type: thread.type },
    guildId: guild.id,
    channelId: thread.id,
  });
  guild.threads.delete(thread.id);
  world.channels.delete(thread.id);
  world.messages(thread.id).clear();
  world.changed('channel', thread.id, guild.id, undefined);
}

/** Adds a user (or oneself) to a thread. Refuses: missingPermissions, archivedThread, unknownMember, maxThreadMembers. */
export function joinThread(world: World, by: Id, threadId: Id, userId: Id = by): void {
  const { channel, guild, permissions } = guildPlaceOf(world, by, threadId);
  if (!isThread(channel)) fail('wrongChannelType');
  if (channel.thread?.archived) fail('archivedThread');
  if (userId !== by) {
    demand(permissions, P.SendMessagesInThreads);
    const parent = channel.parent_id ? guild.channels.get(channel.parent_id) : undefined;
    const member = guild.members.get(userId) ?? fail('unknownMember');
    if (!parent || !has(channelPermissions(guild, member, parent, world.now()), P.ViewChannel)) fail('missingAccess');
  }
  addThreadMember(world, channel, userId);
}

/** Refuses: missingPermissions for others without MANAGE_THREADS, archivedThread. */
export function leaveThread(world: World, by: Id, threadId: Id, userId: Id = by): void {
  const { channel, permissions } = guildPlaceOf(world, by, threadId);
  if (!isThread(channel)) fail('wrongChannelType');
  if (channel.thread?.archived) fail('archivedThread');
  const ownsPrivate = channel.type === ChannelType.PrivateThread && channel.owner_id === by;
  if (userId !== by && !ownsPrivate) demand(permissions, P.ManageThreads);
  removeThreadMember(world, channel, userId);
}

/** Active threads of a guild that the user can see. */
export function activeThreads(world: World, by: Id, guildId: Id): Channel[] {
  const { guild, member } = standingIn(world, by, guildId);
  return [...guild.threads.values()]
    .filter((one) => !one.thread?.archived && has(channelPermissions(guild, member, one, world.now()), P.ViewChannel))
    .sort((a, b) => compareIds(b.id, a.id));
}

/** Which archived threads are asked for. */
export type Archive = 'public' | 'private' | 'joined-private';

/** Archived threads of a channel, the last archived first. Refuses: missingPermissions without READ_MESSAGE_HISTORY. */
export function archivedThreads(
  world: World,
  by: Id,
  channelId: Id,
  which: Archive,
  { before, limit = limits.thread.page }: { before?: string; limit?: number },
): { threads: Channel[]; more: boolean } {
  const { guild, permissions } = guildPlaceOf(world, by, channelId, P.ReadMessageHistory);
  if (which === 'private') demand(permissions, P.ManageThreads);
  const until = before === undefined ? Number.POSITIVE_INFINITY : Date.parse(before);
  const found = [...guild.threads.values()]
    .filter((one) => one.parent_id === channelId && one.thread?.archived === true)
    .filter((one) => (one.type === ChannelType.PrivateThread) === (which !== 'public'))
    .filter((one) => which !== 'joined-private' || one.thread_members?.some(({ user_id }) => user_id === by))
    .filter((one) => Date.parse(one.thread?.archive_timestamp ?? '') < until)
    .sort((a, b) => Date.parse(b.thread?.archive_timestamp ?? '') - Date.parse(a.thread?.archive_timestamp ?? ''));
  return { threads: found.slice(0, limit), more: found.length > limit };
}
