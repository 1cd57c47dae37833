import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChannelType, GuildScheduledEventEntityType, PermissionFlagsBits } from 'discord-api-types/v10';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDelivery, type Delivery } from '../../src/discord/delivery.js';
import { createDeliveryRest } from '../../src/discord/delivery-rest.js';
import type { Actor } from '../../src/local-discord/actor.js';
import type { Trouble } from '../../src/local-discord/faults.js';
import { type LocalDiscord, startLocalDiscord } from '../../src/local-discord/index.js';
import { createChannel } from '../../src/local-discord/operations/channels.js';
import { addBot, createGuild } from '../../src/local-discord/operations/guilds.js';
import { joinGuild, kick } from '../../src/local-discord/operations/members.js';
import { createBot, createUser } from '../../src/local-discord/operations/users.js';
import { type Clock, systemClock } from '../../src/platform/clock.js';
import type { Effect } from '../../src/platform/effects.js';
import type { Guild } from '../../src/platform/guild.js';
import { createGuildStore, type GuildStore } from '../../src/platform/guild-store.js';
import { createLog } from '../../src/platform/log.js';
import { readMigrations } from '../../src/platform/migrate.js';
import type { Made } from '../../src/platform/outbox.js';
import { shipped } from '../../src/platform/paths.js';

const log = createLog({ level: 'silent', destination: process.stderr });
/** The shortest back-off. */
const clock: Clock = { ...systemClock, random: () => 0 };

let folder: string;
let local: LocalDiscord;
let guilds: GuildStore;
let guild: Guild;
let delivery: Delivery;
let owner: Actor;
let member: Actor;
let place: ReturnType<typeof createGuild>;
let ids: { guild: string; text: string; forum: string };
let made: (Made | undefined)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flock-deliver-'));
  local = await startLocalDiscord({ rateLimits: 'off', openapi: process.env.DISCORD_OPENAPI || undefined });
  const { world } = local;
  const lead = createUser(world, { username: 'lead' });
  const other = createUser(world, { username: 'other' });
  place = createGuild(world, { name: 'Place', ownerId: lead.id });
  const application = createBot(world, { name: 'Flock', ownerId: lead.id });
  addBot(world, place, application, PermissionFlagsBits.Administrator);
  joinGuild(world, other.id, place.id);
  const channel = (name: string, type: ChannelType) => createChannel(world, lead.id, place.id, { name, type }).id;
  ids = {
    guild: place.id,
    text: channel('text', ChannelType.GuildText),
    forum: channel('forum', ChannelType.GuildForum),
  };
  owner = local.actor(lead.id);
  member = local.actor(other.id);

  guilds = createGuildStore({ folder, migrations: readMigrations(shipped('migrations')), clock });
  made = [];
  delivery = createDelivery({
    guilds,
    rest: createDeliveryRest({ api: local.apiUrl, token: application.token, settled: guilds.settled }),
    continuations: { made: (_guild, _arg, thing) => void made.push(thing) },
    clock,
    log,
    present: () => true,
  });
  delivery.start();
  guild = guilds.open(ids.guild);
});
afterEach(async () => {
  await delivery.stop(0);
  guilds.close();
  expect(local.violations).toEqual([]);
  await local.stop();
  rmSync(folder, { recursive: true });
});

const add = (...effects: Effect[]) => {
  for (const effect of effects) guild.outbox.add(effect, { after: { name: 'made' } });
};
const drained = () => expect.poll(() => guild.outbox.stats().pending, { timeout: 15_000, interval: 20 }).toBe(0);
const contents = (channel: string) => owner.messages(channel).map(({ content }) => content);

const inAWeek = () => new Date(Date.now() + 7 * 24 * 3_600_000).toISOString();
const event = (name: string): Effect => ({
  kind: 'event.create',
  body: {
    name,
    privacy_level: 2,
    scheduled_start_time: inAWeek(),
    scheduled_end_time: new Date(Date.now() + 8 * 24 * 3_600_000).toISOString(),
    entity_type: GuildScheduledEventEntityType.External,
    entity_metadata: { location: 'Shanghai' },
  },
});

