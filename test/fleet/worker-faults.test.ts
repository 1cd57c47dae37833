/** Real worker processes that are killed, stopped, and wrong about the time. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.js';
import { shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { type Coordinator, startCoordinator } from '../support/coordinator.js';
import { descendants, isAlive } from '../support/processes.js';
import { type ShiftedClock, shiftedClock } from '../support/shifted-clock.js';
import { type RunningWorker, runWorker, worker } from '../support/worker.js';

const { suite } = openSuite(shipped('suites', 'cloud'));
const MINUTE = 60_000;
let folder: string;
let clock: ShiftedClock;
let coordinator: Coordinator;
let running: RunningWorker[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flock-worker-faults-'));
  clock = shiftedClock(systemClock);
  coordinator = await startCoordinator(join(folder, 'guilds'), { clock });
  running = [];
  const { suites } = coordinator.fleet();
  suites.add({ digest: suite.digest, name: suite.name, files: undefined, author: 'ann' });
  suites.approve(suite.digest, 'mia');
});
afterEach(async () => {
  for (const { child } of running) child.kill('SIGCONT');
  await Promise.all(running.map((one) => one.stop()));
  await coordinator.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function lend(lender: string, alias: string): Promise<() => RunningWorker> {
  const home = join(folder, alias);
  await worker(home, 'enroll', coordinator.url, coordinator.lend(lender, alias));
  await worker(home, 'accept', 'cloud');
  return () => {
    const one = runWorker(home);
    running.push(one);
    return one;
  };
}

function hunt(budgetSteps: number): number {
  const plan = { digest: suite.digest, suite: suite.name, strategy: 'mix', bugs: [], seed: 3, lanes: 1 as const };
  const { id } = coordinator.fleet().hunts.start({ ...plan, length: 200, budgetSteps, priority: 0, author: 'mia' });
  coordinator.wake();
  return id;
}

async function until(what: () => boolean): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (!what()) {
    if (Date.now() > deadline)
      throw new Error(`not in time: ${what}; ${running.map((one) => one.said()).join('\n--\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const activity = (id: number) => coordinator.fleet().hunts.activity(id);
const jobs = (id: number) =>
  [1, 2, 3, 4, 5].map((n) => coordinator.fleet().jobs.find(n)).filter((job) => job?.hunt === id);

it('killed in the middle of a job, it leaves no process behind, says so when it is back, and goes on', async () => {
  const start = await lend('ann', 'owl');
  const id = hunt(4000);
  const first = start();
  await until(() => activity(id).leased === 1 && descendants(first.child.pid ?? 0).length > 0);
  const left = descendants(first.child.pid ?? 0);
  const exited = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await exited;
  await until(() => !left.some(isAlive));
  expect(activity(id).leased).toBe(1);
  const second = start();
  await until(() => second.said().includes('was killed during walk'));
  expect(second.said()).toContain('requeued');
  expect(readFileSync(join(folder, 'owl', 'ran.jsonl'), 'utf8')).toContain('"outcome":"killed"');
  await until(() => coordinator.fleet().hunts.get(id).state === 'done');
  expect(activity(id)).toMatchObject({ leased: 0, waiting: 0, parked: 0 });
  expect(coordinator.fleet().machines.named('owl').state).toBe('active');
  expect(coordinator.faults).toEqual([]);
}, 120_000);

it('stopped past its lease and woken, it hands in what is stale, and nobody is credited twice', async () => {
  const [startOwl, startJay] = [await lend('ann', 'owl'), await lend('bob', 'jay')];
  const id = hunt(1000);
  const owl = startOwl();
  await until(() => activity(id).leased === 1);
  owl.child.kill('SIGSTOP');
  clock.shift(4 * MINUTE);
  coordinator.tick();
  expect(activity(id)).toMatchObject({ leased: 0, waiting: 1 });
  const jay = startJay();
  await until(() => coordinator.fleet().ledger.of('bob').granted > 0 || jay.said().includes('accepted'));
  owl.child.kill('SIGCONT');
  await until(() => owl.said().includes('stale') || owl.said().includes('given back'));
  await until(() => coordinator.fleet().hunts.get(id).state === 'done');
  const done = jobs(id).filter((job) => job?.state === 'done');
  expect(done.length).toBe(jobs(id).length);
  // The walk that was taken from it counts once, for the machine that finished it.
  expect(coordinator.fleet().jobs.find(1)?.lender).toBe('bob');
  expect(coordinator.faults).toEqual([]);
}, 120_000);

it.each([
  ['behind', 60 * MINUTE],
  ['ahead', -60 * MINUTE],
])(
  'an hour %s the coordinator, it goes by the coordinator’s time',
  async (_, ms) => {
    clock.shift(ms);
    const start = await lend('ann', 'owl');
    const id = hunt(400);
    start();
    await until(() => coordinator.fleet().hunts.get(id).state === 'done');
    expect(coordinator.fleet().ledger.of('ann').granted).toBeGreaterThan(0);
  },
  120_000,
);
