/** A slice of the cheaters' matrix; all of it: npm run bench -- cheaters. */
import { describe, expect, it } from 'vitest';
import {
  alwaysFail,
  alwaysPass,
  atRandom,
  type Bird,
  colludes,
  copies,
  flaky,
  honest,
  type Nature,
  parrots,
  passesButPlanted,
  selective,
  watch,
} from '../support/cheaters.js';

const nature: Nature = { always: 0.004, sometimes: 0.004 };
const SEEDS = [1, 2, 3];
/** A busy machine takes its time. Milliseconds. */
const PATIENCE = 120_000;

describe('a machine that', () => {
  it.each<[string, Bird, number, string]>([
    ['passes whatever it is given', alwaysPass, 150, 'missed_canary'],
    ['passes all but the bugs that are named in its job', passesButPlanted, 250, 'missed_canary'],
    ['fails whatever it is given', alwaysFail, 40, 'false_alarms'],
    ['hands in what another one handed in', copies, 100, 'wrong_results'],
    ['passes, and swears to every finding that it is asked about', parrots, 300, 'missed_canary'],
  ])(
    '%s is held, and no honest one beside it',
    (_, bird, most, reason) => {
      for (const seed of SEEDS) {
        const told = watch({ nature, suspects: [bird], honest: 6, jobs: most, seed });
        expect(told).toMatchObject({ reasons: [reason], honestHeld: 0, falselyBelieved: 0 });
      }
    },
    PATIENCE,
  );

  it(
    'tosses a coin is held for one or the other',
    () => {
      for (const seed of SEEDS) {
        const { heldAfter, honestHeld } = watch({ nature, suspects: [atRandom], honest: 6, jobs: 200, seed });
        expect({ held: heldAfter[0] !== undefined, honestHeld }).toEqual({ held: true, honestHeld: 0 });
      }
    },
    PATIENCE,
  );

  it(
    'only says it ran three of ten jobs is held in time',
    () => {
      const told = SEEDS.map((seed) =>
        watch({ nature, suspects: [selective(nature, 0.3)], honest: 6, jobs: 1000, seed }),
      );
      expect(told.map(({ heldAfter: [after] }) => after !== undefined)).toEqual([true, true, true]);
    },
    PATIENCE,
  );

  it.each([0, 0.01, 0.05])(
    'spoils a share of %d of its jobs is not held',
    (share) => {
      for (const seed of SEEDS)
        expect(watch({ nature, suspects: [flaky(nature, share)], honest: 6, jobs: 300, seed }).heldAfter).toEqual([
          undefined,
        ]);
    },
    PATIENCE,
  );
});

describe('two lenders who agreed on a tale', () => {
  it(
    'are both held, and nobody who did not see what they tell of is blamed',
    () => {
      for (const seed of SEEDS) {
        const told = watch({ nature, suspects: [colludes, colludes], honest: 6, jobs: 500, seed });
        expect(told).toMatchObject({ honestHeld: 0, falselyBelieved: 0 });
        expect(told.heldAfter).not.toContain(undefined);
      }
    },
    PATIENCE,
  );
});

describe('where the system itself is flaky', () => {
  it(
    'no machine is blamed for what shows now and then',
    () => {
      const restless: Nature = { always: 0, sometimes: 0.03 };
      for (const seed of SEEDS) {
        const told = watch({ nature: restless, suspects: [honest(restless)], honest: 6, jobs: 200, seed });
        expect(told).toMatchObject({ heldAfter: [undefined], honestHeld: 0 });
      }
    },
    PATIENCE,
  );
});
