import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { canSee, permissionsIn } from '../../src/local-discord/access.js';
import { DiscordError } from '../../src/local-discord/errors.js';
import { setOverwrite } from '../../src/local-discord/operations/channels.js';
import { createEvent, setInterest } from '../../src/local-discord/operations/events.js';
import { joinGuild, setRole, updateMember } from '../../src/local-discord/operations/members.js';
import { createMessage } from '../../src/local-discord/operations/messages.js';
import { vote } from '../../src/local-discord/operations/polls.js';
import { createRole, moveRoles } from '../../src/local-discord/operations/roles.js';
import { startThread } from '../../src/local-discord/operations/threads.js';
import { openDirect } from '../../src/local-discord/operations/users.js';
import { ALL } from '../../src/local-discord/permissions.js';
import { makePlace, type Place, type RestHarness, startRest } from './rest-harness.js';

const code = (act: () => unknown): number | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof DiscordError) return error.code;
    throw error;
  }
};

describe('permissions in a channel', () => {
  let discord: Place;
  beforeEach(() => {
    discord = makePlace({ permissions: 0n });
  });
  const mine = () => {
    const channel = discord.world.channels.get(discord.places.text);
    return channel ? permissionsIn(discord.world, discord.member.id, channel) : 0n;
  };
  const overwrite = (id: string, type: 0 | 1, allow: bigint, deny: bigint) =>
    setOverwrite(discord.world, discord.owner.id, discord.places.text, id, {
      type,
      allow: `${allow}`,
      deny: `${deny}`,
    });
  const role = (permissions = 0n) =>
    createRole(discord.world, discord.owner.id, discord.guild.id, { permissions: `${permissions}` });
  const give = (roleId: string) =>
    setRole(discord.world, discord.owner.id, discord.guild.id, discord.member.id, roleId, true);

  it('come from @everyone and the member’s roles together', () => {
    expect(mine() & P.ManageMessages).toBe(0n);
    give(role(P.ManageMessages).id);
    expect(mine() & P.ManageMessages).toBe(P.ManageMessages);
  });

  it('are overwritten for everyone, then for roles, then for the member', () => {
    const { guild, member } = discord;
    overwrite(guild.id, 0, 0n, P.SendMessages);
    expect(mine() & P.SendMessages).toBe(0n);
    const helper = role();
    give(helper.id);
    overwrite(helper.id, 0, P.SendMessages, 0n);
    expect(mine() & P.SendMessages).toBe(P.SendMessages);
    const other = role();
    give(other.id);
    overwrite(other.id, 0, 0n, P.SendMessages);
    expect(mine() & P.SendMessages, 'of two roles, allowing wins').toBe(P.SendMessages);
    overwrite(member.id, 1, 0n, P.SendMessages);
    expect(mine() & P.SendMessages).toBe(0n);
  });

  it('take attaching and mentioning away with sending, and everything with seeing', () => {
    const { guild } = discord;
    overwrite(guild.id, 0, 0n, P.SendMessages);
    expect(mine() & (P.AttachFiles | P.EmbedLinks | P.MentionEveryone)).toBe(0n);
    overwrite(guild.id, 0, 0n, P.ViewChannel);
    expect(mine()).toBe(0n);
  });

  it('are all there for administrators and the owner, whatever is overwritten', () => {
    const { guild, world, owner, places } = discord;
    overwrite(guild.id, 0, 0n, ALL);
    give(role(P.Administrator).id);
    expect(mine()).toBe(ALL);
    const channel = world.channels.get(places.text);
    expect(channel && permissionsIn(world, owner.id, channel)).toBe(ALL);
  });

  it('shrink to reading during a time-out', () => {
    const { world, owner, guild, member } = discord;
    updateMember(world, owner.id, guild.id, member.id, {
      communication_disabled_until: new Date(Date.now() + 60_000).toISOString(),
    });
    expect(mine()).toBe(P.ViewChannel | P.ReadMessageHistory);
  });

  it('hide private threads from who is not in them', () => {
    const { world, owner, member, places } = discord;
    const { thread } = startThread(world, owner.id, places.text, { name: 'secret', type: 12 });
    expect(canSee(world, member.id, thread)).toBe(false);
    thread.thread_members?.push({ user_id: member.id, join_timestamp: '', flags: 0 });
    expect(canSee(world, member.id, thread)).toBe(true);
  });
});

