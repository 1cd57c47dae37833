/** Public posts about questions, in the server's languages. */
import { type APIComponentInContainer, ComponentType, MessageFlags } from 'discord.js';
import type { Answer } from '../../community/question.js';
import type { QuestionCard, QuestionPosts } from '../../community/question-effects.js';
import { publicTexts, translator } from '../../platform/i18n.js';
import { addressing } from '../custom-id.js';
import { UNDO_ANSWER } from './addresses.js';
import { COLOURS, container, line, pressable, row, TEXT_LIMIT, text } from './layout.js';
import { address, ago, body, cut, plain, user } from './text.js';

/** Discord's limit on a thread's name. */
const NAME_LIMIT = 100;
const MOST_ANSWERS = 5;
/** So much of what somebody wrote fits a message beside why it comes back. */
const REPEATED_LIMIT = 1_500;
const NOBODY = { parse: [] };
const STATE_EMOJI = { open: '🟡', answered: '✅', closed: '🔒', gone: '🗑️' } as const;

const undo = addressing(UNDO_ANSWER);

export const questionPosts: QuestionPosts = {
  name: ({ title }) => cut(title, NAME_LIMIT),

  card(card) {
    const { question } = card;
    const say = publicTexts(card.languages);
    const state = say.line(`question.state.${question.state}`);
    const head = `${STATE_EMOJI[question.state]} **${state}** · #${question.id}`;
    const facts = factsOf(card);
    const title = question.title.length > NAME_LIMIT ? `### ${plain(question.title)}` : '';
    const answers = answersOf(card);
    const hint = question.state === 'open' ? `-# ${say.block('question.card.hint').replaceAll('\n', '\n-# ')}` : '';
    const taken = [head, facts, title, answers, hint].reduce((sum, part) => sum + part.length, 0);
    const told = cut(body(question.body), TEXT_LIMIT - taken);

    const parts: APIComponentInContainer[] = [text(head)];
    if (title) parts.push(text(title));
    if (told) parts.push(text(told));
    if (question.file) parts.push({ type: ComponentType.File, file: { url: `attachment://${question.file}` } });
    parts.push(line(), text(facts));
    if (answers) parts.push(line(), text(answers));
    if (hint) parts.push(text(hint));
    return {
      flags: MessageFlags.IsComponentsV2,
      components: [container(COLOURS[question.state], parts)],
      // In a post of ours the asker is mentioned, so that Discord tells them of replies; their own posts they follow anyway.
      allowed_mentions: { parse: [], users: question.ours ? [question.asker] : [] },
    };
  },

  accepted({ languages }, answer) {
    const say = publicTexts(languages);
    const values = { author: user(answer.author), by: user(answer.decidedBy) };
    return {
      content: `✅ ${say.block('answer.accepted.post', values)}`,
      components: [row(pressable(undo.id({ message: answer.message }), say.line('answer.button.undo')))],
      message_reference: { message_id: answer.message, fail_if_not_exists: false },
      allowed_mentions: { parse: [], users: [answer.author], replied_user: false },
    };
  },

  closed({ question, languages }) {
    const say = publicTexts(languages);
    const { closed } = question;
    if (!closed) throw new Error(`question ${question.id} is not closed`);
    const told = say.block('question.closed.post', (t) => ({
      by: user(closed.by),
      reason: t(`question.reason.${closed.reason}`),
    }));
    const note = closed.note ? `\n> ${plain(closed.note)}` : '';
    return { content: `🔒 ${told}${note}`, allowed_mentions: NOBODY };
  },

  reopened({ languages }, by) {
    const told = publicTexts(languages).block('question.reopened.post', { by: user(by) });
    return { content: `🟡 ${told}`, allowed_mentions: NOBODY };
  },

  refused({ id, language, title, body: told }, forum) {
    const t = translator(language);
    const place = forum ? `<#${forum}>` : '';
    const written = [title, told].filter((part) => part !== '').join('\n');
    return {
      content: `${t('question.refused.dm', { id, forum: place })}\n>>> ${cut(body(written), REPEATED_LIMIT)}`,
      allowed_mentions: NOBODY,
    };
  },

  raised({ languages }, helpers) {
    const told = publicTexts(languages).block('question.raised.post');
    return {
      content: helpers ? `<@&${helpers}> ${told}` : told,
      allowed_mentions: helpers ? { parse: [], roles: [helpers] } : NOBODY,
    };
  },
};

function factsOf({ question, languages }: QuestionCard): string {
  const lines = languages.map((locale) => {
    const t = translator(locale);
    const version = question.version && t('question.card.version', { version: plain(question.version) });
    return [t('question.card.asker', { asker: user(question.asker) }), ...(version ? [version] : [])].join(' · ');
  });
  return `${lines.join('\n')} · ${ago(question.askedAt)}`;
}

function answersOf({ question, accepted, languages, guild }: QuestionCard): string {
  const { thread } = question;
  if (!thread || accepted.length === 0) return '';
  const say = publicTexts(languages);
  const one = ({ message, author }: Answer) =>
    `✅ [${say.line('question.card.answer')}](${address(guild, thread, message)}) — ${user(author)}`;
  const more = accepted.length - MOST_ANSWERS;
  return [
    `**${say.line('question.card.accepted')}**`,
    ...accepted.slice(0, MOST_ANSWERS).map(one),
    ...(more > 0 ? [say.line('question.card.more', { count: more })] : []),
  ].join('\n');
}
