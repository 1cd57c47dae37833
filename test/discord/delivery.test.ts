import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDelivery, type Delivery } from '../../src/discord/delivery.js';
import { createDeliveryRest, judge } from '../../src/discord/delivery-rest.js';
import type { Continuations } from '../../src/platform/continuations.js';
import type { Effect } from '../../src/platform/effects.js';
import { createGuildStore, type GuildStore } from '../../src/platform/guild-store.js';
import { createLog } from '../../src/platform/log.js';
import { readMigrations } from '../../src/platform/migrate.js';
import { shipped } from '../../src/platform/paths.js';
import { type FakeClock, fakeClock } from '../support/clock.js';
import { type Asked, type Reply, restEndpoint } from '../support/rest-endpoint.js';

const SELF = '900';
const MINUTE = 60_000;
const migrations = readMigrations(shipped('migrations'));
const log = createLog({ level: 'silent', destination: process.stderr });

/** Channels of a Discord that takes posts and shows them, without remembering nonces: after an hour, the real one does not either. */
function channels() {
  const messages: { id: string; channel: string; content: string }[] = [];
  return {
    messages,
    contents: () => messages.map(({ channel, content }) => `${channel}: ${content}`),
    answer({ method, path, body }: Asked): Reply {
      if (path === '/users/@me') return { status: 200, body: { id: SELF } };
      const channel = /^\/channels\/(\d+)\/messages$/.exec(path)?.[1] ?? '';
      if (method === 'POST') {
        const { content } = body as { content: string };
        const id = String((BigInt(clock.now() - 1_420_070_400_000) << 22n) + BigInt(messages.length));
        messages.push({ id, channel, content });
        return { status: 200, body: { id, channel_id: channel } };
      }
      const found = messages.filter((message) => message.channel === channel);
      return {
        status: 200,
        body: found.map(({ id, content }) => ({ id, content, embeds: [], components: [], author: { id: SELF } })),
      };
    },
  };
}

let folder: string;
let clock: FakeClock;
let guilds: GuildStore;
let delivery: Delivery;
let discord: ReturnType<typeof channels>;
let endpoint: Awaited<ReturnType<typeof restEndpoint>>;
/** What happens to the next requests, before Discord's own answer. */
let script: ((asked: Asked) => Reply | undefined)[];
let present: Set<string>;
let followed: string[];

const continuations: Continuations = {
  note: (_, arg, made) => {
    followed.push(`${JSON.stringify(arg)} ${made?.id === undefined ? 'nothing' : 'made'}`);
  },
  next: (guild) => void guild.outbox.add(post('7', 'follows')),
  broken: () => {
    throw new Error('a mistake');
  },
};

const post = (channel: string, content: string): Effect => ({ kind: 'post', channel, message: { content } });

function start(): void {
  guilds = createGuildStore({ folder, migrations, clock });
  const rest = createDeliveryRest({ api: endpoint.api, token: 'test-token', settled: guilds.settled });
  delivery = createDelivery({ guilds, rest, continuations, clock, log, present: (id) => present.has(id) });
  delivery.start();
}

/** The process dies: nothing that it knew is left but the files. */
async function restart(): Promise<void> {
  await delivery.stop(0);
  guilds.close();
  start();
  for (const id of guilds.list()) delivery.expect(id, clock.now());
}

async function pass(ms: number): Promise<void> {
  const until = clock.now() + ms;
  do {
    await clock.advanceAsync(Math.min(until - clock.now(), 500));
    await delivery.settled();
  } while (clock.now() < until);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flock-delivery-'));
  clock = fakeClock();
  present = new Set(['1', '2']);
  followed = [];
  script = [];
  discord = channels();
  endpoint = await restEndpoint((asked) => {
    const scripted = asked.path === '/users/@me' ? undefined : script.shift()?.(asked);
    if (scripted === 'lost') discord.answer(asked);
    return scripted ?? discord.answer(asked);
  });
  start();
});
afterEach(async () => {
  await delivery.stop(0);
  guilds.close();
  await endpoint.close();
  rmSync(folder, { recursive: true });
});

const failing =
  (status: number, body: unknown = {}, headers?: Record<string, string>) =>
  (): Reply => ({ status, body, headers });
const forbidden = failing(403, { code: 50013, message: 'Missing Permissions' });

