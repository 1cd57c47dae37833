import { describe, expect, it } from 'vitest';
import type { Languages } from '../../../src/community/settings.js';
import * as findingViews from '../../../src/discord/views/findings.js';
import { fleetPosts } from '../../../src/discord/views/hunt-posts.js';
import * as huntViews from '../../../src/discord/views/hunts.js';
import * as machineViews from '../../../src/discord/views/machines.js';
import { pageOf } from '../../../src/discord/views/pager.js';
import * as suiteViews from '../../../src/discord/views/suites.js';
import { FINDING_STATUSES, type Finding } from '../../../src/fleet/finding.js';
import type { FindingCard, HuntCard } from '../../../src/fleet/herald.js';
import { HUNT_STATES, type Hunt } from '../../../src/fleet/hunt.js';
import { MACHINE_STATES, type Machine, QUARANTINE_REASONS } from '../../../src/fleet/machine.js';
import { IDLE } from '../../../src/fleet/protocol.js';
import { STANDINGS } from '../../../src/fleet/rules/standing.js';
import { NO_DOUBT } from '../../../src/fleet/rules/suspicion.js';
import { textOf } from '../../../src/local-discord/validate/components.js';
import { readMessage } from '../../../src/local-discord/validate/message.js';
import { LOCALES, translator } from '../../../src/platform/i18n.js';

const SNOWFLAKE = '1234567890123456789';
const LANGUAGES: readonly Languages[] = [['zh-CN'], ['en-US'], ['zh-CN', 'en-US']];
const DIGEST = `sha256:${'f'.repeat(64)}`;
/** As bad as words get: long, and full of Discord's marks. */
const HOSTILE = '@everyone **`[x](https://evil)` ```\n<@1> '.repeat(100);
const people = Array.from({ length: 60 }, (_, n) => String(BigInt(SNOWFLAKE) + BigInt(n)));

function hunt(as: Partial<Hunt> = {}): Hunt {
  return {
    ...{ id: 123_456, digest: DIGEST, suite: 'a'.repeat(60), ref: '~'.repeat(120), baseRef: '`'.repeat(120) },
    ...{
      strategy: 'mix',
      pattern: '*'.repeat(100),
      bugs: Array(8).fill('b'.repeat(64)),
      seed: 1,
      length: 200,
      lanes: 1,
    },
    ...{ budgetSteps: 1e9, budgetMinutes: 1e6, priority: 0, author: SNOWFLAKE, question: SNOWFLAKE, state: 'running' },
    ...{
      startedAt: 0,
      endedAt: undefined,
      walked: 1_000,
      trouble: HOSTILE,
      hopeless: true,
      steps: 123_456_789,
      checks: 987_654_321,
      waits: 1,
      errors: 1_000,
    },
    ...{ workedMs: 1e10, canaries: 1000, canariesMissed: 999, channel: SNOWFLAKE, message: SNOWFLAKE },
    ...as,
  };
}

function finding(as: Partial<Finding> = {}): Finding {
  return {
    ...{ id: 123_456, suite: 'a'.repeat(60), signature: 'f'.repeat(16), digest: DIGEST, ref: '`'.repeat(120) },
    ...{ baseRef: undefined, hunt: 123_456, kind: 'check', action: 'a'.repeat(64), check: 'c'.repeat(100) },
    ...{ states: { vm: 'running', volume: 'attached' }, message: HOSTILE, bugs: [], seed: 1 },
    ...{ trace: Array(200).fill('x'.repeat(2000)), firstTrace: Array(200).fill('x'), shrinking: 'done' },
    ...{ shrunkBy: people, standing: 'confirmed', rate: 0.333, status: 'open', statusBy: SNOWFLAKE, reason: HOSTILE },
    ...{
      duplicateOf: 123_455,
      fixedIn: '`'.repeat(120),
      fixedAt: 1,
      claimedBy: SNOWFLAKE,
      foundBy: SNOWFLAKE,
      foundOn: 'id',
    },
    ...{
      foundAt: 0,
      reopened: 3,
      reopenedOn: '`'.repeat(120),
      reopenedAlone: true,
      question: SNOWFLAKE,
      thread: SNOWFLAKE,
      messageId: SNOWFLAKE,
    },
    ...as,
  };
}

