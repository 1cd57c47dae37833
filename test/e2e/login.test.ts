import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createClient, type Granted, login, lookUp } from '../../src/discord/client.js';
import { type Clock, systemClock } from '../../src/platform/clock.js';
import { openTown } from '../support/bot.js';
import { restEndpoint } from '../support/rest-endpoint.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const token = 'MTIz.abc.def';
const granted: Granted = { applicationId: '1', members: true, messageContent: false };
/** Half a minute is over at once. */
const impatient: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms / 100, run) };

/** A gateway that says hello, and closes with this code as soon as it is spoken to. */
async function gatewayClosing(code: number) {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  sockets.on('connection', (socket) => {
    socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: 45_000 } }));
    socket.on('message', () => socket.close(code));
  });
  await once(sockets, 'listening');
  const url = `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
  const rest = await restEndpoint(() => ({
    status: 200,
    body: { url, shards: 1, session_start_limit: { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 } },
  }));
  closing.push(rest.close, async () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  });
  return rest.api;
}

describe('a login that fails', () => {
  it('says that the token is bad', async () => {
    const rest = await restEndpoint(() => ({ status: 401, body: { message: '401: Unauthorized', code: 0 } }));
    closing.push(rest.close);
    await expect(lookUp({ api: rest.api, token })).rejects.toMatchObject({ failure: 'bad-token' });
  });

  it('says that Discord cannot be reached, and what the network said', async () => {
    const rest = await restEndpoint(() => 'reset');
    await rest.close();
    await expect(lookUp({ api: rest.api, token })).rejects.toMatchObject({
      failure: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    ['that the token is bad, when the gateway says so', 4004, 'bad-token', /Reset Token/],
    ['which intents were not granted, and where to switch them on', 4014, 'intents', /developers.*GuildMembers/],
    ['that time is over, where discord.js would try for ever', 4002, 'timeout', /30 seconds/],
  ])('says %s', async (_, code, failure, message) => {
    const api = await gatewayClosing(code);
    const client = createClient({ api, token }, granted);
    await expect(login(client, token, impatient)).rejects.toMatchObject({
      failure,
      message: expect.stringMatching(message),
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
