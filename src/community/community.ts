/** A guild's rules, put together. */

import { z } from 'zod';
import type { Clock } from '../platform/clock.js';
import type { Continuations, Refusals } from '../platform/continuations.js';
import type { Guild } from '../platform/guild.js';
import type { TimerHandlers } from '../platform/timers.js';
import { CARD_POSTED, NOTE_POSTED, POSTED, type QuestionPosts } from './question-effects.js';
import { createQuestions, type ForumPost, RAISE } from './questions.js';
import { refuse } from './refusal.js';
import { createSettings } from './settings.js';
import { createSetup, MADE, SETUP_MADE } from './setup.js';

/** What continuations and timers are handed: a row's number. */
const NUMBER = z.number();

export interface CommunityDeps {
  readonly clock: Pick<Clock, 'now' | 'newId'>;
  /** Public posts, as messages: the views are handed in, so that rules know nothing of Discord's. */
  readonly posts: QuestionPosts;
}

/** What a server has at the moment when the bot gets to see it. */
export interface Presence {
  /** Whether a role, a channel or a forum's tag of this id is there. */
  readonly things: Pick<ReadonlySet<string>, 'has'>;
  /** Posts that are open in its forums. */
  readonly posts: readonly (ForumPost & { readonly channel: string })[];
}

export type Community = ReturnType<typeof createCommunity>;

export function createCommunity(guild: Guild, { clock, posts }: CommunityDeps) {
  const { now } = clock;
  const settings = createSettings(guild.db);
  const questions = createQuestions(guild, settings, { now, posts });
  const setup = createSetup(guild, settings, clock);

  return {
    settings,
    questions,
    setup,

    /** A role, a channel, a tag or a thread was deleted in Discord. Anything that is not ours is passed over. */
    lost: guild.transaction((id: string): void => {
      if (settings.place('channel.questions')?.id === id) questions.lostForum();
      settings.forget(id);
      questions.lost(id);
    }),

    /** Staff have Discord asked again for what it refused. Refuses: effect_gone. */
    retryEffect: guild.transaction((id: number): void => {
      if (!guild.outbox.retryParked(id)) refuse('effect_gone');
    }),

    /** Staff give up what Discord refuses. Refuses: effect_gone. */
    dropEffect: guild.transaction((id: number): void => {
      const { after } = guild.outbox.dropParked(id) ?? refuse('effect_gone');
      if (after?.name === POSTED) questions.unposted(NUMBER.parse(after.arg));
    }),

    /** Tags of a forum were deleted in Discord. */
    lostTags: guild.transaction((gone: readonly string[]): void => {
      for (const id of gone) settings.forget(id);
      questions.keepTags({ has: (id) => !gone.includes(id) });
    }),

    /** Catches up with what happened while the bot was away. */
    reconcile: guild.transaction(({ things, posts: found }: Presence): void => {
      const forum = settings.place('channel.questions')?.id;
      if (forum && !things.has(forum)) questions.lostForum();
      questions.keepTags(things);
      for (const { id } of settings.places()) if (!things.has(id)) settings.forget(id);
      for (const { channel, ...post } of found) questions.adopt(channel, post);
    }),
  };
}

/** What follows delivered effects. */
export function continuationsOf(communityOf: (guild: Guild) => Community): Continuations {
  return {
    [POSTED]: (guild, arg, made) => {
      if (made) communityOf(guild).questions.posted(NUMBER.parse(arg), made.id);
    },
    [CARD_POSTED]: (guild, arg, made) => {
      if (made) communityOf(guild).questions.cardPosted(NUMBER.parse(arg), made.id);
    },
    [NOTE_POSTED]: (guild, arg, made) => {
      const { message, decision } = NOTE.parse(arg);
      if (made) communityOf(guild).questions.notePosted(message, decision, made.id);
    },
    [SETUP_MADE]: (guild, arg, made) => {
      if (made) communityOf(guild).setup.made(MADE.parse(arg), made);
    },
  };
}

/** What follows effects that Discord refuses. */
export function refusalsOf(communityOf: (guild: Guild) => Community): Refusals {
  return {
    [POSTED]: (guild, arg) => communityOf(guild).questions.refused(NUMBER.parse(arg)),
  };
}

/** What timers do. */
export function timerHandlersOf(communityOf: (guild: Guild) => Community): TimerHandlers {
  return {
    [RAISE]: (guild, timer) => communityOf(guild).questions.raise(NUMBER.parse(timer.payload)),
  };
}

const NOTE = z.object({ message: z.string(), decision: z.number() });
