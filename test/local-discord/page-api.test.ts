import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createPage } from '../../src/local-discord/page-api/index.js';
import type { AskName, Gives, Of, Push, ToPage } from '../../src/local-discord/page-api/protocol.js';
import { startTown, type Town } from '../support/local-discord.js';

let town: Town;
const root = mkdtempSync(join(tmpdir(), 'page-'));
const faults: unknown[] = [];

beforeAll(async () => {
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>page</title>');
  town = await startTown();
  const { people } = town.local;
  const fault = (error: unknown) => faults.push(error);
  town.local.mount(await createPage({ people, root: pathToFileURL(`${root}/`), fault }));
});
afterAll(async () => {
  await town.local.stop();
  rmSync(root, { recursive: true });
  expect(faults).toEqual([]);
});

/** A page without a browser: asks, and keeps what it is pushed. */
async function openPage(person: string) {
  const socket = new WebSocket(`${town.local.url.replace('http', 'ws')}/page/socket`, { origin: town.local.url });
  const pushes: Push[] = [];
  const waiting = new Map<number, (words: ToPage) => void>();
  const watchers: (() => void)[] = [];
  let last = 0;
  socket.on('message', (data) => {
    const words = JSON.parse(data.toString()) as ToPage;
    if ('push' in words) pushes.push(words);
    else waiting.get(words.id)?.(words);
    for (const look of watchers) look();
  });
  await once(socket, 'open');
  const say = (ask: string, of: unknown) =>
    new Promise<ToPage>((resolve) => {
      const id = ++last;
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, ask, of }));
    });
  const ask = async <N extends AskName>(name: N, of: Of<N>): Promise<Gives<N>> => {
    const words = await say(name, of);
    if ('gives' in words) return words.gives as Gives<N>;
    throw new Error('refused' in words ? `${words.refused.code} ${words.refused.message}` : 'no answer');
  };
  /** Resolves when such a push has come. */
  const pushed = (kind: Push['push']) =>
    new Promise<Push>((resolve) => {
      const look = () => {
        const found = pushes.find(({ push }) => push === kind);
        if (found) resolve(found);
      };
      watchers.push(look);
      look();
    });
  const snapshot = await ask('be', { person });
  return { socket, say, ask, pushes, pushed, snapshot };
}

const get = (path: string, headers: Record<string, string>, method = 'GET') =>
  new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    const sent = request(new URL(path, town.local.url), { method, headers }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, headers: answer.headers });
    });
    sent.on('error', reject);
    sent.end();
  });

describe("the page's server side", () => {
  it('serves the page under a policy that lets nothing foreign in', async () => {
    const { status, headers } = await get('/', {});
    expect(status).toBe(200);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    ['a foreign Host', '/', { host: 'evil.example' }, 'GET'],
    ['a foreign Origin', '/page/uploads?name=x', { origin: 'http://evil.example' }, 'POST'],
    ['another port of this machine', '/page/uploads?name=x', { origin: 'http://127.0.0.1:1' }, 'POST'],
  ])('refuses %s', async (_what, path, headers, method) => {
    expect((await get(path, headers, method)).status).toBe(403);
  });

  it.each([['http://evil.example'], [undefined]])('takes no WebSocket from %s', async (origin) => {
    const socket = new WebSocket(`${town.local.url.replace('http', 'ws')}/page/socket`, { origin });
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain('403');
  });

  it('shows a person what they may see, and pushes nothing else', async () => {
    const ana = await openPage(town.ana.id);
    const names = ana.snapshot.guilds.flatMap(({ channels }) => channels.map(({ name }) => name));
    expect(names).toContain('general');
    expect(names).not.toContain('hidden');

    town.local.actor(town.owner.id).say(town.hidden.id, 'among us');
    town.local.actor(town.owner.id).say(town.general.id, 'for all');
    await ana.pushed('message');
    expect(JSON.stringify(ana.pushes)).toContain('for all');
    expect(JSON.stringify(ana.pushes)).not.toContain('among us');
    await expect(ana.ask('history', { channel: town.hidden.id })).rejects.toThrow('50001');
    ana.socket.close();
  });

  it('pushes a message with the reader’s own reactions', async () => {
    const said = town.local.actor(town.owner.id).say(town.general.id, 'react to me');
    const ana = await openPage(town.ana.id);
    await ana.ask('react', { channel: said.channel_id, message: said.id, emoji: '👍', on: true });
    const push = await ana.pushed('message');
    expect(push).toMatchObject({ fresh: false, message: { reactions: [{ me: true, count: 1 }] } });
    ana.socket.close();
  });

  it('gathers a burst of changes into one view of the guild', async () => {
    const ana = await openPage(town.ana.id);
    const owner = town.local.actor(town.owner.id);
    for (let index = 0; index < 10; index++) owner.post(town.questions.id, { title: `post ${index}`, content: 'x' });
    await ana.pushed('guild');
    expect(ana.pushes.filter(({ push }) => push === 'guild').length).toBeLessThanOrEqual(2);
    ana.socket.close();
  });

  it.each([
    ['history', {}],
    ['history', { channel: '../../etc/passwd' }],
    ['history', { channel: '1', limit: 1e9 }],
    ['say', { channel: '1', content: 'x', uploads: ['not-an-id'] }],
    ['press', { channel: '1', message: '2', button: 7 }],
    [
      'use',
      { channel: '1', path: 'x', application: '1', options: { a: { upload: '00000000-0000-4000-8000-000000000000' } } },
    ],
    ['speak', { locale: 'tlh' }],
    ['dismiss', { modal: 'no such modal' }],
    ['submit', { modal: 'x', fields: { a: [1, 2] } }],
  ])('refuses %s with %j, and stays', async (ask, of) => {
    const ana = await openPage(town.ana.id);
    expect(await ana.say(ask, of)).toHaveProperty('refused.message');
    expect((await ana.ask('history', { channel: town.general.id })).messages).toBeInstanceOf(Array);
    ana.socket.close();
  });

  it.each([['not json'], ['{}'], ['{"id":1,"ask":"constructor","of":{}}'], ['[]']])('hangs up on %s', async (words) => {
    const ana = await openPage(town.ana.id);
    ana.socket.send(words);
    const [code] = await once(ana.socket, 'close');
    expect(code).toBe(1008);
  });

  it('keeps a file until it is sent, and refuses one that is too large', async () => {
    const upload = (bytes: number) =>
      fetch(`${town.local.url}/page/uploads?name=${encodeURIComponent('日志.log')}`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: Buffer.alloc(bytes, 'x'),
      });
    const { id } = (await (await upload(100)).json()) as { id: string };
    const ana = await openPage(town.ana.id);
    const { message } = await ana.ask('say', { channel: town.general.id, content: '', uploads: [id] });
    const [file] = town.local.actor(town.ana.id).message({ channel_id: town.general.id, id: message }).attachments;
    expect(file).toMatchObject({ size: 100 });
    expect((await upload(13 * 1024 * 1024)).status).toBe(413);
    ana.socket.close();
  });
});
