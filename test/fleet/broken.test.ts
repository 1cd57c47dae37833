/** What does not build, or breaks the test itself: it ends, it is said why, and no machine is blamed for it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuse } from '../../src/community/refusal.js';
import type { Machine } from '../../src/fleet/machine.js';
import {
  answer,
  ask,
  type Behaviour,
  breaking,
  DIGEST,
  failing,
  honest,
  hunt,
  lend,
  openFleet,
  passing,
  seesBug,
  type TestFleet,
  work,
} from '../support/fleet.js';

const MINUTE = 60_000;
let test: TestFleet;
let birds: Machine[];

beforeEach(() => {
  test = openFleet();
  birds = ['ann', 'bob', 'cid'].map((name) => lend(test.fleet, name, name));
});
afterEach(() => {
  test.close();
});

const all = (behave: Behaviour) => birds.map((machine) => [machine, behave] as const);
const rows = (sql: string): unknown => test.guild.db.prepare(sql).pluck().get();
const states = () => birds.map(({ id }) => test.fleet.machines.find(id)?.state);
/** Fails as `seesBug` does, but breaks on these refs. */
const breaksOn =
  (...refs: (string | undefined)[]): Behaviour =>
  (job, nonce, canary) =>
    refs.includes(job.ref) ? breaking(job, nonce, canary) : seesBug(job, nonce, canary);

describe('a hunt on what does not build', () => {
  it('stops by itself, says why, and holds no machine, however long they try', () => {
    const id = hunt(test.fleet, { budgetMinutes: 600 });
    for (let minute = 0; minute < 30; minute++) {
      work(test, all(breaking), 3);
      test.clock.advance(MINUTE);
    }
    expect(test.fleet.hunts.get(id)).toMatchObject({
      state: 'stopped',
      hopeless: true,
      trouble: 'set_up: undefined reference',
    });
    expect(states()).toEqual(['active', 'active', 'active']);
    expect(rows(`SELECT count(*) FROM job WHERE state IN ('ready', 'leased')`)).toBe(0);
  });

  it('stops by itself, and holds no machine, where all that runs it dies of it', () => {
    const id = hunt(test.fleet, { budgetMinutes: 600 });
    for (let minute = 0; minute < 30; minute++) {
      for (const bird of birds) {
        const [lease] = ask(test.fleet, bird);
        if (lease) expect(test.fleet.release(bird, lease, true)).toBe('requeued');
      }
      test.clock.advance(MINUTE + 1000);
      test.fleet.tick();
    }
    expect(test.fleet.hunts.get(id)).toMatchObject({ state: 'stopped', hopeless: true });
    expect(states()).toEqual(['active', 'active', 'active']);
    expect(rows(`SELECT count(*) FROM job WHERE state IN ('ready', 'leased')`)).toBe(0);
  });

  it('ends when its machine time is spent, where only some of it breaks', () => {
    const id = hunt(test.fleet, { budgetSteps: undefined, budgetMinutes: 1, length: 10 });
    work(test, all(honest), 3);
    work(test, all(breaking), 1000);
    expect(test.fleet.hunts.get(id)).toMatchObject({ state: 'done', hopeless: false });
  });

  it('holds a machine that alone breaks what others can run', () => {
    hunt(test.fleet, { budgetSteps: 100_000 });
    const [ann, ...others] = birds;
    for (let minute = 0; minute < 12; minute++) {
      work(test, [...(ann ? [[ann, breaking] as const] : []), ...others.map((one) => [one, honest] as const)], 6);
      test.clock.advance(MINUTE + 1000);
    }
    expect(states()).toEqual(['quarantined', 'active', 'active']);
    expect(test.fleet.machines.named('ann').reason).toBe('breaks_jobs');
  });
});

