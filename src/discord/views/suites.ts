/** Answers about suites and patterns that only the person who acted sees. */
import { ButtonStyle, MessageFlags } from 'discord.js';
import type { Misfit } from '../../fleet/next-steps.js';
import type { SuiteFile } from '../../fleet/packed-suite.js';
import type { PatternEntry, SuiteEntry } from '../../fleet/suite.js';
import type { EffectFile } from '../../platform/effects.js';
import type { Translator } from '../../platform/i18n.js';
import type { PlacedProblem } from '../../woodpecker/suite/problem.js';
import type { Suite } from '../../woodpecker/suite/suite.js';
import { addressing } from '../custom-id.js';
import { DROP_DRAFT, PATTERN_PAGE, PROPOSE_DRAFT, SUITE_PAGE, UNDO_STEP } from './addresses.js';
import { COLOURS, container, line, pressable, row, text } from './layout.js';
import { type Page, pager } from './pager.js';
import type { View } from './questions.js';
import { ago, codeBlock, cut, inCode, plain, user } from './text.js';

const MOST_PROBLEMS = 15;
/** Of a suite's files as one text: below what Discord takes as an attachment. */
const CONTENTS_LIMIT = 2_000_000;
const DIGEST_LENGTH = 'sha256:'.length + 64;

const suitePage = addressing(SUITE_PAGE);
const propose = addressing(PROPOSE_DRAFT);
const undoStep = addressing(UNDO_STEP);
const dropDraft = addressing(DROP_DRAFT);
const patternPage = addressing(PATTERN_PAGE);

/** What is wrong with a suite, each with its line and column. */
export function problems(t: Translator, file: string, found: readonly PlacedProblem[]): View {
  const lines = found
    .slice(0, MOST_PROBLEMS)
    .map(({ line: at, column, path, message, hint }) =>
      cut(`${at}:${column} ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}${hint ? ` (${hint})` : ''}`, 200),
    );
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.wrong, [
        text(`### ⛔ ${t('suite.problems', { file: plain(file), count: found.length })}`),
        text(codeBlock(cut(lines.join('\n'), 3_000))),
        ...(found.length > MOST_PROBLEMS
          ? [text(`-# ${t('suite.problems.more', { count: found.length - MOST_PROBLEMS })}`)]
          : []),
      ]),
    ],
  };
}

/** What is no suite at all. */
export const unreadable = (t: Translator, why: string): View => ({
  content: `⛔ ${t('suite.unreadable', { why: plain(cut(why, 300)) })}`,
});

export function added(t: Translator, entry: SuiteEntry, suite: Suite): View {
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.answered, [
        text(`### 🧪 ${t('suite.added', { name: plain(entry.name) })}`),
        text(`${contentsOf(t, suite)}\n\`${inCode(entry.digest, DIGEST_LENGTH)}\``),
        text(`-# ${t(entry.approvedBy === undefined ? 'suite.added.next' : 'suite.added.approved')}`),
      ]),
    ],
  };
}

export const approved = (t: Translator, { name, digest }: SuiteEntry): View => ({
  content: `✅ ${t('suite.approved', { name: plain(name) })}\n\`${inCode(digest, DIGEST_LENGTH)}\`\n-# ${t('suite.approved.next', { name: inCode(name) })}`,
});
export const retired = (t: Translator, { name, digest }: SuiteEntry): View => ({
  content: `📦 ${t('suite.retired', { name: plain(name) })}\n\`${inCode(digest, DIGEST_LENGTH)}\``,
});

const emojiOf = ({ retiredAt, approvedBy }: SuiteEntry): string =>
  retiredAt !== undefined ? '📦' : approvedBy === undefined ? '🕓' : '✅';

export function list(t: Translator, items: readonly SuiteEntry[], page: Page): View {
  const one = (entry: SuiteEntry): string => {
    const facts = [
      entry.shipped ? t('suite.shipped') : t('suite.bytes', { kibibytes: Math.ceil(entry.bytes / 1024) }),
      `${t('suite.by', { author: user(entry.author) })} ${ago(entry.addedAt)}`,
      ...(entry.approvedBy ? [t('suite.approved_by', { by: user(entry.approvedBy) })] : []),
    ];
    return `${emojiOf(entry)} **${plain(cut(entry.name, 60))}** \`${shortDigest(entry.digest)}\`\n-# ${facts.join(' · ')}`;
  };
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.plain, [
        text(`### 🧪 ${t('suite.list.title', { count: page.total })}`),
        text(items.map(one).join('\n') || t('suite.list.empty')),
        ...pager(t, page, (target) => suitePage.id({ page: target })),
      ]),
    ],
  };
}

