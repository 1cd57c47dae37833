import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
const finding = () => test.fleet.findings.get(1);

describe('a finding that is said to be fixed', () => {
  it('is retested on the fixing ref by itself, and stays fixed when it passes there', () => {
    test.fleet.aftercare.fixedIn(1, 'v2', 'mia');
    const asked: (string | undefined)[] = [];
    all((job, nonce) => {
      asked.push(job.ref);
      return passing(job, nonce);
    });
    expect(asked).toEqual(['v2']);
    expect(finding()).toMatchObject({ status: 'fixed', fixedIn: 'v2' });
    expect(test.fleet.story(finding()).retest).toEqual({ runs: 3, hits: 0, broken: false });
  });

  it('is open again when it still shows there', () => {
    test.fleet.aftercare.fixedIn(1, 'v2', 'mia');
    all(seesBug);
    expect(finding()).toMatchObject({ status: 'open', standing: 'confirmed', reopened: 1 });
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

  it('opens only what is not open', () => {
    const { aftercare } = test.fleet;
    expect(() => aftercare.reopen(1, 'mia')).toRefuse('finding_open');
    aftercare.notABug(1, 'works as intended', 'mia');
    expect(aftercare.reopen(1, 'mia')).toMatchObject({ status: 'open', reason: undefined });
  });

  it('asks so many machines to reproduce it as are wanted', () => {
    test.fleet.aftercare.reproduce(1, 2);
    expect(all(seesBug)).toBe(2);
    expect(test.fleet.jobs.ofFinding(1, 'reproduce').every(({ state }) => state === 'done')).toBe(true);
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
