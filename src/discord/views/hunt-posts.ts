/** Public posts about hunts and findings, in the server's languages. */
import { type APIComponentInContainer, ButtonStyle, ComponentType, MessageFlags } from 'discord.js';
import type { Finding } from '../../fleet/finding.js';
import type { Bisected, Credits, FindingCard, FleetPosts, HuntCard } from '../../fleet/herald.js';
import type { Hunt } from '../../fleet/hunt.js';
import type { EffectFile } from '../../platform/effects.js';
import { type MessageKey, type PublicTexts, publicTexts, translator } from '../../platform/i18n.js';
import { addressing } from '../custom-id.js';
import { CLAIM_FINDING, EXPORT_FINDING, STOP_HUNT } from './addresses.js';
import { COLOURS, container, line, pressable, row, TEXT_LIMIT, text } from './layout.js';
import { address, ago, bar, codeBlock, cut, duration, inCode, plain, user } from './text.js';

/** Discord's limit on a thread's name. */
const NAME_LIMIT = 100;
const NOBODY = { parse: [] };
/** Points of the picture's curve: more would not be seen. */
const MOST_POINTS = 400;
const MESSAGE_LIMIT = 500;
const TROUBLE_LIMIT = 300;
const STEPS_LIMIT = 1_500;

const HUNT_COLOURS = { running: COLOURS.open, done: COLOURS.answered, stopped: COLOURS.closed } as const;
const HUNT_EMOJI = { running: '🔎', done: '🏁', stopped: '⏹️' } as const;
export const STANDING_EMOJI = {
  seen: '👀',
  suspected: '❓',
  reproduced: '🔁',
  confirmed: '🐞',
  pre_existing: '🕰️',
} as const;
export const STATUS_EMOJI = { open: '', fixed: '🛠️', duplicate: '👯', not_a_bug: '🚫' } as const;

const stop = addressing(STOP_HUNT);
const claim = addressing(CLAIM_FINDING);
const exportButton = addressing(EXPORT_FINDING);

export const fleetPosts: FleetPosts = {
  hunt(card) {
    const { hunt } = card;
    const say = publicTexts(card.languages);
    const name = `hunt-${hunt.id}.png`;
    const picture = hunt.state !== 'running';
    const parts: APIComponentInContainer[] = [
      text(
        `### ${HUNT_EMOJI[hunt.state]} ${say.line('hunt.card.title', { id: hunt.id, suite: plain(cut(hunt.suite, 60)) })}`,
      ),
      text(aboutOf(card, say)),
      line(),
      text(figuresOf(card, say)),
      text(findingsOf(card, say)),
    ];
    if (picture) {
      const description = say.line('hunt.picture.title', { id: hunt.id });
      parts.push({
        type: ComponentType.MediaGallery,
        items: [{ media: { url: `attachment://${name}` }, description }],
      });
    } else {
      const label = say.line('hunt.button.stop');
      parts.push(row(pressable(stop.id({ hunt: hunt.id }), label, { style: ButtonStyle.Danger })));
    }
    return {
      message: {
        flags: MessageFlags.IsComponentsV2,
        components: [container(isBlind(hunt) ? COLOURS.wrong : HUNT_COLOURS[hunt.state], parts)],
        allowed_mentions: NOBODY,
      },
      files: picture ? [{ name, picture: pictureOf(card) }] : [],
    };
  },

  findingName: ({ id, action, message }) => cut(`#${id} ${action}: ${message.replace(/\s+/gu, ' ')}`, NAME_LIMIT),

  finding(card) {
    const { finding, reproducer } = card;
    const say = publicTexts(card.languages);
    const name = `finding-${finding.id}.yaml`;
    const file: EffectFile = { name, text: reproducer };
    const parts: APIComponentInContainer[] = [
      text(`### ${standingOf(finding, say)} · #${finding.id}`),
      text(whatFailed(card, say)),
      text(codeBlock(cut(finding.message, MESSAGE_LIMIT))),
      line(),
      text(`**${stepsTitle(finding, say)}**\n${codeBlock(cut(finding.trace.join('\n'), STEPS_LIMIT))}`),
      { type: ComponentType.File, file: { url: `attachment://${name}` } },
      line(),
      text(cut(factsOf(card, say), TEXT_LIMIT - 3_000)),
      row(
        pressable(
          claim.id({ finding: finding.id }),
          say.line(finding.claimedBy ? 'finding.button.unclaim' : 'finding.button.claim'),
        ),
        pressable(exportButton.id({ finding: finding.id }), say.line('finding.button.export')),
      ),
    ];
    const colour =
      finding.status !== 'open' ? COLOURS.closed : finding.standing === 'confirmed' ? COLOURS.wrong : COLOURS.open;
    return {
      message: {
        flags: MessageFlags.IsComponentsV2,
        components: [container(colour, parts)],
        allowed_mentions: NOBODY,
      },
      files: [file],
    };
  },

  fixed({ finding, credits, languages }) {
    const say = publicTexts(languages);
    const told = say.block('finding.fixed.post', {
      by: user(finding.statusBy ?? finding.foundBy),
      ref: inCode(finding.fixedIn ?? ''),
    });
    const people = peopleOf(credits);
    return {
      content: `🛠️ ${told}\n${creditsOf(credits, say)}`,
      // Thanks are worth a ping, once.
      allowed_mentions: { parse: [], users: people.slice(0, 100) },
    };
  },

  explained({ finding: { id, fixedIn, thread }, languages, guild }) {
    const told = publicTexts(languages).block('bug.fixed.post', { id, ref: inCode(fixedIn ?? '') });
    return { content: `🛠️ ${told}${thread ? `: ${address(guild, thread)}` : ''}`, allowed_mentions: NOBODY };
  },

  reopened({ finding, languages }) {
    const say = publicTexts(languages);
    const key = finding.statusBy ? 'finding.reopened.by' : 'finding.reopened.seen';
    const ref = plain(cut(finding.reopenedOn ?? finding.ref ?? '—', 48));
    const alone = finding.reopenedAlone ? `\n-# ⚠️ ${say.block('finding.reopened.alone')}` : '';
    return {
      content: `🔁 ${say.block(key, { by: user(finding.statusBy ?? finding.foundBy), ref })}${alone}`,
      allowed_mentions: { parse: [], users: finding.claimedBy ? [finding.claimedBy] : [] },
    };
  },
};

