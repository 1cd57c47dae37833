/** What people and machines do at the same time, or in an order that nobody planned. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuse } from '../../src/community/refusal.js';
import { fleetPosts } from '../../src/discord/views/hunt-posts.js';
import type { ShrinkSession } from '../../src/fleet/shrinking.js';
import {
  ask,
  type Behaviour,
  DIGEST,
  honest,
  hunt,
  lend,
  openFleet,
  passing,
  seesBug,
  type TestFleet,
  work,
} from '../support/fleet.js';
import '../support/to-refuse.js';

/** A shrinker that never comes to an end by itself. */
const endless = (trace: readonly string[]): ShrinkSession => ({
  wanted: (most) =>
    Array.from({ length: Math.min(most, 2) }, (_, n) => ({ key: `c${n}`, trace: ['a'], runs: 3, chance: 1 })),
  ends: () => [],
  answer: () => undefined,
  best: trace,
  runs: 3,
});

let test: TestFleet;
beforeEach(() => {
  test = openFleet();
});
afterEach(() => {
  test.close();
});

const machines = () => test.fleet.machines.list({ limit: 10, offset: 0 });
const all = (behave: Behaviour) => machines().map((machine) => [machine, behave] as const);
const since =
  (ref: number): Behaviour =>
  (job, nonce, canary) =>
    Number(job.ref?.slice(1)) >= ref ? seesBug(job, nonce, canary) : passing(job, nonce);
const refs = Array.from({ length: 10 }, (_, n) => `r${n}`);

/** A confirmed finding of a hunt that still runs. */
function found(): number {
  const id = hunt(test.fleet, { budgetSteps: 100_000, ref: 'r9' });
  for (const name of ['ann', 'bob', 'cid']) lend(test.fleet, name, name);
  for (let n = 0; n < 50 && test.fleet.findings.find(1)?.standing !== 'confirmed'; n++) work(test, all(seesBug), 1);
  expect(test.fleet.findings.get(1).standing).toBe('confirmed');
  return id;
}

describe('a hunt that is stopped', () => {
  it('leaves alone what people asked about its findings', () => {
    const id = found();
    test.fleet.bisections.start(1, refs, 3, 'mia');
    test.fleet.aftercare.retest(1, 'r3');
    test.fleet.stopHunt(id);
    work(test, all(since(4)));
    expect(test.fleet.bisections.shown(1)).toMatchObject({ state: 'found', firstBad: 'r4' });
    expect(test.fleet.story(test.fleet.findings.get(1)).retest).toMatchObject({ ref: 'r3', runs: 6, hits: 0 });
    expect(test.fleet.busy()).toBe(false);
  });

  it('while its finding is shrunk does not say for ever that it is being shrunk; the next that meets it goes on', () => {
    test.close();
    test = openFleet({ openShrinker: ({ firstTrace }) => endless(firstTrace) });
    const id = found();
    expect(test.fleet.findings.get(1).shrinking).toBe('running');
    test.fleet.stopHunt(id);
    expect(test.fleet.findings.get(1).shrinking).toBe('given_up');
    expect(test.fleet.busy()).toBe(false);
    hunt(test.fleet, { budgetSteps: 100_000, ref: 'r9' });
    work(test, all(seesBug), 10);
    expect(test.fleet.findings.get(1).shrinking).toBe('running');
  });
});

describe('a suite that is retired', () => {
  it('ends a bisection that needs it, and lets nobody ask for what would never be done', () => {
    found();
    const { aftercare, bisections } = test.fleet;
    bisections.start(1, refs, 3, 'mia');
    work(test, all(since(4)), 2);
    test.fleet.retire(DIGEST, 'mia');
    expect(bisections.shown(1)).toMatchObject({ state: 'inconclusive' });
    expect(() => bisections.start(1, refs, 3, 'mia')).toRefuse('suite_retired');
    expect(() => aftercare.retest(1, 'r3')).toRefuse('suite_retired');
    expect(() => aftercare.reproduce(1, 2)).toRefuse('suite_retired');
    expect(aftercare.fixedIn(1, 'r10', 'mia').status).toBe('fixed');
    expect(test.fleet.story(test.fleet.findings.get(1)).retest).toBeUndefined();
    expect(test.fleet.busy()).toBe(false);
  });
});

describe('a finding', () => {
  it('shows what came of a retest that somebody asked for, whatever became of it', () => {
    found();
    test.fleet.aftercare.retest(1, 'r3');
    const card = () => {
      const story = test.fleet.story(test.fleet.findings.get(1));
      return JSON.stringify(fleetPosts.finding({ ...story, guild: '1', languages: ['en-US'] }).message);
    };
    expect(card()).toContain('being retested on `r3`');
    work(test, all(since(4)), 4);
    expect(card()).toContain('retested on `r3`: 0 of 6 runs failed');
  });

  it('is bisected the wrong way round to no commit', () => {
    found();
    test.fleet.bisections.start(1, refs.toReversed(), 3, 'mia');
    work(test, all(since(4)));
    expect(test.fleet.bisections.shown(1)).toMatchObject({
      state: 'inconclusive',
      firstBad: 'r9',
      lastGood: undefined,
    });
  });

  it('is guarded against by its own steps, whoever took the name before, and by the last ones that showed it', () => {
    found();
    const { suites, aftercare } = test.fleet;
    const other = { suite: 'cloud', steps: ['nothing'], author: 'eve' };
    expect(() => suites.propose({ ...other, name: 'finding-1' })).toRefuse('pattern_taken');
    aftercare.fixedIn(1, 'r10', 'mia');
    aftercare.reopen(1, 'mia');
    test.fleet.findings.setTrace(1, ['shorter'], []);
    aftercare.fixedIn(1, 'r11', 'mia');
    expect(suites.pattern('cloud', 'finding-1')).toMatchObject({ steps: ['shorter'], finding: 1, approvedBy: 'mia' });
  });
});