describe('the outbox', () => {
  it('posts after the commit, with a nonce, mentioning nobody', async () => {
    guilds.open('1').outbox.add(post('5', 'hello @everyone'));
    await pass(100);
    expect(discord.contents()).toEqual(['5: hello @everyone']);
    expect(endpoint.asked[0]?.body).toMatchObject({ enforce_nonce: true, allowed_mentions: { parse: [] } });
    expect(guilds.open('1').outbox.stats()).toEqual({ pending: 0, parked: 0, oldest: undefined });
  });

  it('keeps the order within a target, whatever fails in between, and holds up no other target', async () => {
    const { outbox } = guilds.open('1');
    const bad = (path: string) => (asked: Asked) => (asked.path.includes(path) ? failing(500)() : undefined);
    script = [bad('/5/'), bad('/5/'), bad('/5/'), bad('/5/')];
    for (const content of ['a', 'b', 'c']) outbox.add(post('5', content));
    outbox.add(post('6', 'other'));
    await pass(200);
    expect(discord.contents()).toEqual(['6: other']);
    await pass(MINUTE);
    expect(discord.contents()).toEqual(['6: other', '5: a', '5: b', '5: c']);
  });

  it.each([
    ['its answer was lost', (): Reply => 'lost'],
    ['the connection broke before', (): Reply => 'reset'],
    ['Discord said 500', failing(500)],
    ['Discord said 502', failing(502)],
  ])('posts exactly once when %s', async (_, fault) => {
    script = [fault];
    guilds.open('1').outbox.add(post('5', 'once'));
    await pass(MINUTE);
    expect(discord.contents()).toEqual(['5: once']);
    expect(guilds.open('1').outbox.stats().pending).toBe(0);
  });

  it('posts two equal messages twice, even when the answer to each is lost', async () => {
    script = [() => 'lost'];
    const { outbox } = guilds.open('1');
    outbox.add(post('5', 'same'));
    outbox.add(post('5', 'same'));
    await pass(MINUTE);
    expect(discord.contents()).toEqual(['5: same', '5: same']);
    script = [() => 'lost'];
    outbox.add(post('5', 'same'));
    await pass(MINUTE);
    expect(discord.contents()).toEqual(['5: same', '5: same', '5: same']);
  });

  it('finds after a restart what the process posted before it died', async () => {
    const { outbox } = guilds.open('1');
    outbox.add(post('5', 'once'), { after: { name: 'note', arg: 'x' } });
    // It was posted, and the process died before it could note that.
    discord.answer({
      method: 'POST',
      path: '/channels/5/messages',
      query: new URLSearchParams(),
      body: { content: 'once' },
    });
    await restart();
    await pass(MINUTE);
    expect(discord.contents()).toEqual(['5: once']);
    expect(followed).toEqual(['"x" made']);
  });

  it('parks what Discord refuses for good, goes on with the rest, and lets staff try again or drop it', async () => {
    const { outbox } = guilds.open('1');
    script = [forbidden, forbidden];
    const first = outbox.add(post('5', 'a'));
    const second = outbox.add(post('5', 'b'));
    outbox.add(post('5', 'c'));
    await pass(MINUTE);
    expect(discord.contents()).toEqual(['5: c']);
    expect(outbox.parked()).toMatchObject([
      { id: first, kind: 'post', target: 'channel:5', error: '403 50013: Missing Permissions' },
      { id: second },
    ]);
    expect(outbox.dropParked(first)).toEqual({ after: undefined });
    expect(outbox.dropParked(first)).toBeUndefined();
    expect(outbox.retryParked(second)).toBe(true);
    expect(outbox.retryParked(first)).toBe(false);
    await pass(MINUTE);
    expect(discord.contents()).toEqual(['5: c', '5: b']);
    expect(outbox.parked()).toEqual([]);
  });

  it('waits as long as Discord says', async () => {
    const limited = {
      'retry-after': '90',
      'x-ratelimit-scope': 'user',
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset-after': '90',
      'x-ratelimit-bucket': 'b',
    };
    script = [failing(429, { retry_after: 90, global: false, message: 'slow down' }, limited)];
    guilds.open('1').outbox.add(post('5', 'a'));
    await pass(80_000);
    expect(endpoint.asked).toHaveLength(1);
    expect(guilds.open('1').outbox.stats().pending).toBe(1);
  });

  it('delivers everything once when Discord was away for an hour', async () => {
    let away = true;
    const outage = () => (away ? 'reset' : undefined);
    script = Array.from({ length: 10_000 }, () => outage as () => Reply | undefined);
    for (const id of ['1', '2']) {
      for (let i = 0; i < 9; i++) guilds.open(id).outbox.add(post(`${id}${i % 3}`, `n${i}`));
    }
    for (let i = 0; i < 60; i++) {
      await clock.advanceAsync(MINUTE);
      await delivery.settled();
    }
    expect(discord.messages).toEqual([]);
    const tries = endpoint.asked.length;
    expect(tries).toBeLessThan(300);
    away = false;
    for (let i = 0; i < 60; i++) {
      await clock.advanceAsync(10_000);
      await delivery.settled();
    }
    expect(new Set(discord.contents()).size).toBe(18);
    expect(discord.messages).toHaveLength(18);
    for (const id of ['1', '2']) {
      for (let c = 0; c < 3; c++) {
        const order = discord.messages.filter(({ channel }) => channel === `${id}${c}`).map(({ content }) => content);
        expect(order).toEqual([`n${c}`, `n${c + 3}`, `n${c + 6}`]);
      }
    }
  });

  it('does what follows in the transaction that notes the delivery, and that may add effects', async () => {
    guilds.open('1').outbox.add(post('5', 'first'), { after: { name: 'next' } });
    await pass(1000);
    expect(discord.contents()).toEqual(['5: first', '7: follows']);
  });

  it('parks an effect whose follow-up is broken, and does not post it again', async () => {
    const { outbox } = guilds.open('1');
    const id = outbox.add(post('5', 'once'), { after: { name: 'broken' } });
    await pass(MINUTE);
    expect(outbox.parked()).toMatchObject([{ id, error: expect.stringContaining('a mistake') }]);
    outbox.retryParked(id);
    await pass(MINUTE);
    expect(discord.contents()).toEqual(['5: once']);
  });

  it('keeps only the newest state of a live message that could not be shown yet', async () => {
    const { outbox } = guilds.open('1');
    for (const content of ['10 %', '20 %', '30 %']) {
      outbox.add({ kind: 'edit', channel: '5', message: '77', edit: { content } }, { replaces: 'live:77' });
    }
    expect(outbox.stats().pending).toBe(1);
    script = [failing(200, { id: '77' })];
    await pass(1000);
    expect(endpoint.asked.map(({ body }) => body)).toMatchObject([{ content: '30 %' }]);
  });

  it('lets what waits for a server that the bot was removed from wait until it is back', async () => {
    present.delete('1');
    guilds.open('1').outbox.add(post('5', 'a'));
    await pass(10 * MINUTE);
    expect(endpoint.asked).toEqual([]);
    expect(delivery.stats().pending).toBe(1);
    present.add('1');
    delivery.expect('1', clock.now());
    await pass(1000);
    expect(discord.contents()).toEqual(['5: a']);
  });

  it('gives a request that it gave up on time to come to its end, before it looks for what that made', async () => {
    await endpoint.close();
    endpoint = await restEndpoint((asked) => (asked.path === '/users/@me' ? discord.answer(asked) : 'never'));
    const rest = createDeliveryRest({ api: endpoint.api, token: 'test-token', settled: guilds.settled });
    rest.options.timeout = 50;
    const error = await rest.post('/channels/5/threads', { body: {} }).catch((thrown: unknown) => thrown);
    expect(judge(error)).toEqual({ kind: 'unknown', error: 'no answer in time', afterMs: 10_000 });
  });

  it('tries again at a time that the file can hold, whatever chance and Discord say', async () => {
    clock.random = () => 1 / 3;
    script = [
      () => 'reset',
      () => ({ status: 429, body: { message: 'wait', retry_after: 6.0005 }, headers: { 'retry-after': '6.0005' } }),
    ];
    const { outbox } = guilds.open('1');
    outbox.add(post('5', 'a'));
    outbox.add(post('6', 'b'));
    await pass(20_000);
    expect(discord.contents().sort()).toEqual(['5: a', '6: b']);
  });

  it('goes on when the file can be written again, whatever was added meanwhile', async () => {
    const { db, outbox } = guilds.open('1');
    outbox.add(post('5', 'a'));
    db.pragma('query_only = ON');
    await pass(1000);
    db.pragma('query_only = OFF');
    outbox.add(post('6', 'b'));
    await pass(MINUTE);
    expect(discord.contents()).toEqual(['5: a', '6: b']);
    expect(outbox.stats().pending).toBe(0);
  });

  it('gives up a request under way when it must stop, and the next process finds out what became of it', async () => {
    let arrived = () => {};
    const underWay = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await endpoint.close();
    endpoint = await restEndpoint(async (asked) => {
      if (asked.method !== 'POST' || discord.messages.length > 0) return discord.answer(asked);
      discord.answer(asked);
      arrived();
      return new Promise<Reply>(() => {});
    });
    await restart();
    guilds.open('1').outbox.add(post('5', 'once'));
    await clock.advanceAsync(100);
    await underWay;
    const stopping = delivery.stop(1000);
    await clock.advanceAsync(1000);
    await stopping;
    expect(guilds.open('1').outbox.stats().pending).toBe(1);
    await restart();
    await pass(MINUTE);
    expect(discord.contents()).toEqual(['5: once']);
    expect(guilds.open('1').outbox.stats().pending).toBe(0);
  });
});
