import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuse } from '../../src/community/refusal.js';
import { fleetPosts } from '../../src/discord/views/hunt-posts.js';
import { createHerald } from '../../src/fleet/herald.js';
import { launchHunt } from '../../src/fleet/launch.js';
import type { JobSpec } from '../../src/fleet/protocol.js';
import {
  DIGEST,
  failing,
  type honest,
  hunt,
  lend,
  openFleet,
  passing,
  seesBug,
  type TestFleet,
  work,
} from '../support/fleet.js';
import '../support/to-refuse.js';

let test: TestFleet;
beforeEach(() => {
  test = openFleet();
  hunt(test.fleet, { budgetSteps: 100, ref: 'v1' });
  work(
    test,
    ['ann', 'bob', 'cid'].map((name) => [lend(test.fleet, name, name), seesBug] as const),
  );
});
afterEach(() => {
  test.close();
});

const machines = () => test.fleet.machines.list({ limit: 10, offset: 0 });
const all = (behave: typeof honest) =>
  work(
    test,
    machines().map((machine) => [machine, behave] as const),
  );
const SPEC: JobSpec = { kind: 'replay', digest: DIGEST, trace: ['stop_vm vm#1'], seed: 1, runs: 1, bugs: [] };
const finding = () => test.fleet.findings.get(1);

describe('a finding that is said to be fixed', () => {
  it('is retested on the fixing ref by itself, by two lenders, and stays fixed when it passes there', () => {
    test.fleet.aftercare.fixedIn(1, 'v2', 'mia');
    const asked: (string | undefined)[] = [];
    all((job, nonce) => {
      asked.push(job.ref);
      return passing(job, nonce);
    });
    expect(asked).toEqual(['v2', 'v2']);
    expect(finding()).toMatchObject({ status: 'fixed', fixedIn: 'v2' });
    expect(test.fleet.story(finding()).retest).toEqual({ ref: 'v2', runs: 6, hits: 0, broken: false, alone: false });
    const retested = test.fleet.jobs.ofFinding(1, 'retest').map(({ lender }) => lender);
    expect(new Set(retested).size).toBe(2);
  });

  it('is open again though the first machine that was asked passes whatever it is given', () => {
    test.fleet.aftercare.fixedIn(1, 'v2', 'mia');
    const [ann, bob, cid] = machines();
    if (!ann || !bob || !cid) throw new Error('no machines');
    work(test, [[ann, passing]]);
    work(test, [[bob, seesBug]]);
    expect(finding().status).toBe('fixed');
    work(test, [[cid, seesBug]]);
    expect(finding()).toMatchObject({ status: 'open', reopened: 1, reopenedOn: 'v2', reopenedAlone: false });
  });

  it('stays fixed though one machine fails whatever it is given, which is held against that one', () => {
    test.fleet.aftercare.fixedIn(1, 'v2', 'mia');
    const [ann, ...others] = machines();
    if (!ann) throw new Error('no machines');
    work(test, [[ann, seesBug]]);
    expect(finding().status).toBe('fixed');
    work(
      test,
      others.map((one) => [one, passing] as const),
    );
    expect(finding().status).toBe('fixed');
    const told = test.fleet.jobs.ofFinding(1, 'retest').map(({ lender, judged }) => `${lender} ${judged}`);
    expect(told.toSorted()).toEqual(['ann invalid', 'bob valid', 'cid valid']);
    expect(test.fleet.machines.named('ann').doubt.alarm).toBeGreaterThan(0);
  });

  it('is open again on one lender’s word where nobody else is there, and says so', () => {
    const [ann, ...others] = machines();
    if (!ann) throw new Error('no machines');
    for (const { alias, lender } of others) test.fleet.withdraw(alias, lender);
    test.clock.advance(3000);
    test.fleet.aftercare.fixedIn(1, 'v2', 'mia');
    work(test, [[ann, seesBug]]);
    expect(finding()).toMatchObject({ status: 'open', reopenedOn: 'v2', reopenedAlone: true });
    const card = { ...test.fleet.story(finding()), guild: '1' };
    for (const languages of [['en-US'], ['zh-CN']] as const)
      expect(JSON.stringify(fleetPosts.finding({ ...card, languages }).message)).toMatch(
        /one lender's word|一位出借者/,
      );
  });

  it('is open again when it still shows there, and not once more for the same runs when it is fixed anew', () => {
    test.fleet.aftercare.fixedIn(1, 'main', 'mia');
    all(seesBug);
    expect(finding()).toMatchObject({ status: 'open', standing: 'confirmed', reopened: 1 });
    test.clock.advance(1000);
    test.fleet.aftercare.fixedIn(1, 'main', 'mia');
    all(passing);
    expect(finding()).toMatchObject({ status: 'fixed', reopened: 1 });
    expect(test.fleet.story(finding()).retest).toMatchObject({ runs: 6, hits: 0 });
  });

  it('leaves a pattern that every later hunt of the suite runs', () => {
    const { fleet, guild, clock } = test;
    fleet.aftercare.fixedIn(1, 'v2', 'mia');
    expect(fleet.suites.pattern('cloud', 'finding-1')).toMatchObject({ finding: 1, approvedBy: 'mia' });
    all(passing);
    const settings = { languages: () => ['en-US'] as const, place: () => undefined };
    const herald = createHerald(guild, { now: clock.now, fleet, settings, posts: fleetPosts });
    const plan = { digest: DIGEST, ref: 'v3', strategy: 'mix', bugs: [], seed: 1, length: 10, lanes: 1 } as const;
    const fits = (): boolean => true;
    launchHunt(
      { guild, fleet, herald, fits, channel: '10' },
      { ...plan, budgetSteps: 100, priority: 0, author: 'mia' },
    );
    const back = (job: JobSpec, nonce: string) =>
      job.kind === 'replay' ? failing(job, nonce, 'a'.repeat(16)) : passing(job, nonce);
    all(back);
    expect(finding()).toMatchObject({ status: 'open', ref: 'v3', hunt: 2, reopened: 1 });
  });
});

