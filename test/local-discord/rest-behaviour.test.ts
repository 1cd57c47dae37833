import { REST, Routes } from 'discord.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listMessages } from '../../src/local-discord/operations/history.js';
import { createMessage } from '../../src/local-discord/operations/messages.js';
import { createRateLimits } from '../../src/local-discord/rate-limits.js';
import { type HarnessOptions, type RestHarness, startRest } from './rest-harness.js';

const started: RestHarness[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});
async function start(options?: HarnessOptions): Promise<RestHarness> {
  const discord = await startRest(options);
  started.push(discord);
  return discord;
}
const client = (discord: RestHarness, options: object = {}) =>
  new REST({ api: `${discord.url}/api`, ...options }).setToken(discord.application.token);

describe('discord.js’s own REST client', () => {
  it('posts files and finds them at the address that it is told', async () => {
    const discord = await start();
    const sent = (await client(discord).post(Routes.channelMessages(discord.places.text), {
      body: { content: 'a log', embeds: [{ image: { url: 'attachment://chart.png' } }] },
      files: [
        { name: 'boot log.txt', data: Buffer.from('panic 百鸟') },
        { name: 'chart.png', data: png(), contentType: 'image/png' },
      ],
    })) as { attachments: { url: string; filename: string; width?: number }[]; embeds: { image: { url: string } }[] };
    expect(sent.attachments).toMatchObject([
      { filename: 'boot_log.txt', size: 12 },
      { filename: 'chart.png', width: 3 },
    ]);
    expect(sent.embeds[0]?.image.url).toBe(sent.attachments[1]?.url);
    const log = await fetch(sent.attachments[0]?.url ?? '');
    expect(await log.text()).toBe('panic 百鸟');
    expect(log.headers.get('content-disposition')).toContain('attachment');
    expect((await fetch(sent.attachments[1]?.url ?? '')).headers.get('content-type')).toBe('image/png');
  });

  it('understands a refusal with its fields', async () => {
    const discord = await start();
    const posting = client(discord).post(Routes.channelMessages(discord.places.text), {
      body: { embeds: [{ title: 'x'.repeat(257) }] },
    });
    await expect(posting).rejects.toMatchObject({
      code: 50035,
      status: 400,
      message: expect.stringContaining('embeds[0].title[BASE_TYPE_MAX_LENGTH]'),
    });
  });

  it('waits as long as a 429 says, and then succeeds', async () => {
    const discord = await start();
    const hit = discord.faults.add({
      on: 'POST /channels/:channel/messages',
      trouble: { kind: 'rate-limit', retryAfter: 0.05 },
    });
    await client(discord).post(Routes.channelMessages(discord.places.text), { body: { content: 'late' } });
    expect(hit.hits).toBe(1);
    expect(discord.world.messages(discord.places.text).size).toBe(1);
  });

  it('repeats a post whose answer was lost, and the nonce keeps it from appearing twice', async () => {
    const discord = await start();
    discord.faults.add({ on: 'POST /channels/**', trouble: { kind: 'lose-response' } });
    const body = { content: 'once', nonce: '42', enforce_nonce: true };
    const rest = client(discord, { retries: 0 });
    await expect(rest.post(Routes.channelMessages(discord.places.text), { body })).rejects.toThrow();
    const again = (await rest.post(Routes.channelMessages(discord.places.text), { body })) as { id: string };
    expect([...discord.world.messages(discord.places.text).keys()]).toEqual([again.id]);
  });

  it('repeats after a 500, as often as it is told', async () => {
    const discord = await start();
    const fault = discord.faults.add({ trouble: { kind: 'status', status: 502 }, times: 2 });
    await client(discord, { retries: 2 }).get(Routes.user());
    expect(fault.hits).toBe(2);
  });
});

describe('a nonce', () => {
  it('is only remembered where it is enforced, by author and channel, for five minutes', async () => {
    let now = 1_700_000_000_000;
    const discord = await start({ now: () => now });
    const { world, owner, member, places } = discord;
    const send = (by: string, enforce_nonce: boolean, channel = places.text) =>
      createMessage(world, by, channel, { content: 'c', nonce: 'n', enforce_nonce }).id;
    const first = send(owner.id, true);
    expect(send(owner.id, true)).toBe(first);
    expect(send(owner.id, false)).not.toBe(first);
    expect(send(member.id, true)).not.toBe(first);
    now += 5 * 60_000 + 1;
    expect(send(owner.id, true)).not.toBe(first);
    expect(listMessages(world, owner.id, places.text, {})).toHaveLength(4);
  });
});

