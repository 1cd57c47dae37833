import { describe, expect, it } from 'vitest';
import { createSimulator } from '../../data/suites/cloud/simulator.js';
import { shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { STRATEGIES } from '../../src/woodpecker/types.js';
import { huntIn } from '../support/hunting.js';
import { servedSystem } from '../support/served-system.js';

const { suite } = openSuite(shipped('suites', 'cloud'));

/** A slice; `npm run bench -- bugs` walks 200,000 steps. */
const STEPS = 600;

describe('the cloud without a bug', () => {
  it.each(
    STRATEGIES.flatMap((strategy) => [
      { strategy, lanes: 1 as const },
      { strategy, lanes: 2 as const },
    ]),
  )('raises no alarm by $strategy, in $lanes lane(s)', async ({ strategy, lanes }) => {
    const report = await huntIn(suite, () => servedSystem(createSimulator()), { strategy, lanes, steps: STEPS });
    expect(report.list.map(({ failure }) => failure.message)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'pass', errors: 0, ended: 'steps', steps: STEPS });
    expect(report.canaries.caught).toBeGreaterThan(0);
  });
});
