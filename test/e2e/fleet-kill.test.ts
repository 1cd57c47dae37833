/** The bot itself is killed again and again in the middle of a hunt: what it acknowledged stands, and Discord is told once. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lease } from '../../src/fleet/protocol.js';
import type { TypedOptions } from '../../src/local-discord/actor.js';
import { type Client, createClient, Refused, Unreachable } from '../../src/worker/client.js';
import { passing } from '../support/fleet.js';
import type { FlockProcess } from '../support/flock-process.js';
import { facts, keyPair, post } from '../support/lent-machine.js';
import { settleDown, textOf } from '../support/settlement.js';

const KILLS = 20;
const LENDERS = 4;
const MACHINES = 8;
const seed = Number(process.env.KILL_SEED ?? 20261128);
const random = xoroshiro128plus(seed);

let place: Awaited<ReturnType<typeof settleDown>>;
let bot: FlockProcess;
let port: string;

/** A port that nobody has now: the bot has to come back on the same one. */
async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

async function start(): Promise<void> {
  bot = place.start({ HTTP_PORT: port });
  await bot.prints(/^Health:/m);
}

beforeAll(async () => {
  place = await settleDown(LENDERS, { openapi: process.env.DISCORD_OPENAPI });
  port = await freePort();
  await start();
  await place.setUp();
}, 60_000);
afterAll(async () => {
  await bot?.send('SIGKILL');
  await place?.stop();
});

type Person = (typeof place)['owner'];
/** Asked again until the bot is there to answer. */
async function say(who: Person, command: string, options: TypedOptions = {}): Promise<string> {
  for (;;) {
    const text = textOf(await who.command(place.channel, command, options).outcome);
    if (!/^failed|too fast|Slow down/i.test(text)) return text;
    await pause(200);
  }
}

async function lend(who: Person, name: string): Promise<Client> {
  const offer = await say(who, 'machine lend', { name });
  const [, url, code] = /enroll (http:\/\/\S+) ([0-9A-Z-]+)/.exec(offer) ?? [];
  const { key, publicKey } = keyPair();
  const enrolled = await post(`${url}/v1/enroll`, JSON.stringify({ code, publicKey, ...facts }), {});
  const { machine } = enrolled.json as { machine: string };
  return createClient({ url: url ?? '', machine, key, now: Date.now, newNonce: randomUUID });
}

it(`holds what it acknowledged over ${KILLS} kills (KILL_SEED=${seed})`, async () => {
  const [ann, bob] = place.people;
  if (!ann || !bob) throw new Error('nobody is there');
  const added = await ann.command(place.channel, 'suite add', { shipped: 'cloud' }).settled;
  expect(textOf(added)).toContain('is added');
  const file = join(place.folder, 'guilds', `${place.guild}.sqlite`);
  const db = new Database(file, { readonly: true });
  const one = <T>(sql: string): T => db.prepare<[], T>(sql).pluck().get() as T;
  const digest = one<string>('SELECT digest FROM suite');
  expect(await say(place.owner, 'suite approve', { suite: digest })).toContain('may run');
  const machines: Client[] = [];
  for (let n = 0; n < MACHINES; n++) machines.push(await lend(place.people[n % LENDERS] ?? ann, `bird-${n}`));
  const plan = { suite: digest, steps: 10_000_000, length: 2 };
  expect(await say(place.owner, 'hunt start', plan)).toContain('Hunt #1 runs');

  let over = false;
  const acknowledged = new Set<string>();
  async function persist<T>(call: () => Promise<T>): Promise<T | undefined> {
    while (!over) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof Unreachable) && !(error instanceof Refused && error.code === 'unavailable')) throw error;
        await pause(20);
      }
    }
    return undefined;
  }
  async function handIn(client: Client, { lease, attempt, epoch, job, nonce }: Lease): Promise<void> {
    const answer = await persist(() => client.result(lease, { ...passing(job, nonce), attempt, epoch }));
    if (answer?.verdict === 'accepted') acknowledged.add(lease);
  }
  const working = machines.map(async (client) => {
    while (!over) {
      const wish = { slots: 1, digests: [digest], maxMinutes: 0.001, waitSeconds: 0 };
      const [lease] = (await persist(() => client.lease(wish)))?.leases ?? [];
      if (lease) await handIn(client, lease);
      else await pause(20);
    }
  });

  for (let kill = 0; kill < KILLS; kill++) {
    const before = acknowledged.size;
    while (acknowledged.size < before + 5) await pause(10);
    await pause(uniformInt(random, 0, 200));
    await bot.send('SIGKILL');
    await start();
  }
  expect(await say(place.owner, 'hunt stop', { hunt: 1 })).toContain('stopped');
  over = true;
  await Promise.all(working);

  const done = new Set(db.prepare<[], string>(`SELECT lease FROM job WHERE state = 'done'`).pluck().all());
  expect([...acknowledged].filter((lease) => !done.has(lease))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(5 * KILLS);
  expect(one(`SELECT count(*) FROM job WHERE state IN ('ready', 'leased')`)).toBe(0);
  expect(
    one(`SELECT count(*) FROM (SELECT job FROM ledger WHERE kind = 'granted' GROUP BY job HAVING count(*) > 1)`),
  ).toBe(0);
  expect(one(`SELECT count(*) FROM job WHERE judged = 'valid' AND id NOT IN (SELECT job FROM ledger)`)).toBe(0);
  expect(one(`SELECT count(*) FROM ledger WHERE job IN (SELECT id FROM job WHERE state <> 'done')`)).toBe(0);

  const hunts = place.owner.channels(place.guild).find(({ name }) => name === 'hunts');
  const cards = () =>
    place.owner.messages(hunts?.id ?? '').filter((message) => JSON.stringify(message).includes('Hunt #1 '));
  for (let tries = 0; tries < 300 && cards()[0]?.attachments.length !== 1; tries++) await pause(100);
  expect(cards().map(({ attachments }) => attachments.map(({ filename }) => filename))).toEqual([['hunt-1.png']]);
  expect(place.local.violations).toEqual([]);
  db.close();
}, 300_000);
