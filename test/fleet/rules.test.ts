import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorMalus, type Contender, episodesFor, inTurn } from '../../src/fleet/rules/fairness.js';
import { judged, NEWCOMER, PROBATION, replicates } from '../../src/fleet/rules/replication.js';
import { believe, type Evidence, MOST_BASE_RUNS, runsToExclude, STANDINGS } from '../../src/fleet/rules/standing.js';

const saw = (lender: string, hits: number, runs = hits, community = false): Evidence => ({
  machine: `${lender}-1`,
  lender,
  community,
  runs,
  hits,
});

describe('standing', () => {
  it('climbs with the number of lenders that agree', () => {
    expect(believe([saw('ann', 1)]).standing).toBe('seen');
    expect(believe([saw('ann', 3)]).standing).toBe('suspected');
    expect(believe([saw('ann', 3), saw('bob', 1)]).standing).toBe('reproduced');
    expect(believe([saw('ann', 3), saw('bob', 1), saw('cid', 1)]).standing).toBe('confirmed');
  });

  it('takes a machine of the community in place of a third lender', () => {
    expect(believe([saw('ann', 3), saw('us', 1, 1, true)]).standing).toBe('confirmed');
  });

  it('counts one lender once, however many machines', () => {
    const same = { ...saw('ann', 2), machine: 'ann-2' };
    expect(believe([saw('ann', 2), same, { ...same, machine: 'ann-3' }]).standing).toBe('suspected');
  });

  it('wants the base to pass often enough for the rate, and calls a failing base pre-existing', () => {
    const three = [saw('ann', 3, 10), saw('bob', 3, 10), saw('cid', 3, 10)];
    expect(believe(three, { runs: 0, hits: 0 })).toMatchObject({ standing: 'reproduced', baseRunsWanted: 9 });
    expect(believe(three, { runs: 9, hits: 0 }).standing).toBe('confirmed');
    expect(believe(three, { runs: 4, hits: 1 }).standing).toBe('pre_existing');
  });

  it.each([
    [1, 1],
    [0.97, 1],
    [0.5, 5],
    [0.3, 9],
    [0.2, 14],
    [0.1, MOST_BASE_RUNS],
    [0, MOST_BASE_RUNS],
  ])('excludes a failure of rate %d with %d runs', (rate, runs) => {
    expect(runsToExclude(rate)).toBe(runs);
  });

  it('never falls when one more lender sees it', () => {
    const evidence = fc.array(fc.record({ lender: fc.constantFrom('a', 'b', 'c', 'd'), hits: fc.nat(3) }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(evidence, (rows) => {
        const all = rows.map(({ lender, hits }) => saw(lender, hits, 3));
        const before = STANDINGS.indexOf(believe(all).standing);
        expect(STANDINGS.indexOf(believe([...all, saw('new', 1, 3)]).standing)).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});

describe('replication', () => {
  it('runs everything of a newcomer twice, and less and less of a machine that was always right', () => {
    let trust = NEWCOMER;
    for (let n = 0; n < PROBATION; n++) {
      expect(replicates(trust, 0.999)).toBe(true);
      trust = judged(trust, true).trust;
    }
    expect(replicates(trust, 0.099)).toBe(true);
    expect(replicates(trust, 0.101)).toBe(false);
    expect(replicates({ streak: 1000, strikes: 0 }, 0.049)).toBe(true);
    expect(replicates({ streak: 1000, strikes: 0 }, 0.051)).toBe(false);
  });

  it('halves at the first wrong result and quarantines at the second', () => {
    const first = judged({ streak: 500, strikes: 0 }, false);
    expect(first).toEqual({ trust: { streak: 0, strikes: 1 }, consequence: 'halved' });
    expect(judged(first.trust, false).consequence).toBe('quarantined');
  });
});

describe('fairness', () => {
  const hunt = (name: string, over: Partial<Contender> = {}): Contender => ({
    hunt: name,
    priority: 0,
    weight: 1,
    slots: 1,
    authorsHunts: 1,
    ready: false,
    ...over,
  });
  const order = (...all: Contender[]): string =>
    inTurn(all)
      .map((one) => one.hunt)
      .join(' ');

  it('puts priority first, then hunts without a slot, then the least load', () => {
    expect(order(hunt('busy', { slots: 9 }), hunt('light', { slots: 2 }), hunt('new', { slots: 0 }))).toBe(
      'new light busy',
    );
    expect(order(hunt('new', { slots: 0 }), hunt('urgent', { slots: 50, priority: 1 }))).toBe('urgent new');
  });

  it('gives an author with many hunts less for each of them', () => {
    expect(authorMalus(6)).toBe(0.5);
    expect(order(hunt('many', { slots: 4, authorsHunts: 6 }), hunt('single', { slots: 6 }))).toBe('single many');
  });

  it('prefers a machine that has the ref ready within a quarter, and not beyond', () => {
    expect(order(hunt('cold', { slots: 4 }), hunt('warm', { slots: 5, ready: true }))).toBe('warm cold');
    expect(order(hunt('cold', { slots: 4 }), hunt('warm', { slots: 6, ready: true }))).toBe('cold warm');
  });

  it('shares slots in proportion to the weights, over many turns', () => {
    const slots = new Map([
      ['a', 0],
      ['b', 0],
    ]);
    for (let turn = 0; turn < 300; turn++) {
      const [next] = inTurn([
        hunt('a', { weight: 2, slots: slots.get('a') ?? 0 }),
        hunt('b', { weight: 1, slots: slots.get('b') ?? 0 }),
      ]);
      if (next) slots.set(next.hunt, (slots.get(next.hunt) ?? 0) + 1);
    }
    expect(slots.get('a')).toBeGreaterThanOrEqual(199);
    expect(slots.get('a')).toBeLessThanOrEqual(201);
  });

  it('sizes jobs at ten minutes, or less where the lender says so', () => {
    expect(episodesFor(1000, 1, 60, 100_000)).toBe(600);
    expect(episodesFor(1000, 2, 60, 100_000)).toBe(300);
    expect(episodesFor(1000, 1, 5, 100_000)).toBe(300);
    expect(episodesFor(3_600_000, 1, 60, 100_000)).toBe(1);
    expect(episodesFor(1, 1, 60, 500)).toBe(500);
  });
});
