import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { packageRoot } from '../../../src/platform/paths.js';
import { bareWrites } from '../bare-writes.js';
import { type Child, startChild } from '../child.js';
import { GUILD } from '../coordinator.js';
import { addHunt, addMachines, type Keys, makeKeys } from '../fleet-load.js';
import { median, report } from '../report.js';
import { makeGuildFile } from './guild-file.js';

const PULLERS = [1, 4, 16, 64];
const support = join(packageRoot, 'dist', 'test', 'support');

export interface Place {
  readonly folder: string;
  readonly file: string;
  readonly keys: Keys;
}

/** A folder with a guild's file, machines and a hunt that does not end. */
export function makePlace(machines: number, lenders: number): Place {
  const folder = mkdtempSync(join(tmpdir(), 'flock-bench-fleet-'));
  const file = makeGuildFile(folder);
  const keys = makeKeys();
  addMachines(file, { machines, lenders, publicKey: keys.publicKey });
  addHunt(file, { budgetSteps: 1_000_000_000, length: 2 });
  return { folder, file, keys };
}

export const removePlace = ({ folder }: Place): void => rmSync(folder, { recursive: true, force: true });

/** A coordinator in a process of its own. Resolves with it and its address. */
export async function startCoordinatorProcess(folder: string, port = 0): Promise<{ child: Child; url: string }> {
  let url = '';
  const child = await startChild(join(support, 'coordinator-main.js'), [folder, String(port)], {}, /^http/, (line) => {
    url = line;
  });
  return { child, url };
}

/** Runs `machines-main` until it prints its first line. */
export function startMachines(
  args: readonly string[],
  { keys }: Place,
  onLine: (line: string) => void,
): Promise<Child> {
  return startChild(join(support, 'machines-main.js'), args, { FLOCK_KEY: keys.pem }, /./, onLine);
}

async function pulled(place: Place, pullers: number, seconds: number): Promise<number> {
  const { child, url } = await startCoordinatorProcess(place.folder);
  try {
    let done = 0;
    const args = ['pull', url, GUILD, String(pullers), String(seconds)];
    const machines = await startMachines(args, place, (line) => {
      done = Number(line);
    });
    await machines.stop();
    return done / seconds;
  } finally {
    await child.stop();
  }
}

function bare(file: string, seconds: number): number {
  const db = new Database(file);
  db.pragma('synchronous = FULL');
  const write = bareWrites(db);
  const until = performance.now() + seconds * 1000;
  let done = 0;
  for (; performance.now() < until; done++) write();
  db.close();
  return done / seconds;
}

export async function benchLeases({ seconds, rounds }: { seconds: number; rounds: number }): Promise<void> {
  // One lender: what is measured is leases, not how often results are checked by others.
  const [ours, plain] = [makePlace(64, 1), makePlace(1, 1)];
  try {
    for (const pullers of PULLERS) {
      const rates: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
      for (let round = 0; round < rounds; round++) {
        rates.bare.push(bare(plain.file, seconds));
        rates.ours.push(await pulled(ours, pullers, seconds));
      }
      const [value, baseline] = [median(rates.ours), median(rates.bare)];
      report({ bench: 'fleet', metric: `lease.${pullers}`, value, unit: 'per second', baseline });
    }
  } finally {
    removePlace(ours);
    removePlace(plain);
  }
}