describe('a finding', () => {
  it('is confirmed though its base does not build, and says that nobody knows whether it is new', () => {
    hunt(test.fleet, { budgetSteps: 300, ref: 'new', baseRef: 'old' });
    expect(work(test, all(breaksOn('old')))).toBeLessThan(100);
    const finding = test.fleet.findings.get(1);
    expect(finding.standing).toBe('confirmed');
    expect(test.fleet.story(finding).base).toEqual({ broken: true, alone: false });
  });

  it('is not called new on the word of one machine that passes whatever it is given', () => {
    hunt(test.fleet, { budgetSteps: 300, ref: 'new', baseRef: 'old' });
    const [ann, bob, cid] = birds;
    if (!ann || !bob || !cid) return;
    const liar: Behaviour = (job, nonce, canary) =>
      job.ref === 'old' ? passing(job, nonce) : seesBug(job, nonce, canary);
    const truth = [bob, cid].map((one) => [one, breaksOn()] as const);
    work(test, [[ann, liar], ...truth]);
    expect(test.fleet.findings.get(1).standing).toBe('pre_existing');
    // The two who were asked say the opposite of each other, or the same: where they do not agree, a third is asked.
    const saw = test.fleet.findings.evidenceOn(1, 'base', 'old').filter(({ hits }) => hits > 0);
    expect(new Set(saw.map(({ lender }) => lender))).toEqual(new Set(['bob', 'cid']));
  });

  it('is not called pre-existing on the word of one machine that fails whatever it is given', () => {
    hunt(test.fleet, { budgetSteps: 300, ref: 'new', baseRef: 'old' });
    const [ann, bob, cid] = birds;
    if (!ann || !bob || !cid) return;
    const honest: Behaviour = (job, nonce, canary) =>
      job.ref === 'old' ? passing(job, nonce) : seesBug(job, nonce, canary);
    const truth = [bob, cid].map((one) => [one, honest] as const);
    work(test, [[ann, seesBug], ...truth]);
    expect(test.fleet.findings.get(1).standing).toBe('confirmed');
    expect(test.fleet.story(test.fleet.findings.get(1)).base).toEqual({ broken: false, alone: false });
    const asked = test.fleet.jobs.ofFinding(1, 'base');
    expect(asked.filter(({ lender }) => lender === 'ann').map(({ judged }) => judged)).toEqual(['invalid']);
    expect(test.fleet.machines.named('ann').doubt.alarm).toBeGreaterThan(0);
  });

  it('is called pre-existing on one word where nobody else is there, and says so', () => {
    hunt(test.fleet, { budgetSteps: 300, ref: 'new', baseRef: 'old' });
    const asked = () => test.fleet.jobs.ofFinding(1, 'base').length;
    for (let n = 0; n < 100 && asked() === 0; n++) work(test, all(seesBug), 1);
    const [ann, ...others] = birds;
    for (const { alias, lender } of others) test.fleet.withdraw(alias, lender);
    if (ann) work(test, [[ann, seesBug]]);
    expect(test.fleet.findings.get(1).standing).toBe('reproduced');
    test.clock.advance(31 * MINUTE);
    test.fleet.tick();
    expect(test.fleet.findings.get(1).standing).toBe('pre_existing');
    expect(test.fleet.story(test.fleet.findings.get(1)).base).toEqual({ broken: false, alone: true });
  });

  it('is confirmed by one lender’s runs on the base, when the other who was asked has left', () => {
    hunt(test.fleet, { budgetSteps: 300, ref: 'new', baseRef: 'old' });
    const clean: Behaviour = (job, nonce, canary) =>
      job.ref === 'old' ? passing(job, nonce) : seesBug(job, nonce, canary);
    const asked = () => test.fleet.jobs.ofFinding(1, 'base').length;
    for (let n = 0; n < 100 && asked() === 0; n++) work(test, all(clean), 1);
    const [ann, ...others] = birds;
    for (const { alias, lender } of others) test.fleet.withdraw(alias, lender);
    if (ann) work(test, [[ann, clean]]);
    expect(test.fleet.findings.get(1).standing).toBe('reproduced');
    test.clock.advance(31 * MINUTE);
    test.fleet.tick();
    expect(test.fleet.findings.get(1).standing).toBe('confirmed');
    expect(rows(`SELECT count(*) FROM job WHERE state IN ('ready', 'leased') AND purpose = 'base'`)).toBe(0);
  });

  it('says that its fix could not be tested, where the fix does not build', () => {
    hunt(test.fleet, { budgetSteps: 300 });
    work(test, all(seesBug));
    test.fleet.aftercare.fixedIn(1, 'fix', 'mia');
    work(test, all(breaksOn('fix')));
    expect(test.fleet.story(test.fleet.findings.get(1))).toMatchObject({
      retest: { runs: 0, hits: 0, broken: true },
      finding: { status: 'fixed' },
    });
  });

  it('is bisected to the last ref that could be tested, when the last job of all is one that breaks', () => {
    hunt(test.fleet, { budgetSteps: 300, ref: 'r4' });
    work(test, all(seesBug));
    test.fleet.bisections.start(1, ['r1', 'r2', 'r3', 'r4'], 3, 'mia');
    const since: Behaviour = (job, nonce, canary) => {
      if (job.ref === 'r3') return breaking(job, nonce, canary);
      return Number(job.ref?.slice(1)) >= 3 ? seesBug(job, nonce, canary) : passing(job, nonce);
    };
    work(test, all(since));
    const shown = test.fleet.bisections.shown(1);
    expect(shown).toMatchObject({ state: 'inconclusive', firstBad: 'r4', lastGood: 'r2', tested: 4 });
    expect(shown?.log).toContainEqual(
      expect.objectContaining({ ref: 'r3', broken: true, trouble: 'set_up: undefined reference' }),
    );
    expect(states()).toEqual(['active', 'active', 'active']);
  });
});