/** Nobody caught the planted bug: what the hunt says is not to be believed. */
const isBlind = ({ canaries, canariesMissed }: Hunt): boolean => canariesMissed > 0 && canariesMissed === canaries;

/** Share of the budget that is spent, from 0 to 1. `walking`: steps of it that machines are at. */
export function progressOf({ budgetSteps, budgetMinutes, walked, workedMs, state }: Hunt, walking = 0): number {
  if (state === 'done') return 1;
  const shares = [
    budgetSteps === undefined ? 0 : (walked + walking) / budgetSteps,
    budgetMinutes === undefined ? 0 : workedMs / (budgetMinutes * 60_000),
  ];
  return Math.min(1, Math.max(...shares));
}

function aboutOf({ hunt }: HuntCard, say: PublicTexts): string {
  const how = `\`${inCode(hunt.pattern ?? hunt.strategy)}\``;
  const lines = [
    `${say.line('hunt.card.by', { author: user(hunt.author) })} · ${ago(hunt.startedAt)}`,
    ...(hunt.ref
      ? [
          hunt.baseRef
            ? say.line('hunt.card.refs', { ref: inCode(hunt.ref), base: inCode(hunt.baseRef) })
            : say.line('hunt.card.ref', { ref: inCode(hunt.ref) }),
        ]
      : []),
    say.line('hunt.card.how', { how }),
    ...(hunt.bugs.length > 0
      ? [`⚠️ ${say.line('hunt.card.bugs', { bugs: cut(hunt.bugs.map(plain).join(', '), 200) })}`]
      : []),
  ];
  return lines.join('\n');
}

