import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import type { Machine } from '../../../src/fleet/machine.js';
import { systemClock } from '../../../src/platform/clock.js';
import { w7System } from '../../../src/woodpecker/models/w7.js';
import { runJob } from '../../../src/worker/run-job.js';
import { type Coordinator, startCoordinator } from '../coordinator.js';
import { packedSuite, SUITE as suite } from '../fleet-load.js';
import { median, remark, report } from '../report.js';
import { type Place, removePlace, startCoordinatorProcess } from './leases.js';
import { allWait, makeFarm, seen } from './speedup.js';
import { startWorkers } from './workers.js';

const wish = { slots: 1, digests: [suite.digest], refs: [], maxMinutes: 1 };

/** Rounds that count. */
const ROUNDS = 3;

/** Lets a machine take and answer one job, without waiting for actions. True unless it was about shrinking, which is given back. */
async function answerOne({ fleet }: Coordinator, machine: Machine): Promise<boolean> {
  const [lease] = fleet().leases.lease(machine, wish).leases;
  if (!lease) return false;
  if (fleet().jobs.leased(lease.lease)?.purpose === 'shrink') {
    fleet().leases.release(machine.id, lease, false);
    return false;
  }
  const tools = { clock: systemClock, signal: new AbortController().signal, progress: () => undefined };
  const performed = await runJob(lease.job, { suite, folder: '' }, { ...tools, open: () => w7System() });
  if (!performed) throw new Error('nobody stopped it');
  const { attempt, epoch, nonce } = lease;
  fleet().settle(machine, lease, { ...performed, attempt, epoch, nonce }, true);
  return true;
}

/** A guild in which three lenders have seen W7, and nobody is asked to shrink it. */
async function found(machines: number): Promise<Place> {
  const place = makeFarm(machines, machines);
  const coordinator = await startCoordinator(place.folder);
  const { fleet } = coordinator;
  const { digest, name } = suite;
  fleet().suites.add({ digest, name, files: packedSuite(), author: 'ann' });
  fleet().suites.approve(digest, 'mia');
  const plan = { digest, suite: name, strategy: 'random', bugs: ['w7'], seed: 7, length: 200, lanes: 1 as const };
  const { id } = fleet().hunts.start({ ...plan, budgetSteps: 40_000, priority: 0, author: 'mia' });
  const birds = fleet().machines.list({ limit: 3, offset: 0 });
  const told = () => fleet().findings.list({ hunt: id }, 1, 0)[0];
  for (let going = true; going && told()?.standing !== 'confirmed'; ) {
    going = false;
    for (const bird of birds) if (await answerOne(coordinator, bird)) going = true;
  }
  await coordinator.stop();
  const db = new Database(place.file);
  db.exec(`UPDATE hunt SET state = 'done', ended_at = 1; UPDATE machine SET seen_at = 0;
           UPDATE job SET state = 'cancelled' WHERE state IN ('ready', 'leased');
           UPDATE finding SET shrinking = 'given_up'`);
  const [steps, standing] = db.prepare('SELECT json_array_length(first_trace), standing FROM finding').raw().get() as [
    number,
    string,
  ];
  db.close();
  remark(`W7 was found with ${steps} steps, and is ${standing}`);
  return place;
}

/** Forgets what was found out about shorter ways, and asks for them now. */
function ask(file: string): void {
  const db = new Database(file, { timeout: 10_000 });
  db.exec(`BEGIN IMMEDIATE; UPDATE job SET finding = NULL WHERE purpose = 'shrink';
           UPDATE finding SET shrinking = 'running', trace = first_trace, shrunk_by = '[]'; COMMIT`);
  db.close();
}

/** Milliseconds that it took in each round, from when all machines waited for work. */
async function shrunk(from: Place, workers: number, actionMs: number): Promise<number[]> {
  const folder = join(from.folder, `on-${workers}`);
  mkdirSync(folder);
  const file = join(folder, basename(from.file));
  copyFileSync(from.file, file);
  const place = { ...from, folder, file };
  const { child, url } = await startCoordinatorProcess(folder);
  const stop = startWorkers(place, url, workers, actionMs);
  const took: number[] = [];
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      await allWait(file, workers);
      const began = performance.now();
      ask(file);
      child.process.kill('SIGUSR2');
      const length = await seen(file, (db) => {
        const row = db.prepare('SELECT shrinking, json_array_length(trace) FROM finding WHERE id = 1').raw().get() as [
          string,
          number,
        ];
        return row[0] === 'done' ? row[1] : undefined;
      });
      took.push(performance.now() - began);
      remark(`${workers} workers: ${length} steps after ${Math.round(took.at(-1) ?? 0)} ms`);
    }
    // A coordinator runs for weeks: its first time is not what is measured.
    return took.slice(1);
  } finally {
    await stop();
    await child.stop();
  }
}

export async function benchShrinking({ actionMs, workers }: { actionMs: number; workers: number }): Promise<void> {
  const place = await found(workers);
  try {
    const baseline = median(await shrunk(place, 1, actionMs));
    const value = median(await shrunk(place, workers, actionMs));
    report({ bench: 'fleet', metric: `shrink.${workers}`, value, unit: 'ms', baseline });
  } finally {
    removePlace(place);
  }
}
