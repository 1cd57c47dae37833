import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorMalus, type Contender, episodesFor, inTurn } from '../../src/fleet/rules/fairness.js';
import { canaryShare, FORGIVEN, judged, NEWCOMER, PROBATION, replicates } from '../../src/fleet/rules/replication.js';
import {
  believe,
  type Evidence,
  MOST_BASE_RUNS,
  refuted,
  runsToExclude,
  STANDINGS,
  settled,
  undisputed,
} from '../../src/fleet/rules/standing.js';
import {
  afterAlarm,
  afterKnown,
  afterPlanted,
  BOUND,
  type Doubt,
  leastRate,
  NO_DOUBT,
} from '../../src/fleet/rules/suspicion.js';

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

describe('suspicion', () => {
  const again = (times: number, step: (doubt: Doubt) => Doubt): Doubt => {
    let doubt = NO_DOUBT;
    for (let n = 0; n < times; n++) doubt = step(doubt);
    return doubt;
  };

  it('is enough after three missed failures that always show, or six that nobody repeats', () => {
    expect(again(2, (d) => afterKnown(d, false, 0)).blind).toBeLessThan(BOUND);
    expect(again(3, (d) => afterKnown(d, false, 0)).blind).toBeGreaterThan(BOUND);
    expect(again(3, (d) => afterPlanted(d, false)).blind).toBeGreaterThan(BOUND);
    expect(again(5, (d) => afterAlarm(d, true, 0)).alarm).toBeLessThan(BOUND);
    expect(again(6, (d) => afterAlarm(d, true, 0)).alarm).toBeGreaterThan(BOUND);
  });

  it('weighs nothing where an honest machine might have said the same', () => {
    expect(again(100, (d) => afterKnown(d, false, 0.5))).toEqual(NO_DOUBT);
    expect(again(100, (d) => afterAlarm(d, true, 0.4))).toEqual(NO_DOUBT);
  });

  it('never falls below nothing, and one kind of doubt says nothing of the other', () => {
    expect(again(50, (d) => afterKnown(d, true, 0))).toEqual(NO_DOUBT);
    expect(again(50, (d) => afterAlarm(d, false, 0))).toEqual(NO_DOUBT);
    expect(again(2, (d) => afterKnown(d, false, 0)).alarm).toBe(0);
  });

  it.each([
    [0, 5, 0],
    [3, 3, 0.37],
    [60, 60, 0.95],
    [30, 100, 0.23],
  ])('takes %d failures in %d runs for a rate of %d at least', (hits, runs, rate) => {
    expect(leastRate(hits, runs)).toBeCloseTo(rate, 2);
  });

  it('looks closer at newcomers, and closest where there is a doubt', () => {
    const old = { streak: 500, strikes: 0 };
    const shares = [
      canaryShare(old, NO_DOUBT),
      canaryShare(NEWCOMER, NO_DOUBT),
      canaryShare(old, { blind: 1, alarm: 0 }),
    ];
    expect(shares).toEqual([0.02, 0.1, 0.25]);
  });

  it('forgives a strike after a hundred good results', () => {
    let trust = { streak: 0, strikes: 1 };
    for (let n = 0; n < FORGIVEN; n++) trust = judged(trust, true).trust;
    expect(trust).toEqual({ streak: FORGIVEN, strikes: 0 });
  });
});

describe('whose word counts', () => {
  const row = (lender: string, hits: number, runs: number) => saw(lender, hits, runs);
  const two = [row('ann', 3, 3), row('bob', 3, 3)];

  it('is that of three, or of two when nobody else can be asked', () => {
    expect(settled(two, false)).toBe(false);
    expect(settled(two, true)).toBe(true);
    expect(settled([...two, row('cid', 1, 3)], false)).toBe(true);
    expect(settled([...two, row('cid', 0, 3), row('dan', 0, 3)], true)).toBe(false);
  });

  it('is that of more lenders who found nothing, where that was no luck', () => {
    const vain = [row('cid', 0, 3), row('dan', 0, 3), row('eva', 0, 3)];
    expect(refuted([...two, ...vain.slice(0, 2)], false)).toBe(false);
    expect(refuted([...two, ...vain], false)).toBe(true);
    expect(believe([...two, ...vain]).standing).toBe('seen');
    expect(refuted([row('ann', 1, 3), ...vain], false)).toBe(false);
    expect(refuted([row('ann', 1, 3), ...vain], true)).toBe(true);
  });

  it('blames those who saw nothing only where three saw it, and fewer did not', () => {
    expect(undisputed(two)).toBe(false);
    expect(undisputed([...two, row('cid', 3, 3), row('dan', 0, 3)])).toBe(true);
    expect(undisputed([...two, row('cid', 3, 3), row('d', 0, 3), row('e', 0, 3), row('f', 0, 3)])).toBe(false);
  });
});
