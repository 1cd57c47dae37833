import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect as dial } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type LocalDiscord, startLocalDiscord } from '../../src/local-discord/index.js';
import type { World } from '../../src/local-discord/world.js';
import { connect } from '../support/gateway-client.js';
import { settle } from '../support/town.js';

const started: LocalDiscord[] = [];
const start = async (options = {}) => {
  const local = await startLocalDiscord(options);
  started.push(local);
  return local;
};
afterEach(async () => {
  for (const local of started.splice(0)) await local.stop();
});

/** The status of GET /gateway with these headers. */
async function status(local: LocalDiscord, headers: Record<string, string>): Promise<number | undefined> {
  const sent = request(`${local.apiUrl}/v10/gateway`, { headers });
  sent.end();
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

/** How an upgrade with these headers ends: `open`, or the status it was refused with. */
async function upgrade(local: LocalDiscord, path: string, headers: Record<string, string>): Promise<string> {
  const socket = new WebSocket(`${local.url.replace('http', 'ws')}${path}`, { headers });
  return new Promise((resolve) => {
    socket.on('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.on('unexpected-response', (_, response) => resolve(String(response.statusCode)));
    socket.on('error', () => {});
  });
}

const outside = Object.values(networkInterfaces())
  .flat()
  .find((address) => address && !address.internal && address.family === 'IPv4');

describe('the port of the local Discord', () => {
  it('serves this machine and our own origin', async () => {
    const local = await start();
    expect(await status(local, {})).toBe(200);
    expect(await status(local, { origin: local.url })).toBe(200);
    expect(await upgrade(local, '/gateway', {})).toBe('open');
  });

  it('refuses other hosts and the pages of other origins', async () => {
    const local = await start();
    expect(await status(local, { host: 'evil.example' })).toBe(403);
    expect(await status(local, { host: '127.0.0.1.evil.example' })).toBe(403);
    expect(await status(local, { origin: 'http://evil.example' })).toBe(403);
    expect(await status(local, { origin: 'null' })).toBe(403);
    expect(await upgrade(local, '/gateway', { origin: 'http://evil.example' })).toBe('403');
    expect(await upgrade(local, '/gateway', { host: 'evil.example' })).toBe('403');
    expect(await upgrade(local, '/elsewhere', {})).toBe('404');
  });

  it.skipIf(!outside)('is closed to other machines', async () => {
    const local = await start();
    const socket = dial(Number(new URL(local.url).port), outside?.address);
    const [error] = await once(socket, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is refused to a second server', async () => {
    const local = await start();
    await expect(startLocalDiscord({ port: Number(new URL(local.url).port) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('closes at once, clients or not', async () => {
    const local = await startLocalDiscord();
    const client = await connect(`${local.url.replace('http', 'ws')}/gateway`);
    client.identify(local.token, 0);
    await client.event('READY');
    await local.stop();
    expect(await client.closed).toBe(1001);
  });

  it('gives way to what is mounted on it', async () => {
    const local = await start();
    local.mount({
      request(asked, response) {
        if (asked.url !== '/hello') return false;
        response.end('hello');
        return true;
      },
    });
    expect(await (await fetch(`${local.url}/hello`)).text()).toBe('hello');
    expect(await status(local, {})).toBe(200);
  });

  it('is back as it was left, where the world is kept in a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'local-discord-'));
    const file = join(folder, 'world.sqlite');
    let town: ReturnType<typeof settle> | undefined;
    const seed = (world: World) => {
      town = settle(world);
    };
    const first = await startLocalDiscord({ file, seed });
    const { ana, general } = town ?? expect.fail('not seeded');
    first.actor(ana.id).say(general.id, 'remember me');
    const commands = `${first.apiUrl}/v10/applications/${first.applicationId}/commands`;
    const headers = { authorization: `Bot ${first.token}`, 'content-type': 'application/json' };
    await fetch(commands, { method: 'POST', headers, body: JSON.stringify({ name: 'ping', description: 'x' }) });
    await first.stop();

    const again = await start({ file, seed: () => expect.fail('seeded twice') });
    expect(again.token).toBe(first.token);
    const back = again.actor(ana.id);
    expect(back.messages(general.id).map(({ content }) => content)).toEqual(['remember me']);
    expect(back.commands(general.id).map(({ command }) => command.name)).toEqual(['ping']);
    rmSync(folder, { recursive: true });
  });

  it('has an empty world with one bot to log in as', async () => {
    const local = await start();
    const response = await fetch(`${local.apiUrl}/v10/users/@me`, {
      headers: { authorization: `Bot ${local.token}` },
    });
    expect(await response.json()).toMatchObject({ id: local.applicationId, bot: true });
    expect(local.people()).toHaveLength(1);
    expect(() => local.actor(local.applicationId)).toThrow(expect.objectContaining({ code: 20001 }));
  });
});
