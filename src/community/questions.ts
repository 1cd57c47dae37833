/** Questions: asked, accepted, closed, raised. Every operation is one transaction, with what Discord is to hear of it. */
import type { Guild } from '../platform/guild.js';
import { type Actor, outranks, type Standing, standingOf } from './actor.js';
import { createAnswerStore } from './answer-store.js';
import { type Asked, checkAsking, type Problem } from './asking.js';
import { createDraftStore } from './draft-store.js';
import {
  type Answer,
  type Asking,
  type CloseReason,
  type Draft,
  HOUR,
  type Question,
  type QuestionState,
  RAISE_AFTER,
  type Reply,
} from './question.js';
import { createQuestionEffects, type QuestionPosts } from './question-effects.js';
import { createQuestionSearch } from './question-search.js';
import { createQuestionStore } from './question-store.js';
import { refuse } from './refusal.js';
import type { Settings } from './settings.js';

/** What the outbox and the clock call back with. */
export const RAISE = 'question.raise';
const DRAFT_KEPT = 24 * HOUR;

export interface QuestionDeps {
  readonly now: () => number;
  readonly posts: QuestionPosts;
}

/** A post that a person made in the questions forum, without /ask. */
export interface ForumPost {
  readonly thread: string;
  readonly asker: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly createdAt: number;
}

/** What became of a decision about a reply. */
export interface Decided {
  readonly question: Question;
  readonly answer: Answer;
  /** False when it was so already. */
  readonly changed: boolean;
}

export type Questions = ReturnType<typeof createQuestions>;