function figuresOf({ hunt, activity, now }: HuntCard, say: PublicTexts): string {
  const steps = hunt.steps + activity.underWay;
  // Walks may end early: then there are fewer steps than the budget has for them.
  const own = Math.min(hunt.walked + activity.walking, steps);
  const progress = progressOf(hunt, activity.walking);
  const elapsed = Math.max(1, (hunt.endedAt ?? now) - hunt.startedAt);
  const perSecond = (count: number) => (t: ReturnType<typeof translator>) => ({
    total: t.number(count),
    rate: t.number((count / elapsed) * 1000, { maximumFractionDigits: 1 }),
  });
  const { coverage } = activity;
  const left =
    progress > 0 && progress < 1 && hunt.state === 'running' ? (elapsed * (1 - progress)) / progress : undefined;
  const { canaries, canariesMissed } = hunt;
  const canary =
    canaries === 0
      ? `⚪ ${say.line('hunt.card.canary.none')}`
      : canariesMissed > 0
        ? `🔴 ${say.line('hunt.card.canary.missed', { missed: canariesMissed, all: canaries })}`
        : `🟢 ${say.line('hunt.card.canary.caught', { all: canaries })}`;
  return [
    `${bar(progress)} **${Math.floor(progress * 100)} %** · ${say.line(`hunt.state.${hunt.state}`)}`,
    ...(hunt.state === 'running'
      ? [`🐦 ${say.line('hunt.card.machines', { machines: activity.machines, waiting: activity.waiting })}`]
      : []),
    `🚶 ${say.line('hunt.card.steps', perSecond(steps))}`,
    ...(own > 0 && own < steps
      ? [`-# ${say.line('hunt.card.steps.own', (t) => ({ own: t.number(own), others: t.number(steps - own) }))}`]
      : []),
    `☑️ ${say.line('hunt.card.checks', perSecond(hunt.checks))}`,
    `🗺️ ${say.line('hunt.card.coverage', { ...coverage })}`,
    canary,
    ...(hunt.hopeless ? [`🛑 ${say.line('hunt.card.hopeless')}`] : []),
    ...(hunt.errors > 0 ? [`⚠️ ${say.line('hunt.card.errors', { errors: hunt.errors })}`] : []),
    ...(hunt.errors > 0 && hunt.trouble ? [codeBlock(cut(hunt.trouble, TROUBLE_LIMIT))] : []),
    ...(activity.parked > 0 ? [`🅿️ ${say.line('hunt.card.parked', { parked: activity.parked })}`] : []),
    ...(left === undefined ? [] : [`⏳ ${say.line('hunt.card.left', (t) => ({ left: duration(t, left) }))}`]),
    ...(hunt.endedAt === undefined
      ? []
      : [`⏱️ ${say.line('hunt.card.took', (t) => ({ took: duration(t, elapsed) }))} · ${ago(hunt.endedAt)}`]),
  ].join('\n');
}

function findingsOf({ hunt, activity, findings, guild }: HuntCard, say: PublicTexts): string {
  const one = (finding: Finding): string => {
    const title = plain(cut(`${finding.action}: ${finding.message}`, 60));
    const link = finding.thread ? `[#${finding.id}](${address(guild, finding.thread)})` : `#${finding.id}`;
    return `${STANDING_EMOJI[finding.standing]} ${link} ${title} · ${say.line('finding.card.length', { steps: finding.trace.length })}`;
  };
  const { findings: fresh, known } = activity;
  const more = fresh + known - findings.length;
  const over = hunt.state !== 'running' && fresh === 0;
  const counts = [
    ...(fresh > 0 || known === 0
      ? [over ? say.line('hunt.card.findings.none') : say.line('hunt.card.findings', { count: fresh })]
      : []),
    ...(known > 0 ? [say.line('hunt.card.known', { count: known })] : []),
  ];
  return [
    `**${counts.join(' · ')}**`,
    ...findings.map(one),
    ...(more > 0 ? [say.line('hunt.card.more', { count: more })] : []),
  ].join('\n');
}

function pictureOf({ hunt, curve, findings, languages, now }: HuntCard) {
  const [locale] = languages;
  const t = translator(locale);
  const every = Math.max(1, Math.ceil(curve.length / MOST_POINTS));
  const points = curve
    .map((at, index) => [at, index + 1] as const)
    .filter((_, index) => index % every === every - 1 || index === curve.length - 1);
  return {
    locale,
    title: t('hunt.picture.title', { id: hunt.id }),
    subtitle: t('hunt.picture.subtitle', { suite: hunt.suite, how: hunt.pattern ?? hunt.strategy }),
    line: { name: t('hunt.picture.coverage'), points },
    marks: { name: t('hunt.picture.findings'), at: findings.map(({ foundAt }) => foundAt) },
    from: hunt.startedAt,
    to: hunt.endedAt ?? now,
  };
}

/** How far it is believed, and what became of it. */
export function standingOf({ standing, status }: Finding, say: Pick<PublicTexts, 'line'>): string {
  const believed = `${STANDING_EMOJI[standing]} ${say.line(`finding.standing.${standing}`)}`;
  return status === 'open' ? believed : `${STATUS_EMOJI[status]} ${say.line(`finding.status.${status}`)} · ${believed}`;
}

function whatFailed({ finding }: FindingCard, say: PublicTexts): string {
  const states = Object.entries(finding.states)
    .map(([role, state]) => `${role} ${state}`)
    .join(', ');
  return [
    say.block(isRefusal(finding) ? 'finding.kind.unrefused' : `finding.kind.${finding.kind}`, {
      action: `\`${inCode(finding.action)}\``,
      check: `\`${inCode(finding.check ?? '')}\``,
    }),
    ...(states ? [`-# ${plain(states)}`] : []),
  ].join('\n');
}

/** The step had to be refused, and ended in an error instead. */
const isRefusal = ({ kind, trace }: Finding): boolean => kind === 'action' && (trace.at(-1)?.startsWith('!') ?? false);