export function show(t: Translator, entry: SuiteEntry, suite: Suite | undefined): View {
  const about = suite?.about ? [text(cut(plain(suite.about), 500))] : [];
  const names = (of: readonly string[]): string => cut(of.map((name) => `\`${inCode(name)}\``).join(' '), 900);
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.plain, [
        text(`### ${emojiOf(entry)} ${plain(entry.name)}`),
        ...about,
        text(
          [
            `\`${inCode(entry.digest, DIGEST_LENGTH)}\``,
            `${t('suite.by', { author: user(entry.author) })} ${ago(entry.addedAt)}`,
            ...(entry.approvedBy
              ? [`${t('suite.approved_by', { by: user(entry.approvedBy) })} ${ago(entry.approvedAt ?? 0)}`]
              : []),
            ...(entry.retiredAt === undefined ? [] : [`${t('suite.retired_at')} ${ago(entry.retiredAt)}`]),
          ].join('\n'),
        ),
        ...(suite
          ? [
              line(),
              text(contentsOf(t, suite)),
              text(`**${t('suite.actions')}** ${names(suite.actions.map(({ name }) => name))}`),
              text(`**${t('suite.checks')}** ${names(suite.checks.map(({ name }) => name)) || '—'}`),
              text(`**${t('suite.patterns')}** ${names(suite.patterns.map(({ name }) => name)) || '—'}`),
            ]
          : []),
      ]),
    ],
  };
}

/** Everything in a suite's folder as one text, for whoever has to approve it; what is no text is named. */
export function contents({ name, digest }: SuiteEntry, files: readonly SuiteFile[]): EffectFile {
  const parts = files.map(({ path, content }) => {
    const words = content.includes(0) ? '(no text)' : content.toString('utf8');
    return `===== ${path} (${content.length} bytes)\n${words}`;
  });
  const text = `${digest}\n\n${parts.join('\n')}\n`;
  return { name: `${name}-${shortDigest(digest)}.txt`, text: text.slice(0, CONTENTS_LIMIT) };
}

function contentsOf(t: Translator, { types, actions, checks, patterns }: Suite): string {
  return t('suite.contents', {
    types: types.length,
    actions: actions.length,
    checks: checks.length,
    patterns: patterns.length,
  });
}

/** Enough of a digest to tell versions apart. */
export const shortDigest = (digest: string): string => digest.slice('sha256:'.length, 'sha256:'.length + 12);

export interface Draft {
  readonly suite: string;
  readonly name: string;
  readonly steps: readonly string[];
  /** What does not fit the suite, if anything; the step's number from 1. */
  readonly problem?: Misfit;
}

/** A pattern that is being put together. */
export function draft(t: Translator, { suite, name, steps, problem }: Draft): View {
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(problem ? COLOURS.wrong : COLOURS.open, [
        text(`### ✏️ ${t('pattern.draft.title', { name: plain(name), suite: plain(suite) })}`),
        text(codeBlock(cut(steps.join('\n'), 2_500))),
        ...(problem
          ? [
              text(
                `⛔ ${t('pattern.draft.problem', { step: problem.step, message: plain(cut(problem.message, 300)) })}`,
              ),
            ]
          : []),
        text(`-# ${t(problem ? 'pattern.draft.correct' : 'pattern.draft.next')}`),
        row(
          pressable(propose.id(), t('pattern.button.propose'), {
            style: ButtonStyle.Primary,
            disabled: steps.length === 0 || problem !== undefined,
          }),
          pressable(undoStep.id(), t('pattern.button.undo'), { disabled: steps.length === 0 }),
          pressable(dropDraft.id(), t('pattern.button.drop'), { style: ButtonStyle.Danger }),
        ),
      ]),
    ],
  };
}

/** These two take the place of the draft, so that its buttons are gone. */
export const dropped = (t: Translator): View => told(`🗑️ ${t('pattern.dropped')}`);
export const proposed = (t: Translator, name: string, steps: number): View =>
  told(`🧩 ${t('pattern.proposed', { name: plain(name), steps })}`);

const told = (words: string): View => ({ flags: MessageFlags.IsComponentsV2, components: [text(words)] });

export const patternApproved = (t: Translator, name: string): View => ({
  content: `✅ ${t('pattern.approved', { name: plain(name) })}`,
});

export interface ListedPattern extends Omit<PatternEntry, 'author'> {
  /** Undefined for one that stands in the suite itself. */
  readonly author: string | undefined;
}

export function patterns(t: Translator, suite: string, items: readonly ListedPattern[], page: Page): View {
  const one = ({ name, suite: of, steps, author, approvedBy, finding }: ListedPattern): string => {
    const emoji = finding !== undefined ? '🛡️' : approvedBy !== undefined || author === undefined ? '✅' : '🕓';
    const facts = [
      plain(cut(of, 40)),
      t('finding.card.length', { steps: steps.length }),
      ...(author === undefined ? [t('pattern.of_suite')] : [t('suite.by', { author: user(author) })]),
      ...(finding === undefined ? [] : [t('pattern.guards', { finding })]),
    ];
    return `${emoji} **${plain(name)}**\n-# ${facts.join(' · ')}`;
  };
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.plain, [
        text(`### 🧩 ${t('pattern.list.title', { count: page.total })}`),
        text(items.map(one).join('\n') || t('pattern.list.empty')),
        ...pager(t, page, (target) => patternPage.id({ page: target, suite })),
      ]),
    ],
  };
}