describe('what a bot is refused', () => {
  let discord: RestHarness;
  beforeAll(async () => {
    discord = await startRest({
      permissions: P.ViewChannel | P.SendMessages | P.ManageRoles | P.ManageNicknames | P.ReadMessageHistory,
    });
  });
  afterAll(() => discord.stop());

  const refused = async (method: string, path: string, body: unknown, code: number, status = 403) => {
    const answer = await discord.call(method, path, body);
    expect(answer, `${method} ${path}`).toMatchObject({ status, body: { code } });
  };

  it('is 50013 where it lacks the permission', async () => {
    const { guild, places, member } = discord;
    await refused('POST', `/guilds/${guild.id}/channels`, { name: 'a' }, 50013);
    await refused('PATCH', `/channels/${places.text}`, { name: 'a' }, 50013);
    await refused('POST', `/channels/${places.text}/webhooks`, { name: 'a' }, 50013);
    await refused('POST', `/guilds/${guild.id}/scheduled-events`, event(), 50013);
    await refused('PUT', `/guilds/${guild.id}/bans/${member.id}`, {}, 50013);
    await refused('PATCH', `/guilds/${guild.id}`, { name: 'mine' }, 50013);
    const { id } = createMessage(discord.world, discord.owner.id, places.text, { content: 'mine' });
    await refused('DELETE', `/channels/${places.text}/messages/${id}`, undefined, 50013);
    await refused('PUT', `/channels/${places.text}/messages/pins/${id}`, undefined, 50013);
    await refused('PATCH', `/channels/${places.text}/messages/${id}`, { content: 'not yours' }, 50005);
  });

  it('is 50013 for roles that stand above its own, and for permissions that it does not have', async () => {
    const { world, guild, owner, member } = discord;
    const high = createRole(world, owner.id, guild.id, { name: 'high', permissions: '0' });
    moveRoles(world, owner.id, guild.id, [{ id: high.id, position: 5 }]);
    await refused('PUT', `/guilds/${guild.id}/members/${member.id}/roles/${high.id}`, undefined, 50013);
    await refused('PATCH', `/guilds/${guild.id}/roles/${high.id}`, { name: 'low' }, 50013);
    await refused('DELETE', `/guilds/${guild.id}/roles/${high.id}`, undefined, 50013);
    await refused('POST', `/guilds/${guild.id}/roles`, { permissions: `${P.BanMembers}` }, 50013);
    await refused('PATCH', `/guilds/${guild.id}/members/${owner.id}`, { nick: 'boss' }, 50013);
    const { body: low } = await discord.call('POST', `/guilds/${guild.id}/roles`, { name: 'low', permissions: '0' });
    const given = await discord.call('PUT', `/guilds/${guild.id}/members/${member.id}/roles/${low.id}`);
    expect(given.status).toBe(204);
    await refused('PATCH', `/guilds/${guild.id}/roles`, [{ id: low.id, position: 9 }], 50013);
  });

  it('is 50001 where it cannot see, and 10004 where it is not', async () => {
    const { world, guild, owner, places } = discord;
    setOverwrite(world, owner.id, places.text, guild.id, { type: 0, allow: '0', deny: `${P.ViewChannel}` });
    const bot = guild.roles.values();
    for (const role of bot)
      if (role.bot_id) setOverwrite(world, owner.id, places.text, role.id, { type: 0, deny: `${P.ViewChannel}` });
    await refused('GET', `/channels/${places.text}`, undefined, 50001);
    await refused('POST', `/channels/${places.text}/messages`, { content: 'a' }, 50001);
    await refused('GET', '/guilds/1', undefined, 10004, 404);
    await refused('GET', '/channels/1', undefined, 10003, 404);
  });

  it('is 401 without a token that is known', async () => {
    const { status, body } = await discord.call('GET', '/users/@me', undefined, { authorization: 'Bot nobody' });
    expect({ status, body }).toEqual({ status: 401, body: { message: '401: Unauthorized', code: 0 } });
  });

  it('is the interest in an event and the vote in a poll, which are people’s', () => {
    const { world, guild, application, owner } = discord;
    const { id } = createEvent(world, owner.id, guild.id, event());
    expect(code(() => setInterest(world, application.bot_id, guild.id, id, true))).toBe(20001);
    expect(code(() => setInterest(world, owner.id, guild.id, id, true))).toBeUndefined();
    expect(guild.events.get(id)?.user_ids).toEqual([owner.id]);
    const poll = { question: { text: 'q' }, answers: [{ poll_media: { text: 'a' } }] };
    const message = createMessage(world, owner.id, ownChannel(discord), { poll });
    expect(code(() => vote(world, application.bot_id, message.channel_id, message.id, [1]))).toBe(520000);
    expect(code(() => vote(world, owner.id, message.channel_id, message.id, [1]))).toBeUndefined();
  });

  it('is joining again while banned', () => {
    const { world, guild, member } = discord;
    guild.members.delete(member.id);
    guild.bans.push({ user_id: member.id, reason: null });
    expect(code(() => joinGuild(world, member.id, guild.id))).toBe(50001);
  });
});

/** A channel that the bot still sees. */
const ownChannel = (discord: RestHarness): string => {
  const { thread } = startThread(discord.world, discord.owner.id, discord.places.forum, {
    name: 'seen',
    message: { content: 'm' },
  });
  return thread.id;
};

const event = () => ({
  name: 'e',
  privacy_level: 2,
  entity_type: 3,
  entity_metadata: { location: 'here' },
  scheduled_start_time: new Date(Date.now() + 60_000).toISOString(),
  scheduled_end_time: new Date(Date.now() + 120_000).toISOString(),
});

describe('a direct message', () => {
  it('reaches who shares a guild with the bot and lets it in', () => {
    const { world, application, member, guild } = makePlace();
    const { id } = openDirect(world, application.bot_id, member.id);
    const send = () => code(() => createMessage(world, application.bot_id, id, { content: 'psst' }));
    expect(send()).toBeUndefined();
    member.closed_to_direct = true;
    expect(send()).toBe(50007);
    member.closed_to_direct = false;
    guild.members.delete(member.id);
    expect(send()).toBe(50007);
  });
});
