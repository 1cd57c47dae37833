import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { searchFirstBad, type Tried } from '../../src/fleet/rules/bisecting.js';
import { failing, hunt, lend, openFleet, passing, seesBug, type TestFleet, work } from '../support/fleet.js';
import '../support/to-refuse.js';

const refs = (n: number): string[] => Array.from({ length: n }, (_, at) => `r${at}`);

/** Tries what is asked for, until the search ends. Returns its end, and how many rounds and refs it took. */
function search(all: readonly string[], firstBad: number, ways: number, broken: ReadonlySet<number> = new Set()) {
  const tried = new Map<string, Tried>();
  for (let rounds = 0; ; rounds++) {
    const found = searchFirstBad(all, tried, { wanted: 3, ways, rate: 0.8 });
    if (found.state !== 'running') return { ...found, rounds, tries: tried.size };
    for (const ref of found.next) {
      const at = all.indexOf(ref);
      const isBroken = broken.has(at);
      tried.set(ref, { runs: isBroken ? 0 : 3, hits: !isBroken && at >= firstBad ? 2 : 0, broken: isBroken });
    }
  }
}

describe('the search for the ref that brought a finding', () => {
  it('finds it, wherever it is and however many refs are tried at once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.integer({ min: 1, max: 16 }), (n, where, ways) => {
        const firstBad = 1 + (where % (n - 1));
        expect(search(refs(n), firstBad, ways)).toMatchObject({ state: 'found', firstBad: `r${firstBad}` });
      }),
    );
  });

  it('takes fewer rounds with more machines', () => {
    const alone = search(refs(1000), 700, 1).rounds;
    const eight = search(refs(1000), 700, 8).rounds;
    expect(alone).toBeLessThanOrEqual(12);
    expect(eight).toBeLessThanOrEqual(5);
  });

  it('skips what does not build, and says so when that leaves a doubt', () => {
    expect(search(refs(20), 10, 4, new Set([5, 12]))).toMatchObject({ state: 'found', firstBad: 'r10' });
    expect(search(refs(20), 10, 4, new Set([9]))).toMatchObject({ state: 'inconclusive', firstBad: 'r10' });
  });

  it('believes neither end unseen', () => {
    expect(search(refs(10), 0, 4)).toMatchObject({ state: 'inconclusive' });
    expect(search(refs(10), 99, 4)).toMatchObject({ state: 'inconclusive', firstBad: undefined });
  });

  it('is as sure as the runs on the last good ref make it', () => {
    expect(search(refs(10), 5, 4).confidence).toBeCloseTo(1 - 0.2 ** 3);
  });
});

describe('a bisection on machines', () => {
  let test: TestFleet;
  beforeEach(() => {
    test = openFleet();
    hunt(test.fleet, { budgetSteps: 100, ref: 'r9' });
    const birds = ['ann', 'bob', 'cid'].map((name) => [lend(test.fleet, name, name), seesBug] as const);
    work(test, birds);
  });
  afterEach(() => {
    test.close();
  });

  const machines = () => test.fleet.machines.list({ limit: 10, offset: 0 });
  /** Fails from r4 on. */
  const since = (ref: number) => (job: Parameters<typeof passing>[0], nonce: string) =>
    Number(job.ref?.slice(1)) >= ref ? failing(job, nonce, 'a'.repeat(16)) : passing(job, nonce);

  it('ends with the ref, how sure it is, and a log; and can be undone', () => {
    const { bisections } = test.fleet;
    bisections.start(1, refs(10), undefined, 'mia');
    expect(bisections.shown(1)?.state).toBe('running');
    work(
      test,
      machines().map((machine) => [machine, since(4)] as const),
    );
    expect(bisections.shown(1)).toMatchObject({ state: 'found', firstBad: 'r4', confidence: 1, refs: 10 });
    expect(bisections.shown(1)?.log.find(({ ref }) => ref === 'r3')).toMatchObject({ hits: 0 });
    bisections.undo(1);
    expect(bisections.shown(1)).toBeUndefined();
    expect(() => bisections.undo(1)).toRefuse('no_bisection');
  });

  it('goes on after a restart', () => {
    test.fleet.bisections.start(1, refs(10), 3, 'mia');
    const fleet = test.reopen();
    work(
      Object.assign(test, { fleet }),
      machines().map((machine) => [machine, since(8)] as const),
    );
    expect(fleet.bisections.shown(1)).toMatchObject({ state: 'found', firstBad: 'r8' });
  });

  it('counts no other failure', () => {
    const other = (job: Parameters<typeof passing>[0], nonce: string) => failing(job, nonce, 'b'.repeat(16));
    test.fleet.bisections.start(1, refs(4), 3, 'mia');
    work(
      test,
      machines().map((machine) => [machine, other] as const),
    );
    expect(test.fleet.bisections.shown(1)).toMatchObject({ state: 'inconclusive', firstBad: undefined });
  });

  it('needs at least two refs, each once', () => {
    expect(() => test.fleet.bisections.start(1, ['a'], 3, 'mia')).toRefuse('too_few_refs');
    expect(() => test.fleet.bisections.start(1, ['a', 'b', 'a'], 3, 'mia')).toRefuse('too_few_refs');
    expect(() => test.fleet.bisections.start(7, ['a', 'b'], 3, 'mia')).toRefuse('finding_unknown');
  });
});
