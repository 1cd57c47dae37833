/** The processes that jobs run in, beside the worker: one for many jobs, and none for long after. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobSpec } from '../../src/fleet/protocol.js';
import { packageRoot, shipped } from '../../src/platform/paths.js';
import { openSuite, type SuiteFolder } from '../../src/woodpecker/drivers/suite-folder.js';
import { createPerformer, type Performer } from '../../src/worker/perform.js';
import { policySchema } from '../../src/worker/policy.js';
import { fakeClock } from '../support/clock.js';
import { falseCoordinator, json } from '../support/false-coordinator.js';
import { descendants, isAlive } from '../support/processes.js';
import { spySuite } from '../support/spy-suite.js';
import { runWorker, worker } from '../support/worker.js';

let folder: string;
let performer: Performer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flock-cells-'));
});
afterEach(() => {
  performer?.close();
  performer = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function until(what: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!what()) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a job in-process', () => {
  const clock = fakeClock();

  function open(spy: SuiteFolder): (signal?: AbortSignal) => Promise<string | undefined> {
    performer = createPerformer({
      ...{ suites: { get: async () => spy }, packageRoot, clock, caller: process.env, onRefused: () => undefined },
    });
    const { perform } = performer;
    const { digest } = spy.suite;
    const policy = policySchema.parse({ tier: 'in-process', suites: [{ name: 'spy', digest }] });
    return async (signal = new AbortController().signal) => {
      const job: JobSpec = { kind: 'replay', digest, trace: ['look -> place#1'], seed: 1, runs: 1, bugs: [] };
      return (await perform(job, { policy, signal, progress: () => undefined }))?.sightings[0]?.failure.message;
    };
  }

  it('runs beside the worker, in the process of the job before it, which ends when there is none for a while', async () => {
    const look = open(spySuite(folder, 'echo $PPID'));
    const pid = Number(await look());
    expect(descendants(process.pid)).toContain(pid);
    expect(Number(await look())).toBe(pid);
    expect(isAlive(pid)).toBe(true);
    clock.advance(60_000);
    await until(() => !isAlive(pid));
    expect(Number(await look())).not.toBe(pid);
  });

  it('is torn down when it is ended, with all that it started', async () => {
    const mark = join(folder, 'pids');
    const script = `echo $PPID > ${mark}; setsid sleep 60 & echo $! >> ${mark}; echo end >> ${mark}; wait`;
    const look = open(spySuite(folder, script));
    const ending = new AbortController();
    const looked = look(ending.signal);
    const pids = (): number[] => descendants(process.pid);
    await until(() => readdirSync(folder).includes('pids') && pids().length >= 3);
    const started = pids();
    ending.abort();
    expect(await looked).toBeUndefined();
    await until(() => started.every((pid) => !isAlive(pid)));
  });
});

describe('the process of a job', () => {
  it('ends with its worker, though that is killed', async () => {
    const coordinator = await falseCoordinator();
    const { suite } = openSuite(shipped('suites', 'cloud'));
    const job = { kind: 'walk', digest: suite.digest, strategy: 'mix', seed: 3, length: 200, bugs: [] };
    const episodes = { from: 0, count: 100_000 };
    const lease = { lease: 'one', attempt: 1, epoch: 1, job: { ...job, episodes }, expiresInMs: 180_000, nonce: 'n' };
    coordinator.replies.lease = json({ leases: [lease] });
    const home = join(folder, 'home');
    await worker(home, 'enroll', coordinator.url, '7LP9-ABCD-EFGH-JKMN-PQRS');
    const terms = { tier: 'in-process', cores: 1, suites: [{ name: 'cloud', digest: suite.digest }] };
    writeFileSync(join(home, 'policy.yaml'), JSON.stringify(terms));
    const owl = runWorker(home);
    const { pid = 0 } = owl.child;
    // The process, its warden, and the driver of the suite.
    await until(() => descendants(pid).length >= 3);
    const started = descendants(pid);
    owl.child.kill('SIGKILL');
    await until(() => started.every((one) => !isAlive(one)));
    await coordinator.stop();
  });
});