const huntCard = (languages: Languages, as: Partial<Hunt> = {}): HuntCard => ({
  hunt: hunt(as),
  activity: {
    ...{
      machines: 10_000,
      leased: 10_000,
      underWay: 1_000_000,
      walking: 1_000_000,
      waiting: 10_000,
      parked: 10_000,
      findings: 10_000,
    },
    known: 10_000,
    coverage: { actions: 10_000, transitions: 10_000, pairs: 100_000 },
  },
  findings: Array.from({ length: 5 }, () => finding()),
  curve: Array.from({ length: 5_000 }, (_, n) => n),
  languages,
  guild: SNOWFLAKE,
  now: 1e9,
});

const findingCard = (languages: Languages, as: Partial<Finding> = {}): FindingCard => ({
  finding: finding(as),
  credits: { found: [SNOWFLAKE], reproduced: [SNOWFLAKE], shrunk: people, confirmed: people },
  runs: { runs: 100_000, hits: 99_999, machines: 10_000 },
  retest: { ref: '`'.repeat(120), runs: 20, hits: 1, broken: true, alone: true },
  base: { broken: true, alone: true },
  bisection: {
    state: 'inconclusive',
    firstBad: '`'.repeat(120),
    lastGood: '~'.repeat(120),
    confidence: 0.95,
    doubt: 'disputed',
    tested: 999,
    refs: 1000,
  },
  reproducer: 'steps: []',
  languages,
  guild: SNOWFLAKE,
});

const machine = (as: Partial<Machine> = {}): Machine => ({
  ...{
    id: 'x',
    lender: SNOWFLAKE,
    alias: 'a'.repeat(32),
    community: false,
    publicKey: '',
    heir: undefined,
    version: HOSTILE.slice(0, 32),
  },
  ...{ os: HOSTILE.slice(0, 64), arch: HOSTILE.slice(0, 32), cores: 4096, memoryMb: 100_000_000, sandboxes: [] },
  ...{
    state: 'active',
    reason: undefined,
    words: HOSTILE,
    appeal: HOSTILE,
    doubt: NO_DOUBT,
    trust: { streak: 100_000, strikes: 1 },
    pace: 1,
    doing: 'idle',
  },
  ...{ enrolledAt: 0, seenAt: 0 },
  ...as,
});

/** What a reader sees; throws where Discord would refuse it. */
function shown(message: object, files: readonly { readonly name: string }[] = []): string {
  const uploads = files.map(({ name }, index) => ({
    index,
    filename: name,
    contentType: 'image/png',
    bytes: Buffer.alloc(1),
  }));
  const sent = readMessage(JSON.parse(JSON.stringify(message)), uploads);
  return `${sent.content ?? ''}${textOf(sent.components ?? [])}`;
}

/** Outside of code, nothing that somebody wrote mentions, links or ends a block. */
function expectHarmless(text: string): void {
  expect(text.replace(/```[\s\S]*?```/g, '')).not.toMatch(/@everyone|\]\(https:\/\/evil/);
  expect(text.split('```').length % 2).toBe(1);
}

describe.each(LANGUAGES.map((languages) => [languages.join(), languages] as const))(
  'public posts (%s)',
  (_, languages) => {
    it.each(HUNT_STATES)('fit Discord’s limits for a hunt that is %s, whatever is in it', (state) => {
      const { message, files } = fleetPosts.hunt(
        huntCard(languages, { state, ...(state === 'running' ? {} : { endedAt: 1e9 }) }),
      );
      const text = shown(message, files);
      expectHarmless(text);
      expect(files.map(({ name }) => name)).toEqual(state === 'running' ? [] : ['hunt-123456.png']);
    });

    it.each(STANDINGS.flatMap((standing) => FINDING_STATUSES.map((status) => [standing, status] as const)))(
      'fit for a finding that is %s and %s, and its words stay words',
      (standing, status) => {
        const card = findingCard(languages, { standing, status });
        const { message, files } = fleetPosts.finding(card);
        expectHarmless(shown(message, files));
        expect(fleetPosts.findingName(card.finding).length).toBeLessThanOrEqual(100);
        expect(message.allowed_mentions).toEqual({ parse: [] });
        expectHarmless(shown(fleetPosts.fixed(card)));
        expectHarmless(shown(fleetPosts.reopened(card)));
        expectHarmless(shown(fleetPosts.explained(card)));
      },
    );

    it('fit where a question is linked or hunted for', () => {
      shown(findingViews.linkedPost(languages, finding()));
      shown(findingViews.huntedPost(languages, hunt(), SNOWFLAKE));
    });
  },
);

