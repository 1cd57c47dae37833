import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayIntentBits as Intent } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';
import { createGateway } from '../../src/local-discord/gateway/index.js';
import { createGuild } from '../../src/local-discord/operations/guilds.js';
import { addMember, joinGuild } from '../../src/local-discord/operations/members.js';
import { createMessage } from '../../src/local-discord/operations/messages.js';
import { createUser, openDirect } from '../../src/local-discord/operations/users.js';
import { createWorld } from '../../src/local-discord/world.js';
import { fakeClock } from '../support/clock.js';
import { connect, type GatewayClient } from '../support/gateway-client.js';
import { settle } from '../support/town.js';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function open(privileged?: Parameters<typeof settle>[1]) {
  const clock = fakeClock();
  const world = createWorld({ now: clock.now, randomBytes });
  const town = settle(world, privileged);
  const server = createServer();
  let url = '';
  const gateway = createGateway({ world, clock, url: () => url });
  server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/gateway`;
  const clients: GatewayClient[] = [];
  stops.push(() => {
    for (const client of clients) client.cut();
    gateway.close();
    server.close();
  });
  const join = async (path = '?v=10&encoding=json') => {
    const client = await connect(`${url}${path}`);
    clients.push(client);
    return client;
  };
  /** Logs in and waits for the guild. */
  const login = async (intents: number, more?: object) => {
    const client = await join();
    client.identify(town.application.token, intents, more);
    const ready = await client.event('READY');
    return { client, ready, session: String(ready.session_id) };
  };
  const say = (content: string, by = town.ana.id, channel = town.general.id) =>
    createMessage(world, by, channel, { content });
  return { clock, world, ...town, gateway, join, login, say };
}

/** Waits until everything emitted so far has arrived: a heartbeat's answer comes after it. */
async function caughtUp(client: GatewayClient): Promise<void> {
  client.send({ op: 1, d: null });
  await client.next(({ op }) => op === 11);
}

const texts = (client: GatewayClient) =>
  client.heard.filter(({ t }) => t === 'MESSAGE_CREATE').map(({ d }) => (d as { content: string }).content);

describe('a session', () => {
  it('begins with HELLO, READY with unavailable guilds, and each guild with the bot as its only member', async () => {
    const { join, application, guild } = await open();
    const client = await join();
    expect(await client.next(({ op }) => op === 10)).toMatchObject({ d: { heartbeat_interval: 41_250 } });
    client.identify(application.token, Intent.Guilds);
    expect(await client.event('READY')).toMatchObject({
      v: 10,
      user: { id: application.bot_id, bot: true },
      guilds: [{ id: guild.id, unavailable: true }],
      application: { id: application.id },
      shard: [0, 1],
      resume_gateway_url: expect.stringMatching(/^ws:/),
    });
    const created = await client.event('GUILD_CREATE');
    expect(created).toMatchObject({ id: guild.id, member_count: 4 });
    expect(created.members).toMatchObject([{ user: { id: application.bot_id } }]);
  });

  it('with GUILD_PRESENCES carries every member of a small guild', async () => {
    const { login } = await open();
    const { client } = await login(Intent.Guilds | Intent.GuildPresences);
    expect((await client.event('GUILD_CREATE')).members).toHaveLength(4);
  });

  it('numbers its dispatches from one, without gaps', async () => {
    const { login, say } = await open();
    const { client } = await login(Intent.Guilds | Intent.GuildMessages);
    for (const word of ['a', 'b', 'c']) say(word);
    await caughtUp(client);
    const numbers = client.heard.flatMap(({ s }) => s ?? []);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});

describe('who hears what', () => {
  it('goes by intents', async () => {
    const { login, say, world, guild } = await open();
    const { client } = await login(Intent.Guilds);
    const stranger = createUser(world, { username: 'new' });
    joinGuild(world, stranger.id, guild.id);
    say('hello');
    await caughtUp(client);
    expect(client.heard.map(({ t }) => t).filter(Boolean)).toEqual(['READY', 'GUILD_CREATE']);
  });

  it('goes by who may see the channel', async () => {
    const { login, say, owner, hidden, general } = await open();
    const { client } = await login(Intent.Guilds | Intent.GuildMessages | Intent.MessageContent);
    say('secret', owner.id, hidden.id);
    say('open', owner.id, general.id);
    await caughtUp(client);
    expect(texts(client)).toEqual(['open']);
  });

  it('withholds content without the intent, except in mentions, direct messages and what the bot wrote', async () => {
    const { login, say, application, ana, general, world } = await open();
    const { client } = await login(Intent.Guilds | Intent.GuildMessages | Intent.DirectMessages);
    say('plain');
    say(`hi <@${application.bot_id}>`);
    say('mine', application.bot_id, general.id);
    say('direct', ana.id, openDirect(world, ana.id, application.bot_id).id);
    await caughtUp(client);
    expect(texts(client)).toEqual(['', `hi <@${application.bot_id}>`, 'mine', 'direct']);
  });

  it('tells one shard alone of a guild, and the first of direct messages', async () => {
    const { login, say, ana, application, guild, world } = await open();
    const intents = Intent.Guilds | Intent.GuildMessages | Intent.MessageContent | Intent.DirectMessages;
    const sessions = [await login(intents, { shard: [0, 2] }), await login(intents, { shard: [1, 2] })];
    const owning = Number((BigInt(guild.id) >> 22n) % 2n);
    say('in the guild');
    say('direct', ana.id, openDirect(world, ana.id, application.bot_id).id);
    for (const { client } of sessions) await caughtUp(client);
    expect(texts(sessions[owning]?.client as GatewayClient)).toContain('in the guild');
    expect(texts(sessions[1 - owning]?.client as GatewayClient)).not.toContain('in the guild');
    expect(texts(sessions[0]?.client as GatewayClient)).toContain('direct');
    expect(texts(sessions[1]?.client as GatewayClient)).not.toContain('direct');
  });
});

describe('resuming', () => {
  const intents = Intent.Guilds | Intent.GuildMessages | Intent.MessageContent;

  it('replays everything that was missed, once and in order', async () => {
    const { login, join, say, application } = await open();
    const { client, session } = await login(intents);
    say('before');
    await client.event('MESSAGE_CREATE');
    const seq = Math.max(...client.heard.flatMap(({ s }) => s ?? []));
    client.cut();
    await client.closed;
    for (const word of ['one', 'two', 'three']) say(word);
    const again = await join();
    again.send({ op: 6, d: { token: application.token, session_id: session, seq } });
    await again.next(({ t }) => t === 'RESUMED');
    expect(texts(again)).toEqual(['one', 'two', 'three']);
    say('after');
    await again.event('MESSAGE_CREATE');
  });

  it('is refused for an unknown session, after a goodbye, and when it comes too late', async () => {
    const { login, join, application, clock, gateway } = await open();
    const resume = async (session_id: string) => {
      const client = await join();
      client.send({ op: 6, d: { token: application.token, session_id, seq: 1 } });
      return client.next(({ op }) => op === 9);
    };
    expect(await resume('nonsense')).toMatchObject({ d: false });
    const first = await login(intents);
    await first.client.leave();
    expect(await resume(first.session)).toMatchObject({ d: false });
    const second = await login(intents);
    gateway.drop('cut');
    await second.client.closed;
    clock.advance(6 * 60_000);
    expect(await resume(second.session)).toMatchObject({ d: false });
  });

  it('is refused with 4007 for a number that was never sent', async () => {
    const { login, join, application } = await open();
    const { session } = await login(intents);
    const client = await join();
    client.send({ op: 6, d: { token: application.token, session_id: session, seq: 999 } });
    expect(await client.closed).toBe(4007);
  });
});

describe('a client that does wrong', () => {
  it.each([
    ['bad JSON', '{"op":', 4002],
    ['no object', '[]', 4002],
    ['more than 4096 bytes', JSON.stringify({ op: 1, d: 'x'.repeat(4096) }), 4002],
    ['bytes for text', Buffer.from([1, 2, 3]), 4002],
    ['an unknown opcode', '{"op":99}', 4001],
    ['IDENTIFY without a token', '{"op":2,"d":{}}', 4002],
    ['a request before IDENTIFY', '{"op":8,"d":{"guild_id":"1","query":"","limit":0}}', 4003],
    ['a wrong token', '{"op":2,"d":{"token":"nope","intents":1,"properties":{}}}', 4004],
  ])('is closed for %s', async (_, payload, code) => {
    const { join } = await open();
    const client = await join();
    client.sendRaw(payload);
    expect(await client.closed).toBe(code);
  });

  it('may send exactly 4096 bytes', async () => {
    const { join } = await open();
    const client = await join();
    const empty = JSON.stringify({ op: 3, d: '' }).length;
    client.sendRaw(JSON.stringify({ op: 3, d: 'x'.repeat(4096 - empty) }));
    expect(await client.closed).toBe(4003);
  });

  it('is closed with 4008 after 120 payloads in a minute', async () => {
    const { login } = await open();
    const { client } = await login(Intent.Guilds);
    for (let n = 0; n < 119; n += 1) client.send({ op: 1, d: null });
    await caughtUp(client).catch(() => {});
    expect(await client.closed).toBe(4008);
  });

  it('may send as much again in the next minute', async () => {
    const { login, clock } = await open();
    const { client } = await login(Intent.Guilds);
    for (const half of [30_000, 30_000, 0]) {
      for (let n = 0; n < 58; n += 1) client.send({ op: 1, d: null });
      await caughtUp(client);
      clock.advance(half);
    }
    await caughtUp(client);
  });

  it.each([
    ['an intent that was not granted', { intents: Intent.GuildMembers }, 4014],
    ['an intent that does not exist', { intents: 1 << 30 }, 4013],
    ['a shard beyond the last', { intents: 1, shard: [2, 2] }, 4010],
  ])('is closed for %s', async (_, more, code) => {
    const { join, application } = await open({ members: false });
    const client = await join();
    client.identify(application.token, 0, more);
    expect(await client.closed).toBe(code);
  });

  it('is closed with 4011 for more than 2,500 guilds on a shard, and served when it takes two', async () => {
    const { join, application, world, owner, clock } = await open();
    for (let n = 0; n < 2_500; n += 1) {
      // Shards are told by the millisecond of an id.
      clock.advance(1);
      addMember(world, createGuild(world, { name: `guild ${n}`, ownerId: owner.id }), application.bot_id);
    }
    const alone = await join();
    alone.identify(application.token, 0);
    expect(await alone.closed).toBe(4011);
    const first = await join();
    first.identify(application.token, 0, { shard: [0, 2] });
    await first.event('READY');
  });

  it('is closed for identifying twice, and for another version', async () => {
    const { login, join, application } = await open();
    const { client } = await login(Intent.Guilds);
    client.identify(application.token, Intent.Guilds);
    expect(await client.closed).toBe(4005);
    expect(await (await join('?v=6')).closed).toBe(4012);
  });

  it('is given up when it stops its heartbeats, and can resume', async () => {
    const { login, clock } = await open();
    const { client } = await login(Intent.Guilds);
    clock.advance(60_000);
    expect(await client.closed).toBe(4000);
  });
});

describe('asking for members', () => {
  const ask = (guild_id: string, more: object) => ({ op: 8, d: { guild_id, ...more } });

  it('gives the whole list with GUILD_MEMBERS, once in 30 seconds', async () => {
    const { login, guild, clock } = await open();
    const { client } = await login(Intent.Guilds | Intent.GuildMembers);
    client.send(ask(guild.id, { query: '', limit: 0, nonce: 'n' }));
    const chunk = await client.event('GUILD_MEMBERS_CHUNK');
    expect(chunk).toMatchObject({ guild_id: guild.id, chunk_index: 0, chunk_count: 1, nonce: 'n' });
    expect(chunk.members).toHaveLength(4);
    client.send(ask(guild.id, { query: '', limit: 0, nonce: 'm' }));
    expect(await client.event('RATE_LIMITED')).toMatchObject({ opcode: 8, meta: { guild_id: guild.id, nonce: 'm' } });
    clock.advance(30_000);
    client.send(ask(guild.id, { query: '', limit: 0 }));
    await client.event('GUILD_MEMBERS_CHUNK');
  });

  it('without it gives only whom the request names', async () => {
    const { login, guild, ana } = await open();
    const { client } = await login(Intent.Guilds);
    client.send(ask(guild.id, { query: '', limit: 0 }));
    client.send(ask(guild.id, { user_ids: [ana.id, '404'] }));
    expect(await client.event('GUILD_MEMBERS_CHUNK')).toMatchObject({
      members: [{ user: { id: ana.id } }],
      not_found: ['404'],
    });
    client.send(ask(guild.id, { query: 'We', limit: 5 }));
    expect(await client.event('GUILD_MEMBERS_CHUNK')).toMatchObject({ members: [{ user: { username: 'wei' } }] });
  });
});

describe('connections broken on demand', () => {
  it('are cut, told to reconnect, or told that their session is over', async () => {
    const { login, gateway } = await open();
    const cut = await login(Intent.Guilds);
    gateway.drop('reconnect');
    await cut.client.next(({ op }) => op === 7);
    gateway.drop('cut');
    expect(await cut.client.closed).toBe(1006);
    const invalid = await login(Intent.Guilds);
    gateway.drop('invalid-session');
    expect(await invalid.client.next(({ op }) => op === 9)).toMatchObject({ d: false });
  });
});
