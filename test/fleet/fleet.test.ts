import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuse } from '../../src/community/refusal.js';
import type { Fence } from '../../src/fleet/engines/sqlite/leases.js';
import {
  answer,
  ask,
  CANARY,
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
import { refusalOf } from '../support/refusal.js';

const MINUTE = 60_000;
let test: TestFleet;

beforeEach(() => {
  test = openFleet();
});
afterEach(() => {
  test.close();
});

describe('enrolment', () => {
  it('takes a code once, and for a quarter of an hour', () => {
    const { fleet, clock } = test;
    const facts = { publicKey: 'k', version: '0', os: 'l', arch: 'x', cores: 1, memoryMb: 1, sandboxes: [] };
    fleet.machines.offer('first', { lender: 'ann', alias: 'owl', community: false });
    expect(fleet.machines.enrol('first', facts).alias).toBe('owl');
    expect(refusalOf(() => fleet.machines.enrol('first', { ...facts, publicKey: 'other' }))).toBe('bad_code');
    expect(refusalOf(() => fleet.machines.enrol('never', facts))).toBe('bad_code');
    fleet.machines.offer('second', { lender: 'ann', alias: 'jay', community: false });
    clock.advance(15 * MINUTE + 1);
    expect(refusalOf(() => fleet.machines.enrol('second', facts))).toBe('bad_code');
  });

  it('caps the machines of one lender, open codes included, and gives an alias to one machine', () => {
    const { fleet } = test;
    for (let n = 1; n <= 20; n++) lend(fleet, 'ann', `bird-${n}`);
    expect(refusalOf(() => lend(fleet, 'ann', 'one-more'))).toBe('too_many_machines');
    expect(refusalOf(() => lend(fleet, 'bob', 'bird-3'))).toBe('alias_taken');
    const bird = fleet.machines.ofLender('bird-3', 'ann');
    fleet.machines.withdraw(bird.id, bird.alias);
    expect(lend(fleet, 'bob', 'bird-3').lender).toBe('bob');
  });

  it('lets nobody else switch a machine, and a quarantined one by staff alone', () => {
    const { fleet } = test;
    const { id } = lend(fleet, 'ann', 'owl');
    expect(refusalOf(() => fleet.machines.switch('owl', 'bob', 'paused'))).toBe('machine_not_yours');
    expect(fleet.machines.switch('owl', 'ann', 'paused').state).toBe('paused');
    fleet.machines.quarantine(id, 'staff');
    expect(refusalOf(() => fleet.machines.switch('owl', 'ann', 'active'))).toBe('machine_held');
    fleet.machines.pardon(id);
    expect(fleet.machines.find(id)).toMatchObject({ state: 'active', trust: { streak: 0, strikes: 0 } });
  });
});

describe('leases', () => {
  it('says why there is no work', () => {
    const { fleet } = test;
    const owl = lend(fleet, 'ann', 'owl');
    const wish = { slots: 1, digests: [], refs: [], maxMinutes: 60 };
    expect(fleet.leases.lease(owl, wish).idle).toBe('no_hunts');
    hunt(fleet);
    expect(fleet.leases.lease(owl, wish).idle).toBe('no_accepted_suite');
    expect(fleet.leases.lease({ ...owl, state: 'quarantined' }, wish).idle).toBe('quarantined');
    expect(ask(fleet, owl)).toHaveLength(1);
  });

  it('takes a job back from a machine that fell silent, and its late result is stale', () => {
    const { fleet, clock } = test;
    hunt(fleet);
    const [owl, jay] = [lend(fleet, 'ann', 'owl'), lend(fleet, 'bob', 'jay')];
    const [first] = ask(fleet, owl);
    if (!first) throw new Error('no lease');
    clock.advance(170_000);
    expect(fleet.leases.beat(owl.id, [{ ...first, steps: 5 }])).toEqual({ [first.lease]: 'ok' });
    clock.advance(179_000);
    fleet.tick();
    clock.advance(2_000);
    fleet.tick();
    const [second] = ask(fleet, jay);
    expect(second?.job).toEqual(first.job);
    expect(second?.attempt).toBe(2);
    expect(fleet.leases.beat(owl.id, [{ ...first, steps: 9 }])).toEqual({ [first.lease]: 'lost' });
    expect(answer(fleet, owl, first, passing(first.job, first.nonce))).toBe('stale');
    if (second) expect(answer(fleet, jay, second, passing(second.job, second.nonce))).toBe('accepted');
  });

  it('takes a result once, however often it arrives, and only from the machine that holds the lease', () => {
    const { fleet } = test;
    hunt(fleet);
    const [owl, jay] = [lend(fleet, 'ann', 'owl'), lend(fleet, 'bob', 'jay')];
    const [lease] = ask(fleet, owl);
    if (!lease) throw new Error('no lease');
    const result = passing(lease.job, lease.nonce);
    expect(refusalOf(() => answer(fleet, jay, lease, result))).toBe('not_yours');
    expect(answer(fleet, owl, lease, { ...result, nonce: 'copied' })).toBe('stale');
    expect(answer(fleet, owl, lease, result)).toBe('accepted');
    expect(answer(fleet, owl, lease, result)).toBe('duplicate');
    expect(answer(test.reopen(), owl, lease, result)).toBe('duplicate');
    expect(fleet.hunts.get(1).steps).toBe(result.steps);
  });

  it('gives a returned job to the next who asks, at once', () => {
    const { fleet } = test;
    hunt(fleet);
    const [owl, jay] = [lend(fleet, 'ann', 'owl'), lend(fleet, 'bob', 'jay')];
    const [lease] = ask(fleet, owl);
    if (!lease) throw new Error('no lease');
    expect(fleet.leases.release(owl.id, lease, false)).toBe('requeued');
    expect(fleet.leases.release(owl.id, lease, false)).toBe('stale');
    expect(ask(fleet, jay)[0]?.job).toEqual(lease.job);
  });

  it('parks a job that made the machines of two lenders fall silent', () => {
    const { fleet, clock } = test;
    const id = hunt(fleet, { budgetSteps: 100 });
    for (const name of ['ann', 'bob']) {
      expect(ask(fleet, lend(fleet, name, name))).toHaveLength(1);
      clock.advance(181_000);
      fleet.tick();
    }
    // What is left is the planted bug that no hunt goes without.
    expect(ask(fleet, lend(fleet, 'cid', 'cid'))[0]?.job.bugs).toEqual([CANARY]);
    expect(fleet.hunts.activity(id)).toMatchObject({ parked: 1, leased: 1, waiting: 0 });
  });

  it('cancels the jobs of a stopped hunt and tells who runs them', () => {
    const { fleet } = test;
    const id = hunt(fleet);
    const owl = lend(fleet, 'ann', 'owl');
    const [lease] = ask(fleet, owl);
    if (!lease) throw new Error('no lease');
    fleet.hunts.stop(id);
    expect(fleet.leases.beat(owl.id, [{ ...lease, steps: 1 }])).toEqual({ [lease.lease]: 'cancel' });
    expect(answer(fleet, owl, lease, passing(lease.job, lease.nonce))).toBe('cancelled');
    expect(refusalOf(() => fleet.hunts.stop(id))).toBe('hunt_ended');
  });

  it('goes on with the version that a machine worked on last, where shares are about even', () => {
    const { fleet } = test;
    for (const ref of ['v1', 'v2']) hunt(fleet, { budgetSteps: 100_000, ref, author: ref });
    const machines = ['ann', 'bob'].map((name) => lend(fleet, name, name));
    // A hunt that has no slot goes first, so each begins with one of them.
    let held = machines.map((machine) => ask(fleet, machine)[0] ?? refuse('machine_unknown'));
    expect(held.map(({ job }) => job.ref)).toEqual(['v1', 'v2']);
    for (let turn = 0; turn < 6; turn++) {
      for (const [n, machine] of machines.toReversed().entries()) {
        const lease = held.toReversed()[n];
        if (lease) answer(fleet, machine, lease, honest(lease.job, lease.nonce, lease.job.bugs.includes(CANARY)));
      }
      held = machines
        .toReversed()
        .map((machine) => ask(fleet, machine)[0] ?? refuse('machine_unknown'))
        .toReversed();
      expect(held.map(({ job }) => job.ref)).toEqual(['v1', 'v2']);
    }
  });

  it('lends no machine more than it could ever work on, and none for ever', () => {
    const { fleet, clock } = test;
    const owl = lend(fleet, 'ann', 'owl', { cores: 4096 });
    const id = hunt(fleet, { budgetSteps: 1_000_000 });
    for (let n = 0; n < 4; n++) ask(fleet, owl, 256);
    expect(fleet.hunts.activity(id).leased).toBe(256);
    const [mine] = test.guild.db.prepare('SELECT lease, attempt, epoch FROM job').all() as Fence[];
    for (let hour = 0; hour < 13 * 60; hour++) {
      clock.advance(60_000);
      if (mine) fleet.leases.beat(owl.id, [{ ...mine, steps: 1 }]);
      fleet.tick();
    }
    expect(fleet.hunts.activity(id).leased).toBe(0);
  });

  it('credits a job by the time of its lease, however many cores its machine says that it has', () => {
    const { fleet, clock } = test;
    const owl = lend(fleet, 'ann', 'owl', { cores: 4096 });
    hunt(fleet, { budgetSteps: 100 });
    const [lease] = ask(fleet, owl);
    clock.advance(5_000);
    if (lease) answer(fleet, owl, lease, passing(lease.job, lease.nonce));
    expect(fleet.ledger.of('ann')).toMatchObject({ granted: 5_000, jobs: 1 });
  });

  it('hands out nothing of a suite that was retired', () => {
    const { fleet } = test;
    hunt(fleet);
    const owl = lend(fleet, 'ann', 'owl');
    const [suite] = fleet.suites.list(1, 0);
    if (suite) fleet.suites.retire(suite.digest, 'mia');
    expect(ask(fleet, owl)).toHaveLength(0);
  });
});

describe('a hunt', () => {
  it('ends when its budget is spent, with each job credited once', () => {
    const { fleet } = test;
    const id = hunt(fleet, { budgetSteps: 3000 });
    const birds = ['ann', 'bob', 'cid'].map((name) => [lend(fleet, name, name), honest] as const);
    work(test, birds);
    expect(fleet.hunts.get(id)).toMatchObject({ state: 'done', canariesMissed: 0 });
    expect(fleet.hunts.get(id).canaries).toBeGreaterThan(0);
    const board = fleet.ledger.board(10, 0);
    expect(board).toHaveLength(3);
    expect(board.every(({ ms }) => ms > 0)).toBe(true);
  });

  it('climbs from suspected to confirmed as other lenders agree', () => {
    const { fleet } = test;
    hunt(fleet, { budgetSteps: 100 });
    const [owl, jay, kea] = ['ann', 'bob', 'cid'].map((name) => lend(fleet, name, name));
    if (!owl || !jay || !kea) throw new Error('no machines');
    work(test, [[owl, seesBug]], 1);
    expect(fleet.findings.get(1).standing).toBe('suspected');
    work(test, [[jay, seesBug]], 1);
    expect(fleet.findings.get(1).standing).toBe('reproduced');
    work(test, [[kea, seesBug]], 1);
    expect(fleet.findings.get(1)).toMatchObject({ standing: 'confirmed', foundBy: 'ann', rate: 1 });
    expect(fleet.ledger.of('ann')).toMatchObject({ provisional: 0, jobs: 1 });
  });

  it('tries the base ref before it confirms, and calls a bug that is there as well pre-existing', () => {
    const { fleet } = test;
    hunt(fleet, { budgetSteps: 100, ref: 'dev', baseRef: 'v1' });
    const birds = ['ann', 'bob', 'cid'].map((name) => [lend(fleet, name, name), seesBug] as const);
    work(test, birds);
    expect(fleet.findings.get(1).standing).toBe('pre_existing');
  });

  it('never asks one lender twice to confirm, whatever machines it has', () => {
    const { fleet } = test;
    hunt(fleet, { budgetSteps: 100 });
    const first = lend(fleet, 'ann', 'owl');
    work(test, [[first, seesBug]], 1);
    const flock = [1, 2, 3, 4].map((n) => [lend(fleet, 'bob', `jay-${n}`), seesBug] as const);
    work(test, flock);
    expect(fleet.findings.get(1).standing).toBe('reproduced');
    expect(fleet.findings.evidence(1).map(({ lender }) => lender)).toEqual(expect.arrayContaining(['ann', 'bob']));
    expect(fleet.jobs.ofFinding(1, 'confirm').filter(({ state }) => state === 'done')).toHaveLength(1);
  });
});

describe('machines that do not tell the truth', () => {
  it('holds one that always passes, by a canary or by replicas', () => {
    const { fleet } = test;
    hunt(fleet, { budgetSteps: 20_000 });
    const liar = lend(fleet, 'eve', 'cuckoo');
    const birds = ['ann', 'bob', 'cid'].map((name) => [lend(fleet, name, name), honest] as const);
    test.draw = 0.01;
    work(test, [[liar, passing], ...birds], 400);
    expect(fleet.machines.find(liar.id)).toMatchObject({ state: 'quarantined', reason: 'missed_canary' });
    for (const [bird] of birds) expect(fleet.machines.find(bird.id)?.state).toBe('active');
  });

  it('holds one that always fails, and believes none of its findings', () => {
    const { fleet } = test;
    hunt(fleet, { budgetSteps: 20_000 });
    const liar = lend(fleet, 'eve', 'cuckoo');
    let n = 0;
    const lies = (job: Parameters<typeof failing>[0], nonce: string) =>
      failing(job, nonce, (++n).toString(16).padStart(16, '0'));
    const birds = ['ann', 'bob', 'cid'].map((name) => [lend(fleet, name, name), honest] as const);
    work(test, [[liar, lies], ...birds], 600);
    expect(fleet.machines.find(liar.id)).toMatchObject({ state: 'quarantined', reason: 'false_alarms' });
    expect(fleet.findings.count({ standing: 'reproduced' }) + fleet.findings.count({ standing: 'confirmed' })).toBe(0);
  });
});
