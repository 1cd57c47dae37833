import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { addHunt, addMachines, makeKeys } from '../fleet-load.js';
import { remark, report } from '../report.js';
import { makeGuildFile } from './guild-file.js';
import { type Place, removePlace, startCoordinatorProcess } from './leases.js';
import { startWorkers } from './workers.js';

const ACTION_MS = 50;
/** Steps of an episode: few, so that a machine's last one counts as little as in a hunt of hours. */
const LENGTH = 4;
/** Episodes a machine before what is measured: a coordinator runs for weeks, and its first seconds are not like the rest. */
const BEFORE = 5;

/** A guild with so many machines of so many lenders, and nothing to do. */
export function makeFarm(machines: number, lenders: number): Place {
  const folder = mkdtempSync(join(tmpdir(), 'flock-bench-fleet-'));
  const file = makeGuildFile(folder);
  const keys = makeKeys();
  addMachines(file, { machines, lenders, publicKey: keys.publicKey });
  return { folder, file, keys };
}

/** Waits until `look` on the guild's file gives something. */
export async function seen<T>(file: string, look: (db: Database.Database) => T | undefined): Promise<T> {
  const db = new Database(file, { readonly: true });
  try {
    for (;;) {
      const found = look(db);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    db.close();
  }
}

/** Waits until so many machines have asked for work and got none. */
export const allWait = (file: string, workers: number): Promise<true> =>
  seen(file, (db) => {
    const waiting = db.prepare(`SELECT count(*) FROM machine WHERE doing IN ('no_hunts', 'all_leased')`).pluck().get();
    return waiting === workers ? true : undefined;
  });

/** Milliseconds that the hunt took, from when all its machines waited for work. */
async function hunted(workers: number, steps: number): Promise<number> {
  // One lender's cluster: nobody runs anything twice, so that what is measured is how work is spread.
  const place = makeFarm(workers, 1);
  const { child, url } = await startCoordinatorProcess(place.folder);
  const stop = startWorkers(place, url, workers, ACTION_MS);
  const hunt = async (budgetSteps: number): Promise<number> => {
    await allWait(place.file, workers);
    const began = performance.now();
    const id = addHunt(place.file, { budgetSteps, length: LENGTH });
    child.process.kill('SIGUSR2');
    await seen(place.file, (db) =>
      db.prepare(`SELECT 1 FROM hunt WHERE id = ? AND state = 'done'`).get(id) === undefined ? undefined : true,
    );
    return performance.now() - began;
  };
  try {
    await hunt(BEFORE * LENGTH * workers);
    return await hunt(steps);
  } finally {
    await stop();
    await child.stop();
    removePlace(place);
  }
}

export async function benchSpeedup({ steps, workers }: { steps: number; workers: readonly number[] }): Promise<void> {
  const alone = await hunted(1, steps);
  remark(`1 worker: ${Math.round(alone)} ms for ${steps} steps of ${ACTION_MS} ms`);
  for (const count of workers) {
    const took = await hunted(count, steps);
    report({ bench: 'fleet', metric: `speedup.${count}`, value: alone / took, unit: 'times', baseline: count });
  }
}
