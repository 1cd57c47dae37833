import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuse } from '../../src/community/refusal.js';
import type { Place } from '../../src/community/settings.js';
import { fleetPosts } from '../../src/discord/views/hunt-posts.js';
import { createHerald, FINDING_POSTED, FLEET_TICK, HUNT_POSTED, MOST_THREADS } from '../../src/fleet/herald.js';
import { launchHunt } from '../../src/fleet/launch.js';
import type { JobSpec } from '../../src/fleet/protocol.js';
import type { Effect } from '../../src/platform/effects.js';
import {
  ask,
  DIGEST,
  failing,
  honest,
  hunt,
  lend,
  openFleet,
  seesBug,
  type TestFleet,
  work,
} from '../support/fleet.js';
import '../support/to-refuse.js';

let test: TestFleet;
let places: Partial<Record<Place, string>>;

beforeEach(() => {
  test = openFleet();
  places = {
    'channel.hunts': '10',
    'channel.findings': '20',
    'tag.suspected': '21',
    'tag.reproduced': '22',
    'tag.confirmed': '23',
    'tag.fixed': '24',
  };
});
afterEach(() => {
  test.close();
});

function herald() {
  return createHerald(test.guild, {
    now: test.clock.now,
    fleet: test.fleet,
    settings: {
      languages: () => ['en-US'],
      place: (name) => (places[name] ? { id: places[name] } : undefined),
    },
    posts: fleetPosts,
  });
}

const REPLAY: JobSpec = { kind: 'replay', digest: DIGEST, trace: ['stop_vm vm#1'], seed: 1, runs: 1, bugs: [] };
let made = 1000;
/** Carries out what waits, as Discord would; returns it. */
function deliver(): Effect[] {
  const { outbox } = test.guild;
  const done: Effect[] = [];
  for (let [row] = outbox.due(1); row; [row] = outbox.due(1)) {
    outbox.done(row, undefined);
    done.push(row.effect);
    const id = String(++made);
    if (row.after?.name === HUNT_POSTED) herald().huntPosted(Number(row.after.arg), '10', id);
    if (row.after?.name === FINDING_POSTED) herald().findingPosted(Number(row.after.arg), id);
  }
  return done;
}

const kinds = () => deliver().map(({ kind }) => kind);
const textOf = (effect: Effect | undefined): string => JSON.stringify(effect);

function begin(): number {
  const id = hunt(test.fleet);
  herald().started(test.fleet.hunts.get(id), '10');
  return id;
}

/** Lets ann's machine report a failure of its own kind each time. */
function report(signatures: readonly string[]): void {
  const bird = [...test.fleet.machines.list({ limit: 1, offset: 0 })][0] ?? lend(test.fleet, 'ann', 'owl');
  let n = 0;
  const lies = (job: JobSpec, nonce: string) => failing(job, nonce, signatures[n++ % signatures.length] ?? '');
  work(test, [[bird, lies]], signatures.length);
}
const signature = (n: number): string => n.toString(16).padStart(16, '0');