describe.each(LOCALES)('private answers (%s)', (locale) => {
  const t = translator(locale);
  const ten = <T>(one: T): T[] => Array(10).fill(one);
  const page = pageOf(1, 35);

  it('fit for lists of ten, with buttons to the pages around them', () => {
    const state = { status: '', standing: '', suite: 'a'.repeat(50), mine: true } as const;
    const texts = [
      huntViews.list(t, SNOWFLAKE, { items: ten(hunt()), page, state: 'running' }),
      findingViews.list(t, SNOWFLAKE, { items: ten(finding()), page, state }),
      machineViews.list(t, { items: ten(machine()), page, mine: true, now: 1e9 }),
      machineViews.board(t, {
        ...{ page, rows: ten({ lender: SNOWFLAKE, ms: 1e12, found: 1e5, confirmed: 1e5 }), first: 11, listed: true },
      }),
      machineViews.hours(t, {
        hours: { granted: 1e12, reversed: -1e9, provisional: 1e12, jobs: 1e6 },
        rows: ten({ job: 1e9, hunt: 1e6, alias: '*'.repeat(32), ms: -1e9, at: 0 }),
        page,
      }),
      suiteViews.list(
        t,
        ten({
          ...{ digest: DIGEST, name: '*'.repeat(60), shipped: false, bytes: 1e6, author: SNOWFLAKE, addedAt: 0 },
          ...{ approvedBy: SNOWFLAKE, approvedAt: 0, retiredAt: undefined },
        }),
        page,
      ),
      suiteViews.patterns(
        t,
        'a'.repeat(50),
        ten({
          suite: 'a'.repeat(60),
          name: 'p'.repeat(50),
          steps: [],
          author: SNOWFLAKE,
          approvedBy: undefined,
          finding: 1,
        }),
        page,
      ),
    ].map((view) => shown(view));
    for (const text of texts) expectHarmless(text);
    expect(texts.every((text) => text.includes(t('question.list.page', { page: 2, pages: 4 })))).toBe(true);
  });

  it('give the lender the one line to paste', () => {
    const offer = { alias: 'owl', url: 'https://flock.example.org', code: 'ABC-1234', expiresAt: 0 };
    const [plain, held] = [false, true].map((held) => shown(machineViews.offered(t, { ...offer, held })));
    expect(plain).toContain('npx flock worker enroll https://flock.example.org ABC-1234');
    expect(plain).not.toContain(t('machine.lend.held'));
    expect(held).toContain(t('machine.lend.held'));
  });

  it('say of every machine what it does, and why it is held', () => {
    for (const state of MACHINE_STATES)
      for (const reason of QUARANTINE_REASONS)
        for (const whole of [true, false]) {
          const text = shown(
            machineViews.show(t, machine({ state, reason, seenAt: 1e9 }), { whole, mine: whole, now: 1e9 }),
          );
          expectHarmless(text);
          if (state === 'quarantined') expect(text).toContain(t(`machine.held.${reason}`));
          expect(text.includes(SNOWFLAKE)).toBe(whole);
        }
    for (const doing of IDLE) {
      const text = shown(machineViews.show(t, machine({ doing, seenAt: 1e9 }), { whole: true, mine: true, now: 1e9 }));
      expect(text).toContain(t(`machine.doing.${doing}`));
    }
  });

  it('fit for a suite with more problems than a message holds, each with its line and column', () => {
    const problem = { message: HOSTILE, path: ['actions', 'stop'], line: 12, column: 7, hint: HOSTILE };
    const text = shown(suiteViews.problems(t, HOSTILE.slice(0, 100), Array(100).fill(problem)));
    expect(text).toContain('12:7');
    expectHarmless(text);
    shown(suiteViews.unreadable(t, HOSTILE));
  });

  it('fit for a pattern of two hundred steps, with what is wrong in it', () => {
    const draft = { suite: '*'.repeat(60), name: 'p'.repeat(50), steps: Array(200).fill('x'.repeat(100)) };
    expectHarmless(shown(suiteViews.draft(t, { ...draft, problem: { step: 200, message: HOSTILE } })));
  });

  it('fit for a question that looks like a bug, with more findings than a select holds', () => {
    expectHarmless(
      shown(
        findingViews.looksLikeBug(
          t,
          SNOWFLAKE,
          Array.from({ length: 40 }, (_, id) => finding({ id })),
        ),
      ),
    );
    shown(findingViews.looksLikeBug(t, SNOWFLAKE, []));
  });
});
