/** What Discord is told about questions. Everything goes through the outbox, inside the transaction of the change. */
import type { MessageBody, MessageEdit } from '../platform/effects.js';
import type { Guild } from '../platform/guild.js';
import type { Answer, Draft, Question } from './question.js';
import type { Languages, Settings } from './settings.js';

/** How a question stands, as its post shows it. */
export interface QuestionCard {
  readonly question: Question;
  readonly accepted: readonly Answer[];
  readonly languages: Languages;
  readonly guild: string;
}

/** The public posts about questions, in the server's languages. Pure: data in, a message out; see src/discord/views. */
export interface QuestionPosts {
  /** The name of the forum post, within Discord's limit. */
  name(question: Question): string;
  /** The first message of a post made with /ask, or our first reply to one made by hand. */
  card(card: QuestionCard): MessageBody & MessageEdit;
  /** Tells the author of a reply that it was accepted. */
  accepted(card: QuestionCard, answer: Answer): MessageBody;
  closed(card: QuestionCard): MessageBody;
  reopened(card: QuestionCard, by: string): MessageBody;
  /** Tells helpers that nobody answered. */
  raised(card: QuestionCard, helpers: string | undefined): MessageBody;
  /** Tells the asker, alone and in the question's language, that it could not be posted. */
  refused(question: Question, forum: string | undefined): MessageBody;
}

/** Discord takes no more on a post. */
const TAGS_ON_A_POST = 5;

/** Names of continuations: what the outbox calls when Discord has done something. */
export const POSTED = 'question.posted';
export const CARD_POSTED = 'question.card';
export const NOTE_POSTED = 'answer.note';

export type QuestionEffects = ReturnType<typeof createQuestionEffects>;

export function createQuestionEffects(guild: Guild, settings: Settings, posts: QuestionPosts) {
  const { outbox } = guild;
  const cardOf = (question: Question, accepted: readonly Answer[]): QuestionCard => ({
    question,
    accepted,
    languages: settings.languages(),
    guild: guild.id,
  });

  /** The tag that shows the state, then the asker's own. A state tag that staff deleted is left out until the next /setup. */
  function tagsOf({ state, tags }: Question): string[] {
    const shown = state === 'gone' ? undefined : settings.place(`tag.${state}`)?.id;
    return (shown ? [shown, ...tags] : [...tags]).slice(0, TAGS_ON_A_POST);
  }

  function editThread(question: Question, thread: string): void {
    const archived = question.state === 'closed';
    outbox.add(
      { kind: 'thread.edit', thread, tags: tagsOf(question), archived },
      { replaces: `question.tags:${question.id}` },
    );
  }

  function editCard(question: Question, thread: string, accepted: readonly Answer[]): void {
    if (!question.card) return;
    const edit = posts.card(cardOf(question, accepted));
    outbox.add(
      { kind: 'edit', channel: thread, message: question.card, edit },
      { replaces: `question.card:${question.id}` },
    );
  }

  return {
    /** Makes the forum post of a question asked with /ask. */
    post(question: Question, forum: string, file: Draft['file']): void {
      outbox.add(
        {
          kind: 'forum.post',
          forum,
          name: posts.name(question),
          message: posts.card(cardOf(question, [])),
          tags: tagsOf(question),
          ...(file && question.file && { files: [{ name: question.file, url: file.url }] }),
        },
        { after: { name: POSTED, arg: question.id } },
      );
    },

    /** Takes a post that a person made under our wing: a tag, and a card as the first reply. */
    adopt(question: Question, thread: string): void {
      editThread(question, thread);
      outbox.add(
        { kind: 'post', channel: thread, message: posts.card(cardOf(question, [])) },
        { after: { name: CARD_POSTED, arg: question.id } },
      );
    },

    /** Brings tag and card up to date. An archived post is opened first, as Discord lets nobody edit it (50083). */
    show(question: Question, accepted: readonly Answer[]): void {
      if (!question.thread) return;
      editThread(question, question.thread);
      editCard(question, question.thread, accepted);
    },

    /** Tells the author, as a reply to their message. */
    tell(question: Question, answer: Answer, accepted: readonly Answer[]): void {
      if (!question.thread) return;
      outbox.add(
        { kind: 'post', channel: question.thread, message: posts.accepted(cardOf(question, accepted), answer) },
        { after: { name: NOTE_POSTED, arg: { message: answer.message, decision: answer.decision } } },
      );
    },
    /** Takes the telling back. */
    untell(question: Question, note: string | undefined): void {
      if (question.thread && note) outbox.add({ kind: 'delete', channel: question.thread, message: note });
    },

    /** Says why, then closes: a closed post is archived, and a message after that would open it again. */
    close(question: Question, accepted: readonly Answer[]): void {
      if (!question.thread) return;
      editCard(question, question.thread, accepted);
      outbox.add({ kind: 'post', channel: question.thread, message: posts.closed(cardOf(question, accepted)) });
      editThread(question, question.thread);
    },
    reopen(question: Question, accepted: readonly Answer[], by: string): void {
      if (!question.thread) return;
      editThread(question, question.thread);
      editCard(question, question.thread, accepted);
      outbox.add({ kind: 'post', channel: question.thread, message: posts.reopened(cardOf(question, accepted), by) });
    },

    tellRefused(question: Question): void {
      const message = posts.refused(question, settings.place('channel.questions')?.id);
      outbox.add({ kind: 'dm', user: question.asker, message });
    },

    raise(question: Question): void {
      if (!question.thread) return;
      const message = posts.raised(cardOf(question, []), settings.roles().helper);
      outbox.add({ kind: 'post', channel: question.thread, message });
    },
  };
}