describe('a finding that was fixed', () => {
  const finding = () => test.fleet.findings.get(1);
  /** Fixed in r10, after its hunt has ended. */
  function fixed(): void {
    test.fleet.stopHunt(found());
    test.clock.advance(1000);
    test.fleet.aftercare.fixedIn(1, 'r10', 'mia');
    work(test, all(passing));
    expect(finding().status).toBe('fixed');
    test.clock.advance(1000);
  }

  it('is not opened by one machine that tells of it in a later hunt, which is held against that machine', () => {
    fixed();
    const id = hunt(test.fleet, { ref: 'r11', budgetSteps: 3000 });
    const liar = test.fleet.machines.named('ann');
    work(
      test,
      machines().map((one) => [one, one.id === liar.id ? seesBug : honest] as const),
    );
    expect(finding()).toMatchObject({ status: 'fixed', reopened: 0 });
    expect(test.fleet.machines.named('ann')).toMatchObject({ state: 'quarantined', reason: 'false_alarms' });
    // Nobody is left to settle what the others say against it.
    test.clock.advance(31 * 60_000);
    test.fleet.tick();
    expect(test.fleet.hunts.get(id).state).toBe('done');
    expect(test.guild.db.prepare(`SELECT count(*) FROM job WHERE judged = 'waiting'`).pluck().get()).toBe(0);
  });

  it('is opened on the word of two lenders, and climbs anew on the ref that showed it', () => {
    fixed();
    hunt(test.fleet, { ref: 'r11', budgetSteps: 500 });
    const [ann, bob] = machines();
    if (!ann || !bob) throw new Error('no machines');
    work(test, [[ann, seesBug]], 1);
    expect(finding().status).toBe('fixed');
    work(test, [[bob, seesBug]], 1);
    expect(finding()).toMatchObject({ status: 'open', reopenedOn: 'r11', reopenedAlone: false, ref: 'r11', hunt: 2 });
    work(test, all(seesBug));
    expect(finding().standing).toBe('confirmed');
  });

  it('is not opened by hunts that began before the fix', () => {
    const id = found();
    hunt(test.fleet, { ref: 'r8', budgetSteps: 3000 });
    test.fleet.stopHunt(id);
    test.clock.advance(1000);
    test.fleet.aftercare.fixedIn(1, 'r10', 'mia');
    const old: Behaviour = (job, nonce, canary) =>
      job.ref === 'r10' ? passing(job, nonce) : seesBug(job, nonce, canary);
    work(test, all(old));
    expect(finding()).toMatchObject({ status: 'fixed', reopened: 0 });
    expect(test.fleet.busy()).toBe(false);
  });
});

describe('two at once', () => {
  it('who mark the same finding as fixed have it retested by no lender twice for one of them', () => {
    found();
    test.fleet.aftercare.fixedIn(1, 'r3', 'mia');
    test.fleet.aftercare.fixedIn(1, 'r3', 'leo');
    work(test, all(since(4)));
    test.clock.advance(31 * 60_000);
    test.fleet.tick();
    expect(test.fleet.findings.get(1)).toMatchObject({ status: 'fixed', statusBy: 'leo' });
    expect(test.fleet.jobs.ofFinding(1, 'retest').every(({ state }) => state === 'done' || state === 'cancelled')).toBe(
      true,
    );
  });

  it('who hold and release the same machine leave it held, or not', () => {
    const owl = lend(test.fleet, 'ann', 'owl');
    test.fleet.hold(owl, 'one');
    test.fleet.hold(owl, 'two');
    expect(test.fleet.machines.named('owl')).toMatchObject({ state: 'quarantined', words: 'two' });
    test.fleet.machines.pardon(owl.id);
    test.fleet.machines.pardon(owl.id);
    expect(test.fleet.machines.named('owl')).toMatchObject({ state: 'active', words: undefined });
  });
});

describe('a lender who left', () => {
  it('has their machines taken back by staff, and nobody else', () => {
    hunt(test.fleet);
    const owl = lend(test.fleet, 'ann', 'owl');
    const [lease] = ask(test.fleet, owl);
    expect(lease).toBeDefined();
    expect(() => test.fleet.withdraw('owl', 'bob')).toRefuse('machine_not_yours');
    test.fleet.withdraw('owl', undefined);
    expect(test.fleet.machines.count()).toBe(0);
    expect(test.fleet.jobs.find(1)?.state).toBe('ready');
  });

  it('still stands as who found what they found', () => {
    found();
    for (const { alias } of machines()) test.fleet.withdraw(alias, undefined);
    test.clock.advance(8 * 24 * 3_600_000);
    test.fleet.tick();
    const finding = test.fleet.findings.find(1) ?? refuse('finding_unknown', { id: 1 });
    expect(test.fleet.story(finding).credits.found).toEqual([finding.foundBy]);
  });
});