describe('a hunt in Discord', () => {
  it('is one message, edited when something is new, and no more often than every 15 seconds', () => {
    begin();
    expect(kinds()).toEqual(['post']);
    herald().show();
    expect(kinds()).toEqual([]);

    work(test, [[lend(test.fleet, 'ann', 'owl'), (job, nonce) => ({ ...failing(job, nonce, signature(1)) })]], 1);
    test.clock.advance(1_000);
    herald().show();
    test.clock.advance(15_000);
    herald().show();
    herald().show();
    const edits = deliver().filter(({ kind }) => kind === 'edit');
    expect(edits).toHaveLength(1);
    expect(textOf(edits[0])).toContain('Hunt #1');
  });

  it('tells every minute how far machines are, though no result came', () => {
    begin();
    deliver();
    const [lease] = ask(test.fleet, lend(test.fleet, 'ann', 'owl'));
    if (!lease) throw new Error('no lease');
    const [owl] = test.fleet.machines.list({ limit: 1, offset: 0 });
    test.fleet.leases.beat(owl?.id ?? '', [{ ...lease, steps: 123 }]);
    test.clock.advance(60_001);
    herald().show();
    const [edit] = deliver();
    expect(textOf(edit)).toMatch(/1 machine is at work.*123 steps/);
  });

  it('counts towards its budget what is of the budget, not what others run again', () => {
    const id = hunt(test.fleet, { budgetSteps: 2000, length: 100 });
    const birds = ['ann', 'bob'].map((name) => [lend(test.fleet, name, name), honest] as const);
    const shown = () => textOf({ kind: 'post', channel: '1', message: herald().card(id, ['en-US']).message });
    for (let done = 0; done < 100 && test.fleet.hunts.get(id).state === 'running'; done++) {
      work(test, birds, 1);
      const { walked, state } = test.fleet.hunts.get(id);
      if (state !== 'done') expect(shown()).toContain(`**${walked / 20} %**`);
    }
    expect(test.fleet.hunts.get(id).steps).toBeGreaterThan(2000);
    expect(shown()).toMatch(/\*\*100 %\*\* · done.*No findings/);
  });

  it('tells of findings that are known and that it met again', () => {
    begin();
    const bird = [lend(test.fleet, 'ann', 'owl'), seesBug] as const;
    work(test, [bird], 1);
    const second = hunt(test.fleet, { priority: 1 });
    work(test, [bird], 1);
    const text = textOf({ kind: 'post', channel: '1', message: herald().card(second, ['en-US']).message });
    expect(text).toMatch(/1 known finding met again.*#1 stop/);
    expect(test.fleet.findings.count({ hunt: second })).toBe(1);
  });

  it('is edited no more when somebody deleted its message: one failure is enough for /doctor', () => {
    begin();
    deliver();
    const edits = () => {
      test.fleet.hunts.revise(1);
      test.clock.advance(15_001);
      herald().show();
      return test.guild.outbox.due(5).filter(({ effect }) => effect.kind === 'edit');
    };
    const [edit] = edits();
    test.guild.outbox.park(edit?.id ?? 0, 'Unknown Message');
    expect(edits()).toEqual([]);
    test.guild.outbox.dropParked(edit?.id ?? 0);
    expect(edits()).toHaveLength(1);
  });

  it('ends with a picture', () => {
    const id = begin();
    deliver();
    test.fleet.hunts.stop(id);
    test.clock.advance(15_001);
    herald().show();
    const [edit] = deliver();
    expect(edit).toMatchObject({ kind: 'edit', files: [{ name: 'hunt-1.png' }] });
  });

  it('says in red that its checks may be asleep, when nobody caught the planted bug', () => {
    const id = begin();
    test.fleet.hunts.canary(id, false);
    expect(textOf({ kind: 'post', channel: '1', message: herald().card(id, ['en-US']).message })).toMatch(
      /🔴 canary: missed 1 of 1.*|15876159/,
    );
  });

  it('goes on by itself after a restart: its next tick is a row', () => {
    begin();
    expect(test.guild.schedule.get(FLEET_TICK)?.kind).toBe(FLEET_TICK);
  });

  it('needs a channel, and a suite that was approved', () => {
    const { fleet, guild } = test;
    const plan = { digest: DIGEST, strategy: 'mix', bugs: [], seed: 1, length: 10, lanes: 1, priority: 0 } as const;
    const launch = (channel: string | undefined) =>
      launchHunt(
        { guild, fleet, herald: herald(), fits: () => true, channel },
        { ...plan, budgetSteps: 10, author: 'mia' },
      );
    expect(() => launch(undefined)).toRefuse('no_hunts_channel');
    expect(() => launch('10')).toRefuse('suite_unknown');
    fleet.suites.add({ digest: DIGEST, name: 'cloud', files: undefined, author: 'ann' });
    expect(() => launch('10')).toRefuse('suite_not_approved');
    expect(kinds()).toEqual([]);
    fleet.suites.approve(DIGEST, 'mia');
    expect(launch('10').id).toBe(1);
    expect(kinds()).toEqual(['post']);
  });
});

describe('a finding in Discord', () => {
  it('gets a thread as soon as it is suspected, which is then edited and tagged anew', () => {
    begin();
    const birds = ['ann', 'bob', 'cid'].map((name) => [lend(test.fleet, name, name), seesBug] as const);
    work(test, birds.slice(0, 1), 1);
    herald().show();
    const [, thread] = deliver();
    expect(thread).toMatchObject({
      kind: 'forum.post',
      forum: '20',
      tags: ['21'],
      files: [{ name: 'finding-1.yaml' }],
    });

    work(test, birds);
    test.clock.advance(15_001);
    herald().show();
    const effects = deliver();
    expect(effects.filter(({ kind }) => kind === 'forum.post')).toEqual([]);
    expect(effects).toContainEqual({ kind: 'thread.edit', thread: expect.any(String), tags: ['23'] });
    expect(textOf(effects.find((one) => one.kind === 'edit' && one.channel !== '10'))).toContain('Confirmed');
  });

  it('is brought up to date by itself when Discord took its post only after all was done', () => {
    begin();
    deliver();
    const birds = ['ann', 'bob', 'cid'].map((name) => [lend(test.fleet, name, name), seesBug] as const);
    work(test, birds.slice(0, 1), 1);
    herald().show();
    work(test, birds);
    test.clock.advance(3_600_000);
    test.guild.schedule.cancel(FLEET_TICK);
    deliver();
    expect(test.guild.schedule.get(FLEET_TICK)).toBeDefined();
    test.clock.advance(15_001);
    herald().show();
    expect(deliver()).toContainEqual({ kind: 'thread.edit', thread: expect.any(String), tags: ['23'] });
  });

  it('is not posted before anybody could repeat it', () => {
    begin();
    const once = (job: JobSpec, nonce: string) => {
      const result = failing(job, nonce, signature(1));
      return { ...result, sightings: result.sightings.map((one) => ({ ...one, repeated: { runs: 2, hits: 0 } })) };
    };
    work(test, [[lend(test.fleet, 'ann', 'owl'), once]], 1);
    herald().show();
    expect(kinds()).toEqual(['post']);
  });

  it('waits for tomorrow when there were as many new threads today as a channel can bear', () => {
    begin();
    const { findings } = test.fleet;
    const { failure } = failing(REPLAY, '', signature(1)).sightings[0] ?? refuse('which_finding');
    for (let n = 1; n <= MOST_THREADS + 5; n++) {
      const about = { suite: 'cloud', digest: DIGEST, ref: undefined, baseRef: undefined, hunt: 1, bugs: [], seed: 1 };
      const seen = { ...about, trace: ['stop_vm vm#1'], machine: 'owl', lender: 'ann' };
      findings.believed(
        findings.see({ ...seen, failure: { ...failure, signature: signature(n) } }).finding,
        'suspected',
        1,
      );
    }
    test.fleet.hunts.stop(1);
    for (let n = 0; n < 5; n++) herald().show();
    expect(kinds().filter((kind) => kind === 'forum.post')).toHaveLength(MOST_THREADS);
    // Nothing else goes on, and yet they are not forgotten.
    const later: string[] = [];
    for (let ticks = 0; ticks < 200 && later.length < 5; ticks++) {
      test.clock.advance(Math.max(0, (test.guild.schedule.get(FLEET_TICK)?.due ?? 0) - test.clock.now()));
      test.guild.schedule.cancel(FLEET_TICK);
      herald().show();
      later.push(...kinds().filter((kind) => kind === 'forum.post'));
    }
    expect(later).toHaveLength(5);
  });

  it('is not posted twice, however often it is asked for before Discord answers', () => {
    begin();
    report([signature(1)]);
    herald().show();
    herald().show();
    expect(kinds().filter((kind) => kind === 'forum.post')).toHaveLength(1);
  });

  it('says nothing while the kill switch is on, and everything afterwards', () => {
    begin();
    deliver();
    herald().setQuiet(true);
    report([signature(1)]);
    test.clock.advance(60_000);
    herald().show();
    expect(kinds()).toEqual([]);
    herald().setQuiet(false);
    herald().show();
    expect(kinds()).toEqual(expect.arrayContaining(['edit', 'forum.post']));
  });

  it('stops a loop of the same news within the hour', () => {
    begin();
    report([signature(1)]);
    herald().show();
    deliver();
    const { aftercare } = test.fleet;
    const told = () => {
      test.clock.advance(15_001);
      herald().show();
      return kinds().filter((kind) => kind === 'post').length;
    };
    aftercare.fixedIn(1, 'v2', 'mia');
    expect(told()).toBe(1);
    aftercare.reopen(1, 'mia');
    expect(told()).toBe(1);
    aftercare.fixedIn(1, 'v2', 'mia');
    expect(told()).toBe(0);
    test.clock.advance(3_600_000);
    aftercare.reopen(1, 'mia');
    expect(told()).toBe(1);
  });

  it('is told as fixed where somebody asked about it, too', () => {
    begin();
    report([signature(1)]);
    test.fleet.findings.setQuestion(1, '77');
    herald().show();
    deliver();
    test.fleet.aftercare.fixedIn(1, 'v2', 'mia');
    test.clock.advance(15_001);
    herald().show();
    const told = deliver().filter((one) => one.kind === 'post' && one.channel === '77');
    expect(told).toHaveLength(1);
    expect(textOf(told[0])).toMatch(/#1.*`v2`/);
  });

  it('thanks who found, reproduced, shrank and confirmed it, when it is fixed; but not who wants to be left out', () => {
    begin();
    const birds = ['1', '2', '3'].map((name) => [lend(test.fleet, name, `bird-${name}`), seesBug] as const);
    work(test, birds.slice(0, 1), 1);
    work(test, birds.slice(1, 2), 1);
    work(test, birds);
    test.fleet.ledger.setListed('3', false);
    herald().show();
    deliver();
    test.fleet.aftercare.fixedIn(1, 'v2', 'mia');
    test.clock.advance(15_001);
    herald().show();
    const note = deliver().find((one) => one.kind === 'post');
    expect(textOf(note)).toMatch(/found by <@1>.*reproduced by <@2>/);
    expect(textOf(note)).not.toContain('<@3>');
    expect(note).toMatchObject({ message: { allowed_mentions: { parse: [], users: ['1', '2'] } } });
  });
});
