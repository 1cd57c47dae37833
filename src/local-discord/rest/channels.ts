/** Routes of channels, threads and invites. */
import { placeOf } from '../access.js';
import { fail } from '../errors.js';
import { limits } from '../limits.js';
import type { Channel, Id } from '../model.js';
import {
  createChannel,
  deleteChannel,
  listChannels,
  moveChannels,
  removeOverwrite,
  setOverwrite,
  startTyping,
  updateChannel,
} from '../operations/channels.js';
import { channelInvites, createInvite, deleteInvite, findInvite, listInvites } from '../operations/invites.js';
import {
  type Archive,
  activeThreads,
  archivedThreads,
  joinThread,
  leaveThread,
  startThread,
  startThreadAt,
  updateThread,
} from '../operations/threads.js';
import { isThread } from '../permissions.js';
import { renderChannel, renderInvite, renderThread, renderThreadMember } from '../render/guilds.js';
import { renderMessage } from '../render/messages.js';
import { renderMember } from '../render/people.js';
import { compareIds, type World } from '../world.js';
import { idOf, isTrue, numberOf } from './query.js';
import { bot, open, type RestRoute, Status } from './route.js';

export function channelRoutes(world: World): RestRoute[] {
  const path = '/channels/:channel';
  return [
    bot('GET', '/guilds/:guild/channels', ({ by, params: { guild = '' } }) =>
      listChannels(world, by, guild).map((channel) => renderChannel(world, channel)),
    ),
    bot(
      'POST',
      '/guilds/:guild/channels',
      ({ by, params: { guild = '' }, body }) =>
        new Status(201, renderChannel(world, createChannel(world, by, guild, body))),
    ),
    bot('PATCH', '/guilds/:guild/channels', ({ by, params: { guild = '' }, body }) => {
      moveChannels(world, by, guild, body);
      return undefined;
    }),
    bot('GET', path, ({ by, params: { channel = '' } }) =>
      renderChannel(world, placeOf(world, by, channel).channel, by),
    ),
    bot('PATCH', path, ({ by, params: { channel = '' }, body }) => {
      const found = world.channels.get(channel) ?? fail('unknownChannel');
      const change = isThread(found) ? updateThread : updateChannel;
      return renderChannel(world, change(world, by, channel, body), by);
    }),
    bot('DELETE', path, ({ by, params: { channel = '' } }) =>
      renderChannel(world, deleteChannel(world, by, channel), by),
    ),
    bot('PUT', `${path}/permissions/:target`, ({ by, params: { channel = '', target = '' }, body }) => {
      setOverwrite(world, by, channel, target, body);
      return undefined;
    }),
    bot('DELETE', `${path}/permissions/:target`, ({ by, params: { channel = '', target = '' } }) => {
      removeOverwrite(world, by, channel, target);
      return undefined;
    }),
    bot('POST', `${path}/typing`, ({ by, params: { channel = '' } }) => {
      startTyping(world, by, channel);
      return undefined;
    }),
    ...threadRoutes(world),
    ...threadMemberRoutes(world),
    ...inviteRoutes(world),
  ];
}

function threadRoutes(world: World): RestRoute[] {
  const ownIn = (threads: readonly Channel[], by: Id) =>
    threads.flatMap((thread) => {
      const member = thread.thread_members?.find(({ user_id }) => user_id === by);
      return member ? [renderThreadMember(thread.id, member)] : [];
    });
  const archive = (path: string, which: Archive) =>
    bot('GET', path, ({ by, params: { channel = '' }, query }) => {
      const { threads, more } = archivedThreads(world, by, channel, which, {
        before: query.get('before') ?? undefined,
        limit: numberOf(query, 'limit', 1, 100, limits.thread.page),
      });
      return {
        threads: threads.map((thread) => renderThread(thread, by)),
        members: ownIn(threads, by),
        has_more: more,
      };
    });
  return [
    bot('POST', '/channels/:channel/threads', ({ by, params: { channel = '' }, body, files }) => {
      const { thread, message } = startThread(world, by, channel, body, files);
      const shown = renderThread(thread, by);
      return new Status(201, message ? { ...shown, message: renderMessage(world, message, by) } : shown);
    }),
    bot(
      'POST',
      '/channels/:channel/messages/:message/threads',
      ({ by, params: { channel = '', message = '' }, body }) =>
        new Status(201, renderThread(startThreadAt(world, by, channel, message, body), by)),
    ),
    bot('GET', '/guilds/:guild/threads/active', ({ by, params: { guild = '' } }) => {
      const threads = activeThreads(world, by, guild);
      return {
        threads: threads.map((thread) => renderThread(thread, by)),
        members: ownIn(threads, by),
        has_more: false,
      };
    }),
    archive('/channels/:channel/threads/archived/public', 'public'),
    archive('/channels/:channel/threads/archived/private', 'private'),
    archive('/channels/:channel/users/@me/threads/archived/private', 'joined-private'),
  ];
}

function threadMemberRoutes(world: World): RestRoute[] {
  const path = '/channels/:channel/thread-members';
  const show = (thread: Channel, userId: Id, withMember: boolean) => {
    const found = thread.thread_members?.find(({ user_id }) => user_id === userId) ?? fail('unknownMember');
    const member = thread.guild_id && world.guilds.get(thread.guild_id)?.members.get(userId);
    return {
      ...renderThreadMember(thread.id, found),
      ...(withMember && member && { member: renderMember(world, member) }),
    };
  };
  return [
    bot('GET', path, ({ by, params: { channel = '' }, query }) => {
      const { channel: thread } = placeOf(world, by, channel);
      const after = idOf(query, 'after') ?? '0';
      const withMember = isTrue(query, 'with_member');
      const ids = (thread.thread_members ?? []).map(({ user_id }) => user_id).sort(compareIds);
      const wanted = withMember
        ? ids.filter((id) => compareIds(id, after) > 0).slice(0, numberOf(query, 'limit', 1, 100, 100))
        : ids;
      return wanted.map((id) => show(thread, id, withMember));
    }),
    bot('GET', `${path}/:user`, ({ by, params: { channel = '', user = '' }, query }) =>
      show(placeOf(world, by, channel).channel, user === '@me' ? by : user, isTrue(query, 'with_member')),
    ),
    bot('PUT', `${path}/:user`, ({ by, params: { channel = '', user = '' } }) => {
      joinThread(world, by, channel, user === '@me' ? by : user);
      return undefined;
    }),
    bot('DELETE', `${path}/:user`, ({ by, params: { channel = '', user = '' } }) => {
      leaveThread(world, by, channel, user === '@me' ? by : user);
      return undefined;
    }),
  ];
}

function inviteRoutes(world: World): RestRoute[] {
  return [
    bot('GET', '/channels/:channel/invites', ({ by, params: { channel = '' } }) =>
      channelInvites(world, by, channel).map((invite) => renderInvite(world, invite, true)),
    ),
    bot('POST', '/channels/:channel/invites', ({ by, params: { channel = '' }, body }) =>
      renderInvite(world, createInvite(world, by, channel, body), true),
    ),
    bot('GET', '/guilds/:guild/invites', ({ by, params: { guild = '' } }) =>
      listInvites(world, by, guild).map((invite) => renderInvite(world, invite, true)),
    ),
    open('GET', '/invites/:code', ({ params: { code = '' } }) => renderInvite(world, findInvite(world, code), false)),
    bot('DELETE', '/invites/:code', ({ by, params: { code = '' } }) =>
      renderInvite(world, deleteInvite(world, by, code), false),
    ),
  ];
}