describe('rate limits', () => {
  it('say in every answer how many requests are left, and refuse the next', async () => {
    const discord = await start({ rateLimits: 'discord' });
    const send = () => discord.call('POST', `/channels/${discord.places.text}/messages`, { content: 'hi' });
    const left: (string | null)[] = [];
    for (let n = 0; n < 5; n += 1) left.push((await send()).headers.get('x-ratelimit-remaining'));
    expect(left).toEqual(['4', '3', '2', '1', '0']);
    const refused = await send();
    expect(refused).toMatchObject({
      status: 429,
      body: { message: 'You are being rate limited.', global: false, retry_after: expect.any(Number) },
    });
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'x-ratelimit-limit': '5',
      'x-ratelimit-bucket': expect.stringMatching(/^[0-9a-f]{32}$/),
      'x-ratelimit-scope': 'user',
      'retry-after': expect.stringMatching(/^\d+$/),
    });
    const elsewhere = await discord.call('GET', `/channels/${discord.places.text}/messages`);
    expect(elsewhere.status).toBe(200);
  });

  it('allow 50 requests a second over all routes, answers to interactions aside', () => {
    let now = 0;
    const limiter = createRateLimits({ now: () => now, mode: 'discord' });
    const take = (route: string, params: Record<string, string>) =>
      limiter.take({ method: 'GET', route, params, who: 'bot', body: undefined });
    for (let n = 0; n < 50; n += 1) expect(take('/channels/:channel', { channel: `${n}` }).refused).toBeUndefined();
    expect(take('/channels/:channel', { channel: '51' })).toMatchObject({
      refused: { global: true, scope: 'global', retryAfter: 1 },
      headers: { 'x-ratelimit-global': 'true' },
    });
    expect(
      limiter.take({
        method: 'POST',
        route: '/interactions/:interaction/:token/callback',
        params: {},
        who: 'bot',
        body: {},
      }).refused,
    ).toBeUndefined();
    now += 1000;
    expect(take('/channels/:channel', { channel: '51' }).refused).toBeUndefined();
  });

  it('let a channel be renamed twice in ten minutes', () => {
    let now = 0;
    const limiter = createRateLimits({ now: () => now, mode: 'discord' });
    const patch = (body: object) =>
      limiter.take({ method: 'PATCH', route: '/channels/:channel', params: { channel: '1' }, who: 'bot', body })
        .refused;
    expect([patch({ name: 'a' }), patch({ topic: 'b' })]).toEqual([undefined, undefined]);
    expect(patch({ name: 'c' })).toMatchObject({ scope: 'shared', retryAfter: 600 });
    expect(patch({ archived: true })).toBeUndefined();
    now += 600_000;
    expect(patch({ name: 'c' })).toBeUndefined();
  });

  it('ban an address after 10,000 invalid requests in ten minutes', () => {
    let now = 0;
    const limiter = createRateLimits({ now: () => now, mode: 'off' });
    for (let n = 0; n < 9_999; n += 1) limiter.countInvalid('bot');
    expect(limiter.bannedFor('bot')).toBe(0);
    limiter.countInvalid('bot');
    expect(limiter.bannedFor('bot')).toBe(600);
    now += 600_000;
    expect(limiter.bannedFor('bot')).toBe(0);
  });
});

describe('faults on demand', () => {
  it('hit the requests they name, after some and for some, and then no more', async () => {
    const discord = await start();
    const fault = discord.faults.add({
      on: 'GET /users/*',
      when: ({ path }) => path.endsWith('@me'),
      after: 1,
      times: 2,
      trouble: { kind: 'status', status: 503 },
    });
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await discord.call('GET', '/users/@me')).status);
    expect(statuses).toEqual([200, 503, 503, 200, 200]);
    expect((await discord.call('GET', `/users/${discord.owner.id}`)).status).toBe(200);
    expect(fault.hits).toBe(2);
  });

  it('drop the line before anything is done, or after the change was made', async () => {
    const discord = await start();
    const send = () => discord.call('POST', `/channels/${discord.places.text}/messages`, { content: 'hi' });
    discord.faults.add({ trouble: { kind: 'drop' } });
    await expect(send()).rejects.toThrow();
    expect(discord.world.messages(discord.places.text).size).toBe(0);
    discord.faults.add({ trouble: { kind: 'lose-response' } });
    await expect(send()).rejects.toThrow();
    expect(discord.world.messages(discord.places.text).size).toBe(1);
  });
});

describe('hostile requests', () => {
  let discord: RestHarness;
  beforeAll(async () => {
    discord = await startRest();
  });
  afterAll(() => discord.stop());

  it.each([
    ['no JSON', '{"content":', 50109],
    ['a list', '[1,2]', 50035],
    ['a number', '7', 50035],
    ['a content of the wrong type', '{"content":{"a":1}}', 50035],
    ['embeds of the wrong type', '{"embeds":{"0":{}}}', 50035],
    ['components of the wrong type', '{"components":[null]}', 50035],
    ['a deep nest', `{"components":${'[{"type":1,"components":'.repeat(200)}[]${'}]'.repeat(200)}}`, 50035],
    ['a prototype', '{"__proto__":{"content":"x"}}', 50006],
  ])('are refused with a code: %s', async (_what, body, code) => {
    const answer = await fetch(`${discord.url}/api/v10/channels/${discord.places.text}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${discord.application.token}`, 'content-type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code });
  });

  it('are refused when they are larger than 25 MiB, or nobody’s route', async () => {
    const large = await discord.call('POST', `/channels/${discord.places.text}/messages`, {
      content: 'x'.repeat(25 * 1024 * 1024),
    });
    expect(large).toMatchObject({ status: 413, body: { code: 40005 } });
    expect(await discord.call('GET', '/nowhere')).toMatchObject({ status: 404, body: { code: 0 } });
  });
});

/** A PNG's head: 3 pixels wide, 2 high. */
function png(): Buffer {
  const bytes = Buffer.alloc(33);
  bytes.writeUInt32BE(0x89504e47, 0);
  bytes.writeUInt32BE(3, 16);
  bytes.writeUInt32BE(2, 20);
  return bytes;
}
