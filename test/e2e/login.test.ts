import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createApp } from '../../src/app.js';
import { createLoginRest, lookUp } from '../../src/discord/client.js';
import { type Clock, systemClock } from '../../src/platform/clock.js';
import { createGuildStore } from '../../src/platform/guild-store.js';
import { createLog } from '../../src/platform/log.js';
import { createMetrics } from '../../src/platform/metrics.js';
import { openTown } from '../support/bot.js';
import { type Asked, type Reply, restEndpoint } from '../support/rest-endpoint.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const token = 'MTIz.abc.def';
/** Half a minute is over at once. */
const impatient: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms / 100, run) };

const ok = (body: unknown) => ({ status: 200, body });

/** Something that speaks like Discord up to a point: `answer` for REST, `greet` for its gateway. */
async function discord(
  answer: (asked: Asked, gateway: string) => Reply | undefined,
  greet: (socket: WebSocket) => void = () => {},
) {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  sockets.on('connection', greet);
  await once(sockets, 'listening');
  const url = `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
  const rest = await restEndpoint((asked) => answer(asked, url) ?? usual(asked.path, url));
  closing.push(rest.close, () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  });
  return rest.api;
}

function usual(path: string, url: string): Reply {
  if (path.includes('/applications/@me')) return ok({ id: '1', flags: 1 << 15 });
  if (path.includes('/gateway/bot')) {
    const session_start_limit = { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 };
    return ok({ url, shards: 1, session_start_limit });
  }
  return ok([]);
}

/** A gateway that says hello, and closes with this code as soon as it is spoken to. */
const closingWith = (code: number) => (socket: WebSocket) => {
  socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: 45_000 } }));
  socket.on('message', () => socket.close(code));
};
const helloOnly = (socket: WebSocket) => socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: 45_000 } }));

function start(api: string, clock: Clock = systemClock) {
  const folder = mkdtempSync(join(tmpdir(), 'flock-login-'));
  const guilds = createGuildStore({ folder, migrations: [], clock });
  const metrics = createMetrics();
  const log = createLog({ level: 'silent', destination: { write: () => true } });
  const app = createApp({ discord: { api, token }, guilds, clock, log, metrics });
  closing.push(async () => {
    await app.stop();
    metrics.stop();
    guilds.close();
    rmSync(folder, { recursive: true });
  });
  return app.start();
}

describe('a login that fails', () => {
  const on = (part: string, answer: Reply) => (asked: Asked) => (asked.path.includes(part) ? answer : undefined);
  const me = (answer: Reply) => on('/applications/@me', answer);
  const commands = (answer: Reply) => on('/commands', answer);
  const wait = { message: 'You are being rate limited.', retry_after: 3600, global: true };

  it.each([
    [
      'that the token is bad',
      me({ status: 401, body: { message: '401: Unauthorized', code: 0 } }),
      'bad-token',
      /Reset Token/,
    ],
    [
      'that this is not Discord',
      me({ status: 404, body: { message: 'Not here', code: 0 } }),
      'not-discord',
      /ends with \/api.*404/,
    ],
    ['that this is not Discord, whatever it is', me(ok('<html>')), 'not-discord', /ends with \/api/],
    ['what Discord said', me({ status: 503, body: 'away' }), 'refused', /\/applications\/@me: 503/],
    [
      'how long Discord asks to wait',
      me({ status: 429, body: wait, headers: { 'retry-after': '3600' } }),
      'refused',
      /3600 s/,
    ],
    [
      'that commands were refused',
      commands({ status: 403, body: { message: 'No', code: 20012 } }),
      'refused',
      /commands: 403 No/,
    ],
    [
      'that commands have to wait',
      commands({ status: 429, body: wait, headers: { 'retry-after': '3600' } }),
      'refused',
      /3600 s/,
    ],
  ] as const)('says %s', async (_, answer, failure, message) => {
    const api = await discord(answer);
    await expect(start(api)).rejects.toMatchObject({ failure, message: expect.stringMatching(message) });
  });

  it('says that Discord cannot be reached, and what the network said', async () => {
    const rest = await restEndpoint(() => 'reset');
    await rest.close();
    await expect(lookUp(createLoginRest({ api: rest.api, token }))).rejects.toMatchObject({
      failure: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    ['that the token is bad, when the gateway says so', 4004, 'bad-token', /Reset Token/],
    ['which intents were not granted, and where to switch them on', 4014, 'intents', /developers.*GuildMembers/],
    ['that the gateway will have none of it', 4011, 'refused', /4011 \(ShardingRequired\)/],
  ])('says %s', async (_, code, failure, message) => {
    const api = await discord(() => undefined, closingWith(code));
    await expect(start(api)).rejects.toMatchObject({ failure, message: expect.stringMatching(message) });
  });

  it.each([
    ['who the bot is is never answered', me('never'), () => {}],
    ['commands are never taken', commands('never'), () => {}],
    ['the gateway is never named', on('/gateway/bot', 'never'), () => {}],
    ['the gateway never says hello', () => undefined, () => {}],
    ['the gateway says no more than hello', () => undefined, helloOnly],
    ['the gateway closes again and again, where discord.js would try for ever', () => undefined, closingWith(4002)],
  ] as const)('ends after half a minute when %s', async (_, answer, greet) => {
    const api = await discord(answer, greet);
    await expect(start(api, impatient)).rejects.toMatchObject({
      failure: 'timeout',
      message: expect.stringMatching(/30 seconds/),
    });
  });
});

it('asks for no intent that was not granted', async () => {
  const town = await openTown({ privileged: { members: false, messageContent: false, presences: false } });
  closing.push(town.close);
  await town.startBot();
  const answer = await town.local.actor(town.owner.id).command(town.general.id, 'doctor').outcome;
  expect(JSON.stringify(answer)).toMatch(/Server Members is off/);
});

it.each([
  [4004, 'bad-token'],
  [4014, 'intents'],
])('tells when Discord sends the bot away for good with %i', async (code, failure) => {
  const town = await openTown();
  closing.push(town.close);
  const { app } = await town.startBot();
  town.local.dropGateway({ code }, town.application.id);
  expect(await app.lost).toMatchObject({ failure });
});