/** Each kind that makes something, and how many of it there are. */
const makers = (): [string, Effect, () => number][] => [
  [
    'POST /channels/:c/messages',
    { kind: 'post', channel: ids.text, message: { content: 'once' } },
    () => contents(ids.text).filter((text) => text === 'once').length,
  ],
  [
    'POST /channels/:c/messages',
    { kind: 'dm', user: member.id, message: { content: 'to you' } },
    () => member.directs().flatMap(({ id }) => member.messages(id)).length,
  ],
  [
    'POST /channels/:c/threads',
    { kind: 'forum.post', forum: ids.forum, name: 'Post', message: { content: 'first' } },
    () => owner.threads(ids.forum).length,
  ],
  [
    'POST /channels/:c/threads',
    { kind: 'thread.create', channel: ids.text, name: 'Thread' },
    () => owner.threads(ids.text).length,
  ],
  ['POST /guilds/:g/roles', { kind: 'role.create', body: { name: 'helper' } }, () => rolesNamed('helper')],
  [
    'POST /guilds/:g/channels',
    { kind: 'channel.create', body: { name: 'New Room', type: ChannelType.GuildText } },
    () => owner.channels(ids.guild).filter(({ name }) => name === 'new-room').length,
  ],
  ['POST /guilds/:g/scheduled-events', event('Meetup'), () => owner.events(ids.guild).length],
];
const roles = () => owner.guilds().flatMap((place) => place.roles);
const rolesNamed = (name: string) => roles().filter((role) => role.name === name).length;

describe('an effect that makes something', () => {
  const troubles: [string, Trouble][] = [
    ['the answer is lost', { kind: 'lose-response' }],
    ['the line is cut before', { kind: 'drop' }],
    ['Discord says 500', { kind: 'status', status: 500 }],
    ['Discord says 429', { kind: 'rate-limit', retryAfter: 0.1 }],
  ];
  it.each(troubles)('makes it exactly once when %s', async (_, trouble) => {
    const kinds = makers();
    const faults = kinds.map(([on]) => local.faults.add({ on, trouble }));
    add(...kinds.map(([, effect]) => effect));
    await drained();
    expect(kinds.map(([, { kind }, count]) => [kind, count()])).toEqual(kinds.map(([, { kind }]) => [kind, 1]));
    expect(faults.map(({ hits }) => hits)).toEqual(faults.map(() => 1));
    expect(made.every((thing) => /^\d+$/.test(thing?.id ?? ''))).toBe(true);
    expect(made).toHaveLength(makers().length);
    expect(guild.outbox.parked()).toEqual([]);
  });

  it('takes a role and a channel that exist for the ones wanted', async () => {
    add({ kind: 'role.create', body: { name: 'helper' } }, { kind: 'role.create', body: { name: 'helper' } });
    await drained();
    expect(rolesNamed('helper')).toBe(1);
    expect(made).toMatchObject([{ id: made[1]?.id }, { adopted: true }]);
  });

  it('makes two equal forum posts when two are wanted, though the answer to each is lost', async () => {
    local.faults.add({ on: 'POST /channels/:c/threads', times: 2, trouble: { kind: 'lose-response' } });
    const same: Effect = { kind: 'forum.post', forum: ids.forum, name: 'Same', message: { content: 'same' } };
    add(same);
    await drained();
    add(same);
    await drained();
    expect(owner.threads(ids.forum)).toHaveLength(2);
    expect(new Set(made.map((thing) => thing?.id)).size).toBe(2);
  });
});

