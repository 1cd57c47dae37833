/** Answers about findings that only the person who acted sees. */
import { type APIStringSelectComponent, ComponentType, MessageFlags } from 'discord.js';
import type { Languages } from '../../community/settings.js';
import type { Bisection } from '../../fleet/engines/sqlite/bisections.js';
import type { LoggedRun } from '../../fleet/engines/sqlite/sightings.js';
import type { Finding } from '../../fleet/finding.js';
import type { Hunt } from '../../fleet/hunt.js';
import type { EffectFile, MessageBody } from '../../platform/effects.js';
import { publicTexts, type Translator } from '../../platform/i18n.js';
import { addressing } from '../custom-id.js';
import { FINDING_PAGE, HUNT_QUESTION, LINK_QUESTION } from './addresses.js';
import { STANDING_EMOJI, STATUS_EMOJI } from './hunt-posts.js';
import { COLOURS, container, pressable, row, text } from './layout.js';
import { type Page, pager } from './pager.js';
import type { View } from './questions.js';
import { address, ago, cut, inCode, label, plain, user } from './text.js';

const findingPage = addressing(FINDING_PAGE);
const huntQuestion = addressing(HUNT_QUESTION);
const linkQuestion = addressing(LINK_QUESTION);

/** Discord's limits on a select. */
export const MOST_OPTIONS = 25;
const OPTION_LIMIT = 100;

export type ListState = Parameters<typeof findingPage.id>[0];

export function list(
  t: Translator,
  guild: string,
  { items, page, state }: { items: readonly Finding[]; page: Page; state: Omit<ListState, 'page'> },
): View {
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.plain, [
        text(`### 🐞 ${t('finding.list.title', { count: page.total })}`),
        text(items.map((finding) => lineOf(t, finding, guild)).join('\n') || t('finding.list.empty')),
        ...pager(t, page, (target) => findingPage.id({ ...state, page: target })),
      ]),
    ],
  };
}

function lineOf(t: Translator, finding: Finding, guild: string): string {
  const { id, standing, status, action, message, thread, suite, trace, foundAt, claimedBy } = finding;
  const title = cut(`${action}: ${message}`, 70);
  const link = thread ? `[${label(title)}](${address(guild, thread)})` : plain(title);
  const facts = [
    t(`finding.standing.${standing}`),
    ...(status === 'open' ? [] : [t(`finding.status.${status}`)]),
    plain(cut(suite, 40)),
    t('finding.card.length', { steps: trace.length }),
    ago(foundAt),
    ...(claimedBy ? [user(claimedBy)] : []),
  ];
  return `${STATUS_EMOJI[status] || STANDING_EMOJI[standing]} **#${id}** ${link}\n-# ${facts.join(' · ')}`;
}

/** What was done to a finding, with where to see it. */
export type Done = 'claimed' | 'let_go' | 'duplicate' | 'fixed' | 'not_a_bug' | 'reopened' | 'retest' | 'reproduce';

export function done(t: Translator, what: Done, { id, thread, duplicateOf, fixedIn }: Finding, more = ''): View {
  const values = { id, of: duplicateOf ?? 0, ref: inCode(fixedIn ?? more), machines: more };
  return { content: `✅ ${t(`finding.done.${what}`, values)}${thread ? ` → <#${thread}>` : ''}` };
}

export const bisecting = (t: Translator, { id }: Finding, refs: number): View => ({
  content: `🔬 ${t('finding.bisecting', { id, refs })}`,
});
export const unbisected = (t: Translator, { id }: Finding): View => ({
  content: `↩️ ${t('finding.unbisected', { id })}`,
});

/** All runs that count, and the last bisection's, as a text file. */
export function logFile(finding: Finding, runs: readonly LoggedRun[], bisection: Bisection | undefined): EffectFile {
  const lines = [
    `finding ${finding.id} ${finding.signature} ${finding.suite} ${finding.digest}`,
    `${finding.kind} ${finding.action} ${JSON.stringify(finding.message)}`,
    ...runs.map(
      ({ at, alias, purpose, ref, runs, hits }) =>
        `${new Date(at).toISOString()} ${alias} ${purpose} ref=${ref ?? '-'} runs=${runs} hits=${hits}`,
    ),
    ...(bisection
      ? [
          `bisection ${bisection.state} first-bad=${bisection.firstBad ?? '-'} confidence=${bisection.confidence ?? '-'} doubt=${bisection.doubt}`,
          ...bisection.log.map(
            ({ ref, runs, hits, saw, missed, broken, trouble }) =>
              `  ${ref} ${broken ? `broken ${JSON.stringify(trouble ?? '')}` : `runs=${runs} hits=${hits} lenders=${saw + missed}`}`,
          ),
        ]
      : []),
    '# as first seen',
    ...finding.firstTrace,
  ];
  return { name: `finding-${finding.id}.log`, text: `${lines.join('\n')}\n` };
}

export const exported = (t: Translator, { id }: Finding): View => ({
  content: `📦 ${t('finding.exported', { id })}\n\`npx flock replay finding-${id}.yaml\``,
});

/** What to do with a question that looks like a bug: link it to a finding that is known, or hunt for it. */
export function looksLikeBug(t: Translator, question: string, known: readonly Finding[]): View {
  const select: APIStringSelectComponent = {
    type: ComponentType.StringSelect,
    custom_id: linkQuestion.id({ question }),
    placeholder: cut(t('bug.link.placeholder'), 150),
    options: known.slice(0, MOST_OPTIONS).map(({ id, action, message, suite, standing }) => ({
      value: String(id),
      label: cut(`#${id} ${action}: ${message.replace(/\s+/gu, ' ')}`, OPTION_LIMIT),
      description: cut(`${suite} · ${t(`finding.standing.${standing}`)}`, OPTION_LIMIT),
    })),
  };
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.plain, [
        text(`### 🐞 ${t('bug.title')}`),
        text(t(known.length > 0 ? 'bug.hint' : 'bug.hint.none')),
        ...(known.length > 0 ? [{ type: ComponentType.ActionRow as const, components: [select] }] : []),
        row(pressable(huntQuestion.id({ question }), t('bug.button.hunt'))),
      ]),
    ],
  };
}

export const linked = (t: Translator, { id }: Finding): View => ({ content: `🔗 ${t('bug.linked', { id })}` });

/** Told in the question's own thread. */
export function linkedPost(languages: Languages, { id, thread }: Finding): MessageBody {
  const where = thread ? ` → <#${thread}>` : '';
  return { content: `🔗 ${publicTexts(languages).block('bug.linked.post', { id })}${where}` };
}
export function huntedPost(languages: Languages, { id, channel }: Hunt, place: string): MessageBody {
  return {
    content: `🔎 ${publicTexts(languages).block('bug.hunted.post', { id, channel: `<#${channel ?? place}>` })}`,
  };
}
