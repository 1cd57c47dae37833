/** Answers about questions that only the person who acted sees, in their own language. */
import { ButtonStyle, type InteractionReplyOptions, MessageFlags } from 'discord.js';
import type { Asked } from '../../community/asking.js';
import type { Question } from '../../community/question.js';
import type { ListedQuestion, QuestionFilter, QuestionPage } from '../../community/question-search.js';
import type { Decided } from '../../community/questions.js';
import { LOCALES, type Translator } from '../../platform/i18n.js';
import { addressing } from '../custom-id.js';
import { EDIT_DRAFT, LIST_PAGE, POST_DRAFT, UNDO_ANSWER } from './addresses.js';
import { COLOURS, container, line, pressable, row, text } from './layout.js';
import { address, ago, beginning, cut, label, plain, user } from './text.js';

/** A message that can answer a command, and take the place of the message that a button stood in. */
export type View = Pick<InteractionReplyOptions, 'content' | 'components'> & { flags?: MessageFlags.IsComponentsV2 };

/** So much of a title stands in a list: ten of the longest lines fit one message. */
const TITLE_IN_LIST = 70;
/** So much of a file's name stands in a message about it. */
const FILE_NAME_SHOWN = 80;
/** What a custom id has room for, beside the other filters. */
export const LIST_WORDS_LIMIT = 32;
export const LIST_VERSION_LIMIT = 16;

const STATE_EMOJI = { open: '🟡', answered: '✅', closed: '🔒', gone: '🗑️' } as const;

const post = addressing(POST_DRAFT);
const edit = addressing(EDIT_DRAFT);
const undo = addressing(UNDO_ANSWER);
const listPage = addressing(LIST_PAGE);

/** What became of what someone wrote into /ask. */
export function asked(t: Translator, guild: string, forum: string | undefined, result: Asked): View {
  if (result.kind === 'posted') return posted(t, forum, result.question);
  const { draft } = result;
  const editButton = pressable(edit.id({ draft: draft.id }), t('ask.button.edit'));
  if (result.kind === 'problem') {
    const { reason, context } = result.problem;
    const hasTitle = reason !== 'title_empty';
    const label = reason === 'no_forum' ? t('ask.button.retry') : t('ask.button.post_without_file');
    return {
      flags: MessageFlags.IsComponentsV2,
      components: [
        container(COLOURS.open, [
          text(`### ${t('ask.problem.title')}`),
          text(
            t(`refusal.${reason}`, {
              ...context,
              ...(context?.name ? { name: plain(cut(String(context.name), FILE_NAME_SHOWN)) } : {}),
            }),
          ),
          ...(draft.title ? [text(`> ${plain(draft.title)}`)] : []),
          text(`-# ${t('ask.problem.kept')}`),
          row(editButton, ...(hasTitle ? [pressable(post.id({ draft: draft.id }), label)] : [])),
        ]),
      ],
    };
  }
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS.plain, [
        text(`### ${t('ask.similar.title')}`),
        text(
          result.similar
            .map((similar) => `${lineOf(similar, guild)}\n-# ${t('ask.similar.answers', { count: similar.answers })}`)
            .join('\n'),
        ),
        line(),
        text(`-# ${t('ask.similar.hint')}`),
        row(pressable(post.id({ draft: draft.id }), t('ask.button.post'), { style: ButtonStyle.Primary }), editButton),
      ]),
    ],
  };
}

/** The question is on its way into the forum. */
export function posted(t: Translator, forum: string | undefined, question: Question): View {
  const place = question.thread ?? forum;
  const told = t('ask.posted', { id: question.id, forum: place ? `<#${place}>` : '' });
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [container(COLOURS.answered, [text(`✅ ${told}`), text(`> ${plain(cut(question.title, 200))}`)])],
  };
}

export function accepted(t: Translator, { answer, changed }: Decided): View {
  const key = changed ? 'answer.accepted' : 'answer.accepted_already';
  return {
    content: `✅ ${t(key, { author: user(answer.author) })}`,
    components: [row(pressable(undo.id({ message: answer.message }), t('answer.button.undo')))],
  };
}

export function undone(t: Translator, { answer }: Decided): View {
  return { content: `↩️ ${t('answer.undone', { author: user(answer.author) })}`, components: [] };
}

export function closed(t: Translator, { id }: Question): View {
  return { content: `🔒 ${t('question.closed', { id })}` };
}

export function reopened(t: Translator, { id }: Question): View {
  return { content: `🟡 ${t('question.reopened', { id })}` };
}

/** One page of questions, with buttons to the pages before and after. */
export function list(
  t: Translator,
  guild: string,
  filter: QuestionFilter,
  { items, page, pages, total }: QuestionPage,
): View {
  const { state } = filter;
  const to = (target: number) =>
    listPage.id({
      page: target,
      state,
      mine: filter.asker !== undefined,
      language: filter.language ?? '',
      version: filter.version ?? '',
      words: filter.words ?? '',
    });
  const filters = filtersOf(t, filter);
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [
      container(COLOURS[state], [
        text(`### ${STATE_EMOJI[state]} ${t('question.list.title', { state })}`),
        ...(filters ? [text(`-# ${t('question.list.filtered', { filters })}`)] : []),
        text(items.map((item) => lineOf(item, guild)).join('\n') || nothingIn(t, state, filters)),
        ...(total > 0
          ? [
              line(),
              text(`-# ${t('question.list.count', { total })} · ${t('question.list.page', { page: page + 1, pages })}`),
            ]
          : []),
        ...(pages > 1
          ? [
              row(
                // Two buttons of one message must differ: at an end, the dead one points past it.
                pressable(to(page - 1), t('question.list.previous'), { disabled: page === 0 }),
                pressable(to(page + 1), t('question.list.next'), { disabled: page + 1 >= pages }),
              ),
            ]
          : []),
      ]),
    ],
  };
}

function nothingIn(t: Translator, state: QuestionFilter['state'], filters: string): string {
  return filters ? t('question.list.none') : t('question.list.empty', { state });
}

/** What a list's button carried, as a filter for this person. */
export function filterOf({ state, mine, language, version, words }: ListState, reader: string): QuestionFilter {
  return {
    state,
    asker: mine ? reader : undefined,
    language: LOCALES.find((locale) => locale === language),
    version: version || undefined,
    words: words || undefined,
  };
}

export type ListState = Parameters<typeof listPage.id>[0];

/** Words for a filter, cut to what a button can carry; empty for none. */
export function filterWords(words: string | undefined, most: number): string {
  return beginning((words ?? '').replace(/[:%\s]+/gu, ' ').trim(), most);
}

function filtersOf(t: Translator, { asker, language, version, words }: QuestionFilter): string {
  const parts = [
    ...(asker ? [t('question.list.mine')] : []),
    ...(language ? [t(`language.${language}`)] : []),
    ...(version ? [t('question.card.version', { version: plain(version) })] : []),
    ...(words ? [plain(words)] : []),
  ];
  return t.list(parts);
}

function lineOf({ id, thread, title, asker, askedAt, version, state }: ListedQuestion, guild: string): string {
  const link = `[${label(cut(title, TITLE_IN_LIST))}](${address(guild, thread)})`;
  const facts = [user(asker), ago(askedAt), ...(version ? [plain(version)] : [])];
  return `${STATE_EMOJI[state]} **#${id}** ${link}\n-# ${facts.join(' · ')}`;
}
