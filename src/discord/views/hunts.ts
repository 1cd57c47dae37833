/** Answers about hunts that only the person who acted sees. */
import { MessageFlags } from 'discord.js';
import type { Covered } from '../../fleet/engines/sqlite/hunts.js';
import type { Finding } from '../../fleet/finding.js';
import type { Shown } from '../../fleet/herald.js';
import type { Hunt, HuntActivity, HuntState } from '../../fleet/hunt.js';
import type { EffectFile } from '../../platform/effects.js';
import type { Translator } from '../../platform/i18n.js';
import { addressing } from '../custom-id.js';
import { HUNT_PAGE } from './addresses.js';
import { progressOf } from './hunt-posts.js';
import { COLOURS, container, text } from './layout.js';
import { type Page, pager } from './pager.js';
import type { View } from './questions.js';
import { address, ago, bar, cut, duration, inCode, label, plain, user } from './text.js';

const EMOJI = { running: '🔎', done: '🏁', stopped: '⏹️' } as const;
const huntPage = addressing(HUNT_PAGE);

export function started(t: Translator, hunt: Hunt, channel: string): View {
  return { content: `🔎 ${t('hunt.started', { id: hunt.id, channel: `<#${channel}>` })}` };
}

export const stopped = (t: Translator, { id }: Hunt): View => ({ content: `⏹️ ${t('hunt.stopped', { id })}` });

/** The public card, for one reader: without what only the public one can carry. */
export function status({ message }: Shown): View {
  return { flags: MessageFlags.IsComponentsV2, components: message.components ?? [] };
}

export interface Report {
  readonly hunt: Hunt;
  readonly activity: HuntActivity;
  readonly covered: readonly Covered[];
  readonly found: readonly Finding[];
}

/** Everything about a hunt as a Markdown file. */
export function report(t: Translator, { hunt, activity, covered, found }: Report): { answer: View; file: EffectFile } {
  const name = `hunt-${hunt.id}.md`;
  const facts: readonly (readonly [string, string])[] = [
    [t('hunt.report.suite'), `${hunt.suite} ${hunt.digest}`],
    [t('hunt.report.ref'), [hunt.ref ?? '—', ...(hunt.baseRef ? [`(${hunt.baseRef})`] : [])].join(' ')],
    [t('hunt.report.how'), `${hunt.pattern ?? hunt.strategy}, seed ${hunt.seed}, length ${hunt.length}`],
    [t('hunt.report.state'), t(`hunt.state.${hunt.state}`)],
    [t('hunt.report.steps'), t.number(hunt.steps)],
    [t('hunt.report.checks'), t.number(hunt.checks)],
    [t('hunt.report.waits'), t.number(hunt.waits)],
    [t('hunt.report.canary'), `${hunt.canaries - hunt.canariesMissed} / ${hunt.canaries}`],
    [t('hunt.report.errors'), `${hunt.errors}, ${activity.parked}`],
    [t('hunt.report.worked'), duration(t, hunt.workedMs)],
  ];
  const findings = found.map(
    (finding) =>
      `### #${finding.id} ${finding.action}: ${finding.message}\n\n${t(`finding.standing.${finding.standing}`)} · ${t(`finding.status.${finding.status}`)}\n\n${finding.trace.map((step) => `    ${step}`).join('\n')}`,
  );
  const parts = (['action', 'transition', 'pair'] as const).map((kind) => {
    const rows = covered.filter((one) => one.kind === kind);
    return `### ${t(`hunt.report.kind.${kind}`)} (${rows.length})\n\n${rows.map((one) => `- ${one.name}: ${one.count}`).join('\n')}`;
  });
  const lines = [
    `# ${t('hunt.card.title', { id: hunt.id, suite: hunt.suite })}`,
    facts.map(([what, value]) => `- ${what}: ${value}`).join('\n'),
    `## ${t('hunt.card.findings', { count: found.length })}`,
    ...findings,
    `## ${t('hunt.report.coverage')}`,
    ...parts,
  ];
  return {
    answer: { content: `📄 ${t('hunt.report', { id: hunt.id })}` },
    file: { name, text: `${lines.join('\n\n')}\n` },
  };
}

export function list(
  t: Translator,
  guild: string,
  { items, page, state }: { items: readonly Hunt[]; page: Page; state: HuntState | '' },
): View {
  const one = (hunt: Hunt): string => {
    const title = `#${hunt.id} ${cut(hunt.suite, 40)}`;
    const link =
      hunt.channel && hunt.message ? `[${label(title)}](${address(guild, hunt.channel, hunt.message)})` : plain(title);
    const facts = [
      `${bar(progressOf(hunt), 6)} ${Math.floor(progressOf(hunt) * 100)} %`,
      `\`${inCode(hunt.pattern ?? hunt.strategy)}\``,
      ...(hunt.ref ? [`\`${inCode(hunt.ref)}\``] : []),
      user(hunt.author),
      ago(hunt.startedAt),
    ];
    return `${EMOJI[hunt.state]} **${link}**\n-# ${facts.join(' · ')}`;
  };
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.plain, [
        text(`### 🔎 ${t('hunt.list.title', { count: page.total })}`),
        text(items.map(one).join('\n') || t('hunt.list.empty')),
        ...pager(t, page, (target) => huntPage.id({ page: target, state })),
      ]),
    ],
  };
}