describe('what people decide about a finding', () => {
  it('lets one person at a time claim it, and let it go', () => {
    const { aftercare } = test.fleet;
    expect(aftercare.claim(1, 'mia').claimedBy).toBe('mia');
    expect(() => aftercare.claim(1, 'bob')).toRefuse('claimed_already');
    expect(aftercare.claim(1, 'mia').claimedBy).toBeUndefined();
  });

  it('names the original of a duplicate, and never itself', () => {
    const { aftercare } = test.fleet;
    expect(() => aftercare.duplicate(1, 1, 'mia')).toRefuse('own_duplicate');
    expect(() => aftercare.duplicate(1, 9, 'mia')).toRefuse('finding_unknown');
  });

  it('follows duplicates to what they are duplicates of, and never in a circle', () => {
    const { aftercare, findings } = test.fleet;
    const { failure } = failing(SPEC, '', '').sightings[0] ?? refuse('which_finding');
    for (const n of [2, 3])
      findings.see({
        ...{ suite: 'cloud', digest: DIGEST, ref: 'v1', baseRef: undefined, hunt: 1, bugs: [], seed: 1, trace: [] },
        ...{ failure: { ...failure, signature: String(n) }, machine: 'ann', lender: 'ann' },
      });
    aftercare.duplicate(1, 2, 'mia');
    aftercare.duplicate(2, 3, 'mia');
    expect(() => aftercare.duplicate(3, 1, 'mia')).toRefuse('own_duplicate');
    expect(findings.get(3).status).toBe('open');
  });

  it('opens only what is not open', () => {
    const { aftercare } = test.fleet;
    expect(() => aftercare.reopen(1, 'mia')).toRefuse('finding_open');
    aftercare.notABug(1, 'works as intended', 'mia');
    expect(aftercare.reopen(1, 'mia')).toMatchObject({ status: 'open', reason: undefined });
  });

  it('asks so many machines to reproduce it as are wanted, each of them once', () => {
    test.fleet.aftercare.reproduce(1, 2);
    const [ann] = machines();
    if (ann) expect(work(test, [[ann, seesBug]])).toBe(1);
    expect(all(seesBug)).toBe(1);
    const asked = test.fleet.jobs.ofFinding(1, 'reproduce');
    expect(asked.every(({ state }) => state === 'done')).toBe(true);
    expect(new Set(asked.map(({ machine }) => machine)).size).toBe(2);
    test.clock.advance(1000);
    test.fleet.aftercare.reproduce(1, 3);
    expect(all(seesBug)).toBe(3);
  });
});

describe('machine time', () => {
  const rows = (sql: string): unknown => test.guild.db.prepare(sql).pluck().get();
  const waiting = () => rows(`SELECT count(*) FROM job WHERE judged = 'waiting'`);

  it('is granted for walks that meet what is no bug, though nobody is asked about it any more', () => {
    test.fleet.aftercare.notABug(1, 'as designed', 'mia');
    hunt(test.fleet, { ref: 'v1', budgetSteps: 500 });
    all(seesBug);
    expect(waiting()).toBe(0);
    expect(test.fleet.ledger.of('bob').provisional).toBe(0);
  });

  it('is granted when a hunt is stopped before others could look', () => {
    const id = hunt(test.fleet, { ref: 'v2', budgetSteps: 10_000 });
    const [ann] = machines();
    if (ann) work(test, [[ann, passing]], 5);
    expect(waiting()).toBeGreaterThan(0);
    test.fleet.stopHunt(id);
    expect(waiting()).toBe(0);
  });

  it('is granted after a week in which nobody came to look', () => {
    hunt(test.fleet, { ref: 'v2', budgetSteps: 200 });
    const [ann, ...others] = machines();
    for (const { alias, lender } of others) test.fleet.withdraw(alias, lender);
    const alone = (job: JobSpec, nonce: string) => failing(job, nonce, 'd'.repeat(16));
    if (ann) work(test, [[ann, alone]]);
    expect(waiting()).toBeGreaterThan(0);
    test.clock.advance(8 * 24 * 3_600_000);
    test.fleet.tick();
    expect(waiting()).toBe(0);
  });

  it('that is taken back is a row of its own in the lender’s ledger', () => {
    const { ledger } = test.fleet;
    const [{ job, ms } = { job: 0, ms: 0 }] = ledger.rows('ann', 1, 0);
    const before = ledger.of('ann').granted;
    ledger.reverse(job);
    ledger.reverse(job);
    expect(ledger.rows('ann', 1, 0)).toMatchObject([{ job, ms: -ms, alias: 'ann', hunt: 1 }]);
    expect(ledger.of('ann')).toMatchObject({ granted: before - ms, reversed: -ms });
  });
});

describe('a hunt with a pattern that somebody proposed', () => {
  it('runs its steps as often as the budget says, and no planted bug', () => {
    const { fleet } = test;
    const jobs: JobSpec[] = [];
    hunt(fleet, { strategy: 'pattern', pattern: 'mine', trace: ['a', 'b'], length: 2, budgetSteps: 20 });
    all((job, nonce) => {
      jobs.push(job);
      return passing(job, nonce);
    });
    expect(jobs.every((job) => job.kind === 'replay' && job.trace.join() === 'a,b' && job.bugs.length === 0)).toBe(
      true,
    );
    expect(fleet.hunts.get(2).state).toBe('done');
  });
});
