import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { type Coordinator, startCoordinator } from '../support/coordinator.js';
import { type RunningWorker, runWorker, worker } from '../support/worker.js';

const { suite } = openSuite(shipped('suites', 'cloud'));
let folder: string;
let coordinator: Coordinator;
let running: RunningWorker[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flock-workers-'));
  coordinator = await startCoordinator(join(folder, 'guilds'));
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await coordinator.stop();
  rmSync(folder, { recursive: true, force: true });
});

const home = (alias: string): string => join(folder, alias);

async function enrol(lender: string, alias: string): Promise<void> {
  await worker(home(alias), 'enroll', coordinator.url, coordinator.lend(lender, alias));
}

function approveCloud(): void {
  const { suites } = coordinator.fleet();
  suites.add({ digest: suite.digest, name: suite.name, files: undefined, author: 'ann' });
  suites.approve(suite.digest, 'mia');
}

function start(alias: string): RunningWorker {
  const one = runWorker(home(alias));
  running.push(one);
  return one;
}

function hunt(plan: { bugs?: string[]; budgetSteps?: number; length?: number } = {}): number {
  const { id } = coordinator.fleet().hunts.start({
    digest: suite.digest,
    suite: suite.name,
    strategy: 'mix',
    bugs: plan.bugs ?? [],
    seed: 3,
    length: plan.length ?? 50,
    lanes: 1,
    budgetSteps: plan.budgetSteps ?? 200,
    priority: 0,
    author: 'mia',
  });
  coordinator.wake();
  return id;
}

async function until(what: () => boolean, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!what()) {
    if (Date.now() > deadline)
      throw new Error(`not within ${seconds} s; ${running.map((one) => one.said()).join('\n---\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a lent machine', () => {
  it('enrols with its code, runs what its lender accepted, and drains when it is told to stop', async () => {
    approveCloud();
    await enrol('ann', 'owl');
    expect(await worker(home('owl'), 'accept')).toContain(`  cloud  ${suite.digest}`);
    const owl = start('owl');
    await until(() => owl.said().includes('no suite is accepted here'));
    expect(await worker(home('owl'), 'accept', 'cloud')).toContain('✓ cloud');
    const id = hunt();
    await until(() => coordinator.fleet().hunts.get(id).state === 'done');
    expect(await owl.stop()).toBe(0);
    const ended = coordinator.fleet().hunts.get(id);
    expect(ended).toMatchObject({ canariesMissed: 0, errors: 0 });
    // The first comes for certain, more by chance.
    expect(ended.canaries).toBeGreaterThanOrEqual(1);
    expect(coordinator.fleet().findings.count({})).toBe(0);
    expect(coordinator.fleet().ledger.of('ann').granted).toBeGreaterThan(0);
    const ran = readFileSync(join(home('owl'), 'ran.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(ran.length).toBeGreaterThanOrEqual(2);
    expect(coordinator.faults).toEqual([]);
  }, 90_000);

  it('gives its job back when its lender pauses it, and at SIGTERM', async () => {
    approveCloud();
    await enrol('ann', 'owl');
    await worker(home('owl'), 'accept', 'cloud');
    const owl = start('owl');
    const id = hunt({ budgetSteps: 100_000, length: 200 });
    const leased = () => coordinator.fleet().hunts.activity(id).leased;
    await until(() => leased() === 1);
    await worker(home('owl'), 'pause');
    await until(() => leased() === 0);
    expect(await worker(home('owl'), 'status').catch((error: { stdout: string }) => error.stdout)).toContain('paused');
    await worker(home('owl'), 'resume');
    await until(() => leased() === 1);
    expect(await owl.stop()).toBe(0);
    expect(coordinator.fleet().hunts.activity(id)).toMatchObject({ leased: 0, parked: 0 });
  }, 90_000);

  it('ends with a line that says what to do when it was withdrawn, and is not restarted in a circle', async () => {
    await enrol('ann', 'owl');
    const { id, alias } = coordinator.fleet().machines.ofLender('owl', 'ann');
    coordinator.fleet().machines.withdraw(id, alias);
    const owl = start('owl');
    await until(() => owl.child.exitCode !== null);
    expect(owl.child.exitCode).toBe(3);
    expect(owl.said()).toContain('/machine lend');
  }, 60_000);

  it('says which line of its policy is wrong', async () => {
    await enrol('ann', 'owl');
    writeFileSync(join(home('owl'), 'policy.yaml'), 'hours: [25:00-26:00]\n');
    const failed = await worker(home('owl'), 'run').catch((error: { stderr: string; code: number }) => error);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('hours') });
  }, 60_000);
});
