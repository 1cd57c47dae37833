import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { searchFirstBad, type Tried } from '../../src/fleet/rules/bisecting.js';
import { failing, hunt, lend, openFleet, passing, seesBug, type TestFleet, work } from '../support/fleet.js';
import '../support/to-refuse.js';

const refs = (n: number): string[] => Array.from({ length: n }, (_, at) => `r${at}`);

const UNTRIED: Tried = { runs: 0, hits: 0, broken: false, saw: 0, missed: 0 };

interface Searched {
  readonly ways: number;
  readonly broken?: ReadonlySet<number>;
  /** Lenders that can be asked about one ref. */
  readonly lenders?: number;
  /** Refs of which the first who is asked says the opposite of what is true. */
  readonly lied?: ReadonlySet<number>;
}

/** Tries what is asked for, until the search ends. Returns its end, and how many rounds and refs it took. */
function search(
  all: readonly string[],
  firstBad: number,
  { ways, broken = new Set(), lenders = 3, lied = new Set() }: Searched,
) {
  const tried = new Map<string, Tried>();
  const others = (ref: string): boolean => {
    const { saw, missed } = tried.get(ref) ?? UNTRIED;
    return saw + missed < lenders;
  };
  for (let rounds = 0; ; rounds++) {
    const found = searchFirstBad(all, tried, { wanted: 3, ways, rate: 0.8, others });
    if (found.state !== 'running') return { ...found, rounds, tries: tried.size };
    for (const ref of [...found.next, ...found.again]) {
      const at = all.indexOf(ref);
      const { runs, hits, saw, missed } = tried.get(ref) ?? UNTRIED;
      const isBad = at >= firstBad !== (saw + missed === 0 && lied.has(at));
      if (broken.has(at)) tried.set(ref, { ...UNTRIED, broken: true });
      else if (isBad) tried.set(ref, { runs: runs + 3, hits: hits + 2, broken: false, saw: saw + 1, missed });
      else tried.set(ref, { runs: runs + 3, hits, broken: false, saw, missed: missed + 1 });
    }
  }
}

describe('the search for the ref that brought a finding', () => {
  it('finds it, wherever it is and however many refs are tried at once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.integer({ min: 1, max: 16 }), (n, where, ways) => {
        const firstBad = 1 + (where % (n - 1));
        const found = { state: 'found', firstBad: `r${firstBad}` };
        expect(search(refs(n), firstBad, { ways })).toMatchObject({ ...found, doubt: 'none' });
        expect(search(refs(n), firstBad, { ways, lenders: 1 })).toMatchObject({ ...found, doubt: 'alone' });
      }),
    );
  });

  it('takes fewer rounds with more machines', () => {
    const alone = search(refs(1000), 700, { ways: 1 }).rounds;
    const eight = search(refs(1000), 700, { ways: 8 }).rounds;
    expect(alone).toBeLessThanOrEqual(13);
    expect(eight).toBeLessThanOrEqual(6);
  });

  it('skips what does not build, and says so when that leaves a doubt', () => {
    expect(search(refs(20), 10, { ways: 4, broken: new Set([5, 12]) })).toMatchObject({
      state: 'found',
      firstBad: 'r10',
    });
    expect(search(refs(20), 10, { ways: 4, broken: new Set([9]) })).toMatchObject({
      state: 'inconclusive',
      firstBad: 'r10',
    });
  });

  it('believes neither end unseen', () => {
    expect(search(refs(10), 0, { ways: 4 })).toMatchObject({ state: 'inconclusive' });
    expect(search(refs(10), 99, { ways: 4 })).toMatchObject({ state: 'inconclusive', firstBad: undefined });
  });

  it('is as sure as the runs on the last good ref make it', () => {
    expect(search(refs(10), 5, { ways: 4, lenders: 1 }).confidence).toBeCloseTo(1 - 0.2 ** 3);
    expect(search(refs(10), 5, { ways: 4 }).confidence).toBeCloseTo(1 - 0.2 ** 6);
  });

  it('is led astray by nobody who alone says the opposite, wherever that is', () => {
    fc.assert(
      fc.property(
        ...[fc.integer({ min: 2, max: 60 }), fc.nat(), fc.integer({ min: 1, max: 16 }), fc.nat()],
        (n, where, ways, lie) => {
          const firstBad = 1 + (where % (n - 1));
          const found = search(refs(n), firstBad, { ways, lied: new Set([lie % n]) });
          expect(found).toMatchObject({ state: 'found', firstBad: `r${firstBad}`, doubt: 'none' });
        },
      ),
    );
  });

  it('says so where two lenders disagree, and nobody else is there', () => {
    const found = search(refs(10), 5, { ways: 4, lenders: 2, lied: new Set([4]) });
    expect(found).toMatchObject({ doubt: 'disputed' });
    expect(found.confidence).toBeLessThanOrEqual(0.5);
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

  it('has two lenders behind the refs that it names, and is led astray by no one machine', () => {
    const { bisections, findings } = test.fleet;
    bisections.start(1, refs(10), 3, 'mia');
    const [liar, ...others] = machines();
    if (!liar) throw new Error('no machines');
    work(test, [[liar, since(8)], ...others.map((machine) => [machine, since(4)] as const)]);
    expect(bisections.shown(1)).toMatchObject({ state: 'found', firstBad: 'r4', lastGood: 'r3', doubt: 'none' });
    for (const ref of ['r3', 'r4'])
      expect(new Set(findings.evidenceOn(1, 'bisect', ref).map(({ lender }) => lender)).size).toBeGreaterThan(1);
  });

  it('names them on one lender’s word where nobody else is there or comes, and says so', () => {
    const { bisections } = test.fleet;
    const [ann, bob, cid] = machines();
    if (!ann || !bob || !cid) throw new Error('no machines');
    test.fleet.withdraw(cid.alias, cid.lender);
    bisections.start(1, refs(10), 3, 'mia');
    work(test, [[ann, since(4)]]);
    expect(bisections.shown(1)).toMatchObject({ state: 'running' });
    test.clock.advance(31 * 60_000);
    test.fleet.tick();
    expect(bisections.shown(1)).toMatchObject({ state: 'found', firstBad: 'r4', doubt: 'alone' });
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