function stepsTitle({ trace, firstTrace, shrinking, status }: Finding, say: PublicTexts): string {
  const counts = { steps: trace.length, first: firstTrace.length };
  if (shrinking === 'done') return say.line('finding.card.steps.done', counts);
  // What is settled is not shrunk any more.
  return say.line(
    shrinking === 'given_up' || status !== 'open' ? 'finding.card.steps.plain' : 'finding.card.steps.shrinking',
    counts,
  );
}

function factsOf(card: FindingCard, say: PublicTexts): string {
  const { finding, runs, credits, retest, base, bisection } = card;
  const alone = (key: 'finding.card.base_alone' | 'finding.card.retest_alone', ref = '') =>
    `-# ⚠️ ${say.line(key, { ref: inCode(ref) })}`;
  return [
    say.line('finding.card.rate', (t) => ({
      rate: t.number(finding.rate, { style: 'percent', maximumFractionDigits: 0 }),
      runs: runs.runs,
      hits: runs.hits,
      machines: runs.machines,
    })),
    say.line('finding.card.where', {
      suite: plain(finding.suite),
      ref: finding.ref ? plain(cut(finding.ref, 48)) : '—',
      hunt: finding.hunt,
    }),
    creditsOf(credits, say),
    ...(base?.broken ? [`🧪 ${say.line('finding.card.base_untestable', { ref: inCode(finding.baseRef ?? '') })}`] : []),
    ...(base?.alone ? [alone('finding.card.base_alone', finding.baseRef)] : []),
    ...(finding.status === 'open' && finding.reopenedOn
      ? [
          `🔁 ${say.line('finding.card.reopened', { ref: inCode(finding.reopenedOn) })}`,
          // Where it is not said of the same ref below.
          ...(finding.reopenedAlone && !retest?.alone ? [alone('finding.card.retest_alone', finding.reopenedOn)] : []),
        ]
      : []),
    ...(finding.claimedBy ? [`🙋 ${say.line('finding.card.claimed', { by: user(finding.claimedBy) })}`] : []),
    ...(finding.status === 'duplicate' && finding.duplicateOf
      ? [`👯 ${say.line('finding.card.duplicate', { of: finding.duplicateOf })}`]
      : []),
    ...(finding.status === 'not_a_bug' && finding.reason ? [`🚫 ${plain(cut(finding.reason, 200))}`] : []),
    ...(finding.fixedIn ? [`🛠️ ${say.line('finding.card.fixed', { ref: inCode(finding.fixedIn) })}`] : []),
    ...(retest ? [`🧪 ${say.line(retestKey(retest), { ...retest, ref: inCode(retest.ref) })}`] : []),
    ...(retest?.alone ? [alone('finding.card.retest_alone', retest.ref)] : []),
    ...(bisection
      ? [
          `🔬 ${say.line(bisectionKey(bisection), (t) => ({
            ref: inCode(bisection.firstBad ?? '—'),
            good: inCode(bisection.lastGood ?? '—'),
            confidence: t.number(bisection.confidence ?? 0, { style: 'percent', maximumFractionDigits: 0 }),
            tested: bisection.tested,
            refs: bisection.refs,
          }))}`,
          ...(bisection.doubt === 'none' ? [] : [`-# ⚠️ ${say.line(`finding.card.bisect.${bisection.doubt}`)}`]),
        ]
      : []),
    ...(finding.question ? [`💬 <#${finding.question}>`] : []),
  ].join('\n');
}

const retestKey = ({ runs, broken }: NonNullable<FindingCard['retest']>) =>
  runs > 0 ? 'finding.card.retested' : broken ? 'finding.card.untestable' : 'finding.card.retesting';

/** Between which two refs it came, where what lies between them cannot be tested. */
const bisectionKey = ({ state, firstBad, lastGood }: Bisected): MessageKey =>
  state === 'inconclusive' && firstBad !== undefined && lastGood !== undefined
    ? 'finding.card.bisect.between'
    : `finding.card.bisect.${state}`;

function creditsOf(credits: Credits, say: PublicTexts): string {
  const emoji = { found: '🔎', reproduced: '🔁', shrunk: '✂️', confirmed: '✅' } as const;
  return (['found', 'reproduced', 'shrunk', 'confirmed'] as const)
    .filter((part) => credits[part].length > 0)
    .map(
      (part) => `${emoji[part]} ${say.line(`finding.credit.${part}`)} ${credits[part].slice(0, 5).map(user).join(' ')}`,
    )
    .join('\n');
}

const peopleOf = ({ found, reproduced, shrunk, confirmed }: Credits): string[] => [
  ...new Set([...found, ...reproduced, ...shrunk, ...confirmed]),
];
