import { describe, expect, it } from 'vitest';
import { createSimulator } from '../../data/suites/cloud/simulator.js';
import { systemClock } from '../../src/platform/clock.js';
import { packageRoot, shipped } from '../../src/platform/paths.js';
import { createDriverPool } from '../../src/woodpecker/drivers/driver.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { createSuiteSystem } from '../../src/woodpecker/drivers/suite-system.js';
import { runWalk, traceSource } from '../../src/woodpecker/run/run.js';
import type { Step } from '../../src/woodpecker/types.js';
import { CLOUD_BUGS } from '../support/cloud-bugs.js';
import { huntIn } from '../support/hunting.js';
import { servedSystem } from '../support/served-system.js';

const { suite, folder } = openSuite(shipped('suites', 'cloud'));
const open = () => servedSystem(createSimulator());

/** Walks these steps: with the bug, and how it then fails. */
const walked = (steps: readonly Step[], bugs: readonly string[], seed = 1) =>
  runWalk(open(), { suite, source: traceSource(suite, steps), start: { seed, bugs } }, { clock: systemClock });

describe('a bug of the cloud', () => {
  it('is explained in the suite, and expected here', () => {
    expect(Object.keys(CLOUD_BUGS)).toEqual(Object.keys(suite.bugs));
  });

  // Two of these are races: how often they show again, the machine decides.
  it.each(Object.entries(CLOUD_BUGS))(
    '%s is found, cut to its steps, and comes back',
    { retry: 2 },
    async (bug, expected) => {
      const { kind, least, lanes = 1, flaky } = expected;
      const { list } = await huntIn(suite, open, { bugs: [bug], lanes, seed: 4, steps: 40_000, untilFound: true });
      const [finding] = list;
      if (!finding) throw new Error(`${bug} was not found`);
      expect(finding.failure.kind).toBe(kind);
      expect(finding.minimal.length).toBeGreaterThanOrEqual(least);
      // How far a failure that shows now and then can be cut, chance decides; and a way that is not the shortest may be as far as it goes.
      if (!flaky) expect(finding.minimal.length).toBeLessThanOrEqual(least + 3);
      // A race is won by whom the machine lets win it; and ten tries are few for what shows three times in ten.
      if (lanes === 2) expect(finding.again.hits).toBeGreaterThan(0);
      else if (!flaky) expect(finding.again.hits).toBe(finding.again.tries);

      const again = await Promise.all(
        Array.from({ length: flaky ? 30 : 1 }, (_, seed) => walked(finding.minimal, [bug], seed)),
      );
      expect(again.map(({ failure }) => failure?.signature)).toContain(finding.signature);
      expect(await walked(finding.minimal, [])).toMatchObject({ failure: undefined, error: undefined });
    },
  );

  it('is cut to exactly seven steps where it is the one that took two hundred calls in 2015', async () => {
    const actions = ['create_vm', 'create_snapshot', 'stop_vm', 'template', 'destroy_vm', 'volume_from_image'];
    for (const seed of [1, 2, 3]) {
      const { list } = await huntIn(suite, open, { bugs: ['w7'], seed, steps: 40_000, untilFound: true });
      expect(list[0]?.minimal).toHaveLength(7);
      expect(list[0]?.minimal.map(({ action }) => action)).toEqual(expect.arrayContaining(actions));
    }
  });

  it('must have a name that the cloud knows', async () => {
    const report = await huntIn(suite, open, { bugs: ['w8'], steps: 100 });
    expect(report).toMatchObject({ outcome: 'error', ended: 'errors', steps: 0 });
  });

  it('is found through the pipe of its driver as well', async () => {
    const pool = createDriverPool();
    const behind = () => createSuiteSystem(suite, { folder, packageRoot, caller: process.env, pool });
    try {
      const report = await huntIn(suite, behind, {
        bugs: ['lost_snapshot'],
        lanes: 2,
        steps: 10_000,
        untilFound: true,
      });
      expect(report.list[0]?.failure.kind).toBe('order');
      expect(report.errors).toBe(0);
    } finally {
      pool.clear();
    }
  });
});