export function createQuestions(guild: Guild, settings: Settings, { now, posts }: QuestionDeps) {
  const { schedule } = guild;
  const store = createQuestionStore(guild.db);
  const drafts = createDraftStore(guild.db);
  const answers = createAnswerStore(guild.db);
  const search = createQuestionSearch(guild.db);
  const effects = createQuestionEffects(guild, settings, posts);

  const forum = () => settings.place('channel.questions') ?? refuse('no_forum');
  const accepted = (question: Question) => answers.of(question.id).filter((answer) => answer.accepted);
  const find = (thread: string): Question => {
    const question = store.byThread(thread);
    return question && question.state !== 'gone' ? question : refuse('not_a_question');
  };
  const timer = (id: number) => `${RAISE}:${id}`;
  /** Those of a post that its asker chose. */
  const ownTags = (tags: readonly string[]): string[] => {
    const ours = settings.stateTags();
    return tags.filter((tag) => !ours.has(tag));
  };

  /** Starts the day after which helpers are told; it starts anew when an answer is taken back or the question reopened. */
  function watch({ id, askedAt }: Question): void {
    if (store.wasRaised(id)) return;
    const due = askedAt + RAISE_AFTER > now() ? askedAt + RAISE_AFTER : now() + RAISE_AFTER;
    schedule.set({ key: timer(id), kind: RAISE, payload: id, due });
  }

  /** Gives a question the state that its closing and its answers make. */
  function settle(question: Question): Question {
    const state: QuestionState = question.closed ? 'closed' : accepted(question).length > 0 ? 'answered' : 'open';
    if (state === question.state) return question;
    store.setState(question.id, state);
    if (state === 'open') watch(question);
    else schedule.cancel(timer(question.id));
    return { ...question, state };
  }

  /** The asker waits for this: what can be done when Discord has made the post is done then. */
  function post(draft: Draft, channel: string): Question {
    const { subject, file, ...asking } = draft;
    const tags = subject ? [subject] : [];
    const question = store.add({ ...asking, draft: draft.id, file: file?.name, tags, at: now() });
    effects.post(question, channel, file);
    return question;
  }

  /** May someone of this standing decide about this reply, after what was decided about it and the others? */
  function mayDecide(standing: Standing, message: string, decided: readonly Answer[]): boolean {
    const known = decided.find((answer) => answer.message === message);
    if (outranks(known?.standing, standing)) return false;
    return standing !== 'helper' || !decided.some((answer) => outranks(answer.standing, 'helper'));
  }

  function decide(question: Question, reply: Reply, take: boolean, by: Actor): Decided {
    const decided = answers.of(question.id);
    const known = decided.find((answer) => answer.message === reply.id);
    const standing = standingOf(by, question.asker, settings.roles()) ?? refuse('not_yours');
    if (known?.accepted === take && !outranks(standing, known.standing))
      return { question, answer: known, changed: false };
    if (!mayDecide(standing, reply.id, decided)) refuse('overruled');

    const decision = { question: question.id, reply, accepted: take, by: by.id, standing, at: now() };
    const answer = answers.decide(decision);
    store.reindex(question);
    const changed = known?.accepted !== take;
    const settled = settle(question);
    if (changed) {
      const all = accepted(question);
      effects.show(settled, all);
      if (take) effects.tell(settled, answer, all);
      else effects.untell(settled, known?.note);
    }
    return { question: settled, answer, changed };
  }

  return {
    ...search,

    /** May questions be asked here now? `lacking` is what the bot may not do in the forum. Refuses: no_forum, forum_forbidden. */
    ready(lacking: (forum: string) => readonly unknown[]): void {
      const { id } = forum();
      if (lacking(id).length > 0) refuse('forum_forbidden', { forum: `<#${id}>` });
    },

    /**
     * Takes what someone wrote into /ask: posts it, or keeps it as a draft when earlier questions look alike or something
     * is wrong with it. `id` names the writing (an interaction), so the same one arriving twice posts once.
     */
    ask: guild.transaction((id: string, written: Asking, by: Actor): Asked => {
      const posted = store.byDraft(id);
      if (posted) return { kind: 'posted', question: posted };
      const earlier = drafts.get(id, now() - DRAFT_KEPT);
      const { asking, problem } = checkAsking({ file: earlier?.file, ...written });
      const draft: Draft = { ...asking, id, asker: by.id };
      const similar = search.similar(asking);
      const place = settings.place('channel.questions');
      if (earlier) drafts.drop(id);
      if (!problem && place && similar.length === 0) return { kind: 'posted', question: post(draft, place.id) };
      drafts.dropBefore(now() - DRAFT_KEPT);
      drafts.add(draft, now());
      const wrong: Problem | undefined = problem ?? (place ? undefined : { reason: 'no_forum' });
      return wrong ? { kind: 'problem', draft, problem: wrong } : { kind: 'similar', draft, similar };
    }),

    /** What someone wrote and has not posted. Refuses: draft_gone, already_posted. */
    draft(id: string, by: Actor): Draft {
      if (store.byDraft(id)) refuse('already_posted');
      const draft = drafts.get(id, now() - DRAFT_KEPT);
      return draft?.asker === by.id ? draft : refuse('draft_gone');
    },

    /** Posts a draft. A second time changes nothing and gives the same question. Refuses: draft_gone, no_forum, title_empty. */
    postAnyway: guild.transaction((id: string, by: Actor): Question => {
      const posted = store.byDraft(id);
      if (posted?.asker === by.id) return posted;
      const draft = drafts.get(id, now() - DRAFT_KEPT);
      if (draft?.asker !== by.id) return refuse('draft_gone');
      if (draft.title === '') refuse('title_empty');
      const question = post(draft, forum().id);
      drafts.drop(id);
      return question;
    }),

    /**
     * Makes a question of a post that a person made in the forum by hand. Does nothing for one that is known, that lies in
     * another channel, or that is older than our care for the forum.
     */
    adopt: guild.transaction((channel: string, { thread, asker, title, tags, createdAt }: ForumPost): void => {
      const place = settings.place('channel.questions');
      if (place?.id !== channel || createdAt < place.since || store.byThread(thread)) return;
      const own = ownTags(tags);
      const question = store.add({ thread, asker, title, body: '', tags: own, at: createdAt });
      effects.adopt(question, thread);
      watch(question);
    }),

    /** Accepts a reply as an answer; several may be. A heavier word about a reply replaces a lighter one (helper, asker,
     *  moderator), and helpers speak only until asker or moderator did. Refuses: not_a_question, question_closed,
     *  not_a_reply, own_reply, not_yours, overruled. */
    accept: guild.transaction((thread: string, reply: Reply, by: Actor): Decided => {
      const question = find(thread);
      if (question.state === 'closed') refuse('question_closed');
      if (reply.bot || reply.id === thread) refuse('not_a_reply');
      if (reply.author === by.id) refuse('own_reply');
      return decide(question, reply, true, by);
    }),

    /** Takes an acceptance back. Refuses: not_a_question, question_closed, not_accepted, not_yours, overruled. */
    undo: guild.transaction((message: string, by: Actor): Decided => {
      const answer = answers.get(message) ?? refuse('not_accepted');
      const question = store.byId(answer.question);
      if (!question || question.state === 'gone') return refuse('not_a_question');
      if (question.state === 'closed') refuse('question_closed');
      if (!answer.accepted) refuse('not_accepted');
      return decide(question, { id: message, author: answer.author, bot: false, content: '' }, false, by);
    }),

    /** Closes a question and archives its post. Refuses: not_a_question, already_closed, not_yours. */
    close: guild.transaction((thread: string, reason: CloseReason, note: string | undefined, by: Actor): Question => {
      const question = find(thread);
      if (question.closed) refuse('already_closed');
      const standing = standingOf(by, question.asker, settings.roles()) ?? refuse('not_yours');
      const closed = { by: by.id, standing, reason, note };
      store.setClosing(question.id, closed, now());
      const settled = settle({ ...question, closed });
      effects.close(settled, accepted(settled));
      return settled;
    }),

    /** Opens a closed question again. Refuses: not_a_question, not_closed, not_yours, overruled. */
    reopen: guild.transaction((thread: string, by: Actor): Question => {
      const question = find(thread);
      if (!question.closed) return refuse('not_closed');
      const standing = standingOf(by, question.asker, settings.roles()) ?? refuse('not_yours');
      if (outranks(question.closed.standing, standing)) refuse('overruled');
      store.setClosing(question.id, undefined, now());
      const settled = settle({ ...question, closed: undefined });
      effects.reopen(settled, accepted(settled), by.id);
      return settled;
    }),

    /** A person renamed a post or changed its tags in Discord. */
    edited: guild.transaction((thread: string, title: string, tags: readonly string[]): void => {
      const question = store.byThread(thread);
      if (!question) return;
      const own = ownTags(tags);
      // A long title was cut for the post's name, so the name says less than what we know.
      const renamed = title === posts.name(question) ? question.title : title;
      const isOld = renamed === question.title && own.join() === question.tags.join();
      if (!isOld) store.setTitleAndTags(question, renamed, own);
    }),

    /** Tags of the forum were deleted in Discord; these are left. */
    keepTags: guild.transaction(store.keepTags),

    /** A question's post was deleted in Discord. Returns whether it was one. */
    lost: guild.transaction((thread: string): boolean => {
      const question = store.byThread(thread);
      if (!question) return false;
      store.setState(question.id, 'gone');
      schedule.cancel(timer(question.id));
      return true;
    }),

    /** The forum was deleted in Discord, and every post with it. */
    lostForum: guild.transaction((): void => {
      for (const id of store.loseAll()) schedule.cancel(timer(id));
    }),

    /** The question of a thread. Refuses: not_a_question. */
    at: find,

    /** Discord made the post: now answers can find their question, and helpers are told in time when none does. */
    posted: guild.transaction((id: number, thread: string): void => {
      const question = store.setThread(id, thread, thread);
      if (question?.state === 'open') watch(question);
    }),
    /** Discord refuses the post: the asker is told, once however often staff try again. All others are told by /doctor. */
    refused: guild.transaction((id: number): void => {
      const question = store.byId(id);
      if (question && !question.thread && store.markRefused(id, now())) effects.tellRefused(question);
    }),
    /** There will be no post. */
    unposted: guild.transaction((id: number): void => store.setState(id, 'gone')),
    cardPosted: guild.transaction((id: number, message: string): void => store.setCard(id, message)),
    /** Discord told an author of an acceptance; one that was taken back meanwhile is untold. */
    notePosted: guild.transaction((message: string, decision: number, note: string): void => {
      if (answers.setNote(message, decision, note)) return;
      const answer = answers.get(message);
      const question = answer && store.byId(answer.question);
      if (question) effects.untell(question, note);
    }),

    /** A day passed without an accepted answer: helpers are told, once. */
    raise: guild.transaction((id: number): void => {
      const question = store.byId(id);
      if (question?.state === 'open' && store.markRaised(id, now())) effects.raise(question);
    }),
  };
}