describe('the other effects', () => {
  it('change what is there, and are content when it is as wanted already', async () => {
    const { id: message } = member.say(ids.text, 'hello');
    add(
      { kind: 'post', channel: ids.text, message: { content: 'v1' } },
      { kind: 'react', channel: ids.text, message, emoji: '👍' },
      { kind: 'pin', channel: ids.text, message },
      { kind: 'unpin', channel: ids.text, message },
      { kind: 'role.create', body: { name: 'helper' } },
    );
    await drained();
    const posted = made.find((thing) => thing?.channel === ids.text)?.id ?? '';
    const role = roles().find(({ name }) => name === 'helper')?.id ?? '';
    add(
      {
        kind: 'edit',
        channel: ids.text,
        message: posted,
        edit: { content: 'v2' },
        files: [{ name: 'a.txt', text: 'log' }],
      },
      { kind: 'role.give', user: member.id, role },
      { kind: 'thread.create', channel: ids.text, name: 'On it', message },
      { kind: 'thread.create', channel: ids.text, name: 'On it', message },
    );
    await drained();
    expect(owner.message({ channel_id: ids.text, id: posted })).toMatchObject({
      content: 'v2',
      attachments: [{ filename: 'a.txt' }],
    });
    expect(owner.members(ids.guild).find(({ user }) => user.id === member.id)?.roles).toEqual([role]);
    expect(owner.threads(ids.text).map(({ id }) => id)).toEqual([message]);
    const gone: Effect = { kind: 'delete', channel: ids.text, message: posted };
    add(gone, gone, { kind: 'role.take', user: member.id, role }, { kind: 'role.take', user: member.id, role });
    await drained();
    member.leave(ids.guild);
    add({ kind: 'role.take', user: member.id, role }, { kind: 'role.delete', role }, { kind: 'role.delete', role });
    await drained();
    expect(guild.outbox.parked()).toEqual([]);
    expect(rolesNamed('helper')).toBe(0);
  });

  it('edit an archived thread and leave it archived, unless they say otherwise', async () => {
    add({ kind: 'forum.post', forum: ids.forum, name: 'Old', message: { content: 'first' } });
    await drained();
    const thread = made[0]?.id ?? '';
    const state = () => owner.threads(ids.forum).map(({ name, thread_metadata: is }) => [name, is?.archived]);
    add({ kind: 'thread.edit', thread, archived: true }, { kind: 'thread.edit', thread, name: 'Older' });
    await drained();
    expect(state()).toEqual([['Older', true]]);
    add({ kind: 'edit', channel: thread, message: thread, edit: { content: 'changed' } });
    await drained();
    expect(state()).toEqual([['Older', true]]);
    expect(contents(thread)).toContain('changed');
    add({ kind: 'thread.edit', thread, name: 'New', archived: false });
    await drained();
    expect(state()).toEqual([['New', false]]);
    expect(guild.outbox.parked()).toEqual([]);
  });

  it('pass an upload on, and say so in its place when it is gone', async () => {
    const { attachments } = member.say(ids.text, {
      content: 'see',
      files: [{ name: 'log.txt', data: Buffer.from('the log') }],
    });
    const url = attachments[0]?.url ?? '';
    add({
      kind: 'forum.post',
      forum: ids.forum,
      name: 'A',
      message: { content: 'a' },
      files: [{ name: 'log.txt', url }],
    });
    add({
      kind: 'forum.post',
      forum: ids.forum,
      name: 'B',
      message: { content: 'b' },
      files: [{ name: 'log.txt', url: `${local.url}/attachments/1/2/gone.txt` }],
    });
    await drained();
    const files = made.map((thing) => owner.messages(thing?.id ?? '')[0]?.attachments[0]);
    expect(files.map((file) => file && Buffer.from(owner.download(file)).toString())).toEqual([
      'the log',
      expect.stringContaining('not available'),
    ]);
  });

  it('wait for a server that just removed the bot, though the gateway did not tell yet', async () => {
    const { world } = local;
    const [application] = [...world.applications.values()].filter(({ bot_id }) => place.members.has(bot_id));
    kick(world, place.owner_id, ids.guild, application?.bot_id ?? '');
    add({ kind: 'post', channel: ids.text, message: { content: 'later' } });
    // Tried in vain, and to be tried again.
    await expect.poll(() => guild.outbox.nextDue()).toBeDefined();
    expect(guild.outbox.stats()).toMatchObject({ pending: 1, parked: 0 });
    if (application) addBot(world, place, application, PermissionFlagsBits.Administrator);
    await drained();
    expect(contents(ids.text)).toEqual(['later']);
  });

  it('are parked where they can never succeed, and the rest goes on', async () => {
    add(
      { kind: 'post', channel: '1', message: { content: 'lost' } },
      { kind: 'post', channel: ids.text, message: { content: '' } },
      { kind: 'post', channel: ids.text, message: { content: 'fine' } },
    );
    await drained();
    expect(contents(ids.text)).toEqual(['fine']);
    expect(guild.outbox.parked().map(({ error }) => error)).toEqual([
      expect.stringMatching(/^404 10003/),
      expect.stringMatching(/^400 50006/),
    ]);
  });
});
