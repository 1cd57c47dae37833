/** A backup that is ten minutes old, taken back under machines that go on. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import backupCommand from '../../src/cli/backup.js';
import restoreCommand from '../../src/cli/restore.js';
import type { Lease } from '../../src/fleet/protocol.js';
import { systemClock } from '../../src/platform/clock.js';
import { readEnvironment } from '../../src/platform/env.js';
import { type Client, createClient } from '../../src/worker/client.js';
import { type Coordinator, GUILD, startCoordinator } from '../support/coordinator.js';
import { DIGEST, failing, hunt, passing } from '../support/fleet.js';
import { facts, keyPair } from '../support/lent-machine.js';
import { type ShiftedClock, shiftedClock } from '../support/shifted-clock.js';

const JOBS = 60;
const WISH = { slots: 1, digests: [DIGEST], maxMinutes: 0.001, waitSeconds: 0 };
let folder: string;
let clock: ShiftedClock;
let coordinator: Coordinator;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flock-restore-'));
  clock = shiftedClock(systemClock);
  coordinator = await startCoordinator(join(folder, 'guilds'), { clock });
});
afterEach(async () => {
  await coordinator.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function flock(command: typeof backupCommand | typeof restoreCommand, ...args: string[]): Promise<void> {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const terminal = { out: say, err: say, interactive: false, stop: new AbortController().signal };
  const code = await command.run(args, terminal, readEnvironment({ DATA_DIR: folder }));
  if (code !== 0) throw new Error(said.join('\n'));
}

function enrol(lender: string, alias: string): Client {
  const { key, publicKey } = keyPair();
  const { id } = coordinator.fleet().machines.enrol(coordinator.lend(lender, alias), { ...facts, publicKey });
  const url = coordinator.url;
  return createClient({ url, machine: `${GUILD}.${id}`, key, now: clock.now, newNonce: randomUUID });
}

async function take(client: Client): Promise<Lease | undefined> {
  const { leases } = await client.lease(WISH);
  return leases[0];
}

async function handIn(client: Client, { lease, attempt, epoch, job, nonce }: Lease): Promise<string> {
  const result = job.bugs.includes('canary') ? failing(job, nonce, 'c'.repeat(16)) : passing(job, nonce);
  return (await client.result(lease, { ...result, attempt, epoch })).verdict;
}

it('makes all that was lent after it stale, loses no job and credits none twice', async () => {
  const id = hunt(coordinator.fleet(), { budgetSteps: 2 * JOBS, length: 2 });
  const birds = ['ann', 'bob', 'cid'].map((lender) => enrol(lender, `${lender}-owl`));
  async function round(): Promise<void> {
    for (const bird of birds) {
      const lease = await take(bird);
      if (lease) await handIn(bird, lease);
    }
  }
  for (let n = 0; n < 5; n++) await round();
  const before = await Promise.all(birds.map(take));
  await flock(backupCommand, join(folder, 'copy'));
  const { epoch } = await session(birds);
  for (let n = 0; n < 5; n++) await round();
  const after = await Promise.all(birds.map(take));

  const { port } = new URL(coordinator.url);
  await coordinator.stop();
  clock.shift(10 * 60_000);
  await flock(restoreCommand, join(folder, 'copy'), '--overwrite');
  coordinator = await startCoordinator(join(folder, 'guilds'), { clock, port: Number(port) });

  expect((await session(birds)).epoch).toBeGreaterThan(epoch);
  for (const leases of [before, after])
    for (const [n, lease] of leases.entries()) {
      const [bird] = birds.slice(n);
      if (bird && lease) expect(await handIn(bird, lease)).toBe('stale');
    }
  coordinator.tick();
  for (let n = 0; n < 3 * JOBS && coordinator.fleet().hunts.get(id).state !== 'done'; n++) await round();

  expect(coordinator.fleet().hunts.get(id).state).toBe('done');
  const db = new Database(join(folder, 'guilds', `${GUILD}.sqlite`), { readonly: true });
  const one = (sql: string): unknown => db.prepare(sql).pluck().get();
  expect(one(`SELECT count(*) FROM job WHERE state NOT IN ('done', 'cancelled')`)).toBe(0);
  expect(one(`SELECT sum(episodes) FROM job WHERE purpose = 'walk' AND state = 'done'`)).toBe(JOBS);
  expect(one(`SELECT count(*) FROM (SELECT job FROM ledger GROUP BY job HAVING count(*) > 1)`)).toBe(0);
  expect(one(`SELECT count(*) FROM job WHERE judged = 'valid' AND id NOT IN (SELECT job FROM ledger)`)).toBe(0);
  db.close();
  expect(coordinator.faults).toEqual([]);
}, 60_000);

async function session([bird]: readonly Client[]): Promise<{ epoch: number }> {
  if (!bird) throw new Error('no machines');
  return bird.session({ protocol: { oldest: 1, newest: 1 }, version: '0', cores: 1, memoryMb: 1 });
}

it('begins a new epoch each time that it is taken back', async () => {
  const birds = [enrol('ann', 'owl')];
  await flock(backupCommand, join(folder, 'copy'));
  const epochs = [(await session(birds)).epoch];
  const { port } = new URL(coordinator.url);
  for (let n = 0; n < 2; n++) {
    await coordinator.stop();
    await new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
    await flock(restoreCommand, join(folder, 'copy'), '--overwrite');
    coordinator = await startCoordinator(join(folder, 'guilds'), { clock, port: Number(port) });
    epochs.push((await session(birds)).epoch);
  }
  expect(new Set(epochs).size).toBe(3);
  expect(epochs.toSorted((a, b) => a - b)).toEqual(epochs);
}, 30_000);
