/** Who is in a thread. */
import { fail } from '../errors.js';
import { limits } from '../limits.js';
import type { Channel, Id } from '../model.js';
import { renderThread, renderThreadMember } from '../render/guilds.js';
import { renderMember } from '../render/people.js';
import type { World } from '../world.js';

/** Adds a user; nothing happens where they are in it already. Refuses: maxThreadMembers. */
export function addThreadMember(world: World, thread: Channel, userId: Id): void {
  thread.thread_members ??= [];
  if (thread.thread_members.some((one) => one.user_id === userId)) return;
  if (thread.thread_members.length >= limits.thread.members) fail('maxThreadMembers');
  const added = { user_id: userId, join_timestamp: world.iso(), flags: 1 };
  thread.thread_members.push(added);
  save(world, thread);
  const guildId = thread.guild_id;
  const member = guildId && world.guilds.get(guildId)?.members.get(userId);
  const rendered = renderThreadMember(thread.id, added);
  // Who joins is told of the thread itself: they may not have heard of it before.
  world.emit({ t: 'THREAD_CREATE', d: renderThread(thread, userId), guildId, userId });
  world.emit({ t: 'THREAD_MEMBER_UPDATE', d: { ...rendered, guild_id: guildId }, guildId, userId });
  world.emit({
    t: 'THREAD_MEMBERS_UPDATE',
    d: {
      id: thread.id,
      guild_id: guildId,
      member_count: Math.min(50, thread.thread_members.length),
      added_members: [{ ...rendered, ...(member && { member: renderMember(world, member), presence: null }) }],
      removed_member_ids: [],
    },
    guildId,
    channelId: thread.id,
  });
}

export function removeThreadMember(world: World, thread: Channel, userId: Id): void {
  const before = thread.thread_members ?? [];
  thread.thread_members = before.filter((one) => one.user_id !== userId);
  if (thread.thread_members.length === before.length) return;
  save(world, thread);
  world.emit({
    t: 'THREAD_MEMBERS_UPDATE',
    d: {
      id: thread.id,
      guild_id: thread.guild_id,
      member_count: Math.min(50, thread.thread_members.length),
      added_members: [],
      removed_member_ids: [userId],
    },
    guildId: thread.guild_id,
    channelId: thread.id,
  });
}

export function save(world: World, channel: Channel): void {
  world.changed('channel', channel.id, channel.guild_id ?? '', channel);
}
