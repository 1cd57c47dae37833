/**
 * What the coordinator carries, and how much faster many machines are than one.
 *
 *   npm run bench -- fleet [--quick] [--only lease,help,storm,speedup,shrink]
 *
 * `lease.N`: results taken and jobs handed out a second over HTTP with N machines that ask as fast as they can, against bare
 * SQLite doing the same writes. `help.p99.N`: /help while N machines work, against the same bot when none does. `storm.lost`:
 * leases lost when the coordinator is killed and 10,000 machines come back at once. `speedup.N`: one hunt on N workers, its
 * actions 50 ms each, against N times one worker; about eight minutes. `shrink.8`: W7 shrunk by eight workers, against one.
 * Both begin when all workers wait for work, with a coordinator that has worked before.
 */
import { parseArgs } from 'node:util';
import { benchHelp } from '../support/bench-fleet/help.js';
import { benchLeases } from '../support/bench-fleet/leases.js';
import { benchShrinking } from '../support/bench-fleet/shrinking.js';
import { benchSpeedup } from '../support/bench-fleet/speedup.js';
import { benchStorm } from '../support/bench-fleet/storm.js';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } } });
const { quick } = values;
const parts = {
  lease: () => benchLeases({ seconds: quick ? 2 : 8, rounds: quick ? 1 : 3 }),
  storm: () => benchStorm({ machines: quick ? 1_000 : 10_000 }),
  help: () => benchHelp({ sizes: quick ? [1_000] : [1_000, 10_000], answers: quick ? 200 : 1_500 }),
  speedup: () => benchSpeedup({ steps: quick ? 800 : 4_800, workers: quick ? [8] : [2, 4, 8, 16, 32, 64] }),
  shrink: () => benchShrinking({ actionMs: quick ? 20 : 50, workers: 8 }),
};
const wanted = values.only?.split(',') ?? Object.keys(parts);
for (const [name, run] of Object.entries(parts)) if (wanted.includes(name)) await run();
process.exit(0);
