/**
 * How many calls it takes to find a known failure, and to cut it to the fewest steps: ours against fast-check 4 (`commands` and
 * `asyncModelRun`), same models, same bugs, same process. A call is one executed action.
 *
 *   npm run bench -- hunting [--seeds 200] [--driver-seeds 200]
 *
 * `w7`: the failure of shared model w7, in process. `w7driver`: the same model through the driver of the suite `w7`, a process with the
 * simulator of the suite `cloud`; fast-check has no such driver, so its baseline there is its figure in process. `diehard`: the two jugs.
 * `--driver-seeds 0` leaves the driver out.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/platform/clock.js';
import { packageRoot, shipped } from '../../src/platform/paths.js';
import { createDriverPool } from '../../src/woodpecker/drivers/driver.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { createSuiteSystem } from '../../src/woodpecker/drivers/suite-system.js';
import { jugsSuite, jugsSystem } from '../../src/woodpecker/models/jugs.js';
import { w7Suite, w7System } from '../../src/woodpecker/models/w7.js';
import { runWalk, traceSource, type WalkResult } from '../../src/woodpecker/run/run.js';
import { createShrinker } from '../../src/woodpecker/shrink/shrinker.js';
import type { Suite } from '../../src/woodpecker/suite/suite.js';
import type { Step, System } from '../../src/woodpecker/types.js';
import { createWalks } from '../../src/woodpecker/walk/walk.js';
import {
  emptyJugs,
  emptyWorld,
  type Hunted,
  huntByFastCheck,
  jugCommands,
  startedJugs,
  startedW7,
  w7Commands,
} from '../support/fast-check-models.js';
import { median, percentile, remark, report } from '../support/report.js';

const { values } = parseArgs({ options: { seeds: { type: 'string' }, 'driver-seeds': { type: 'string' } } });
const SEEDS = Number(values.seeds ?? 200);
const DRIVER_SEEDS = Number(values['driver-seeds'] ?? SEEDS);
/** fast-check needs fewer seeds to show what it does, and much longer. */
const BASELINE_SEEDS = Math.min(SEEDS, 100);
const WITHIN = 5_000;
/** A hunt that takes longer counts as this many calls. */
const MOST = 50_000;

interface Target {
  readonly suite: Suite;
  open(): System;
  readonly bugs: readonly string[];
}

/** One hunt of ours with the default strategy. */
async function ours({ suite, open, bugs }: Target, seed: number): Promise<Hunted | undefined> {
  const walks = createWalks(suite, { suite: suite.name, digest: suite.digest, strategy: 'mix', seed, length: 200 });
  const run = (source: Parameters<typeof runWalk>[1]['source']): Promise<WalkResult> | WalkResult =>
    runWalk(open(), { suite, source, start: { seed, bugs } }, { clock: systemClock });
  let find = 0;
  for (let episode = 0; find < MOST; episode++) {
    const { failure, trace, stepsRun, outcome, error } = await run(walks.walk(episode));
    if (outcome === 'error') throw new Error(error);
    find += stepsRun;
    if (!failure) continue;
    const shrinker = createShrinker(suite, trace, failure);
    let shrink = 0;
    const again = async (steps: readonly Step[]): Promise<{ hits: number; runs: number; at?: number }> => {
      const result = await run(traceSource(suite, steps));
      shrink += result.stepsRun;
      const same = result.failure?.signature === failure.signature;
      return { hits: same ? 1 : 0, runs: 1, ...(same && result.failure ? { at: result.failure.at } : {}) };
    };
    for (let [next] = shrinker.next(); next; [next] = shrinker.next()) shrinker.tell(next.id, await again(next.steps));
    return { find, shrink, length: shrinker.best.length };
  }
  return undefined;
}

interface Measured {
  readonly share: number;
  readonly find: readonly number[];
  readonly shrink: readonly number[];
  readonly exact: number;
}

async function measure(
  seeds: number,
  least: number,
  one: (seed: number) => Promise<Hunted | undefined>,
): Promise<Measured> {
  const hunts: Hunted[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const hunted = await one(seed);
    if (hunted) hunts.push(hunted);
  }
  const lost = Array<number>(seeds - hunts.length).fill(MOST);
  return {
    share: hunts.filter((h) => h.find <= WITHIN).length / seeds,
    find: [...hunts.map((h) => h.find), ...lost],
    shrink: hunts.map((h) => h.shrink),
    exact: hunts.filter((h) => h.length === least).length / Math.max(1, hunts.length),
  };
}

function tell(prefix: string, mine: Measured, theirs: Measured): void {
  const line = (metric: string, unit: string, value: number, baseline: number): void =>
    report({ bench: 'hunting', metric: `${prefix}.${metric}`, value, unit, baseline });
  line('find.share', 'share', mine.share, theirs.share);
  line('find.median', 'calls', median(mine.find), median(theirs.find));
  line('find.p90', 'calls', percentile(mine.find, 0.9), percentile(theirs.find, 0.9));
  line('shrink.median', 'calls', median(mine.shrink), median(theirs.shrink));
  line('shrink.p90', 'calls', percentile(mine.shrink, 0.9), percentile(theirs.shrink, 0.9));
  line('exact', 'share', mine.exact, theirs.exact);
}

remark(`hunting: ${SEEDS} seeds, fast-check ${BASELINE_SEEDS}, through the driver ${DRIVER_SEEDS}`);
const w7 = { suite: w7Suite(), open: w7System, bugs: ['w7'] };
const baseline = await measure(BASELINE_SEEDS, 7, (seed) =>
  huntByFastCheck(w7Commands(), () => ({ model: emptyWorld(), real: startedW7(['w7']) }), seed, MOST),
);
tell('w7', await measure(SEEDS, 7, (seed) => ours(w7, seed)), baseline);

const jugs = { suite: jugsSuite(), open: jugsSystem, bugs: [] };
tell(
  'diehard',
  await measure(SEEDS, 6, (seed) => ours(jugs, seed)),
  await measure(BASELINE_SEEDS, 6, (seed) =>
    huntByFastCheck(jugCommands(), () => ({ model: emptyJugs(), real: startedJugs() }), seed, MOST),
  ),
);

if (DRIVER_SEEDS > 0) {
  const { suite, folder } = openSuite(shipped('suites', 'w7'));
  const pool = createDriverPool();
  const open = (): System => createSuiteSystem(suite, { folder, packageRoot, caller: process.env, pool });
  tell('w7driver', await measure(DRIVER_SEEDS, 7, (seed) => ours({ suite, open, bugs: ['w7'] }, seed)), baseline);
  pool.clear();
}