describe('work that nobody can take', () => {
  it('is parked where its only lender may not have it, so that its hunt ends', () => {
    const id = hunt(test.fleet, { budgetSteps: 100, length: 100 });
    const [ann] = birds;
    for (const { alias, lender } of birds.slice(1)) test.fleet.withdraw(alias, lender);
    const [lease] = ann ? ask(test.fleet, ann) : [];
    if (!ann || !lease) return refuse('machine_unknown');
    answer(test.fleet, ann, lease, failing(lease.job, lease.nonce, 'b'.repeat(16)), false);
    work(test, [[ann, honest]]);
    expect(test.fleet.hunts.get(id).state).toBe('running');
    test.clock.advance(31 * MINUTE);
    test.fleet.tick();
    expect(test.fleet.hunts.get(id).state).toBe('done');
  });

  it('credits a walk whose replica breaks with everybody else', () => {
    hunt(test.fleet, { budgetSteps: 100, length: 100 });
    const [ann, ...others] = birds;
    if (!ann) return;
    work(test, [[ann, honest]], 2);
    expect(test.fleet.ledger.of('ann').provisional).toBeGreaterThan(0);
    work(
      test,
      others.map((one) => [one, breaking] as const),
    );
    expect(test.fleet.ledger.of('ann')).toMatchObject({ provisional: 0, granted: expect.any(Number) });
    expect(rows(`SELECT count(*) FROM job WHERE judged = 'waiting'`)).toBe(0);
  });
});

describe('what a machine has under way', () => {
  it.each([
    ['is held', (machine: Machine) => test.fleet.hold(machine)],
    ['is withdrawn', ({ alias, lender }: Machine) => void test.fleet.withdraw(alias, lender)],
  ])('goes to others at once when it %s, and its answer counts no more', (_, end) => {
    hunt(test.fleet, { budgetSteps: 100, length: 100 });
    const [ann, bob] = birds;
    const [lease] = ann ? ask(test.fleet, ann) : [];
    if (!ann || !bob || !lease) return refuse('machine_unknown');
    end(ann);
    expect(rows('SELECT faults FROM job')).toBe(0);
    const [next] = ask(test.fleet, bob);
    expect(next?.job).toEqual(lease.job);
    expect(answer(test.fleet, ann, lease, passing(lease.job, lease.nonce))).toBe('stale');
    expect(test.fleet.ledger.of('ann').granted).toBe(0);
  });
});

describe('a suite that is retired', () => {
  it('takes its hunts and all that is under way with it', () => {
    const id = hunt(test.fleet, { budgetSteps: 10_000 });
    work(test, all(seesBug), 5);
    const [ann] = birds;
    const [lease] = ann ? ask(test.fleet, ann) : [];
    if (!ann || !lease) return refuse('machine_unknown');
    test.fleet.aftercare.retest(1, 'v2');
    test.fleet.retire(DIGEST, 'mia');
    expect(test.fleet.hunts.get(id).state).toBe('stopped');
    expect(rows(`SELECT count(*) FROM job WHERE state IN ('ready', 'leased')`)).toBe(0);
    expect(answer(test.fleet, ann, lease, passing(lease.job, lease.nonce))).toBe('cancelled');
    expect(work(test, all(seesBug))).toBe(0);
  });
});

describe('a finding of a hunt that was stopped', () => {
  it('climbs on in the hunt that meets it again', () => {
    const first = hunt(test.fleet, { budgetSteps: 10_000 });
    work(test, all(seesBug).slice(0, 1), 1);
    test.fleet.hunts.stop(first);
    work(test, all(seesBug));
    expect(test.fleet.findings.get(1).standing).toBe('suspected');
    const second = hunt(test.fleet, { budgetSteps: 100 });
    work(test, all(seesBug));
    expect(test.fleet.findings.get(1)).toMatchObject({ standing: 'confirmed', hunt: second, foundBy: 'ann' });
  });
});
