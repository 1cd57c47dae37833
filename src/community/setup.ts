/** /setup: a plan of what is needed here, then its effects. Applying twice, or after somebody deleted a part, makes only what is missing. */
import { z } from 'zod';
import type { Clock } from '../platform/clock.js';
import type { Guild } from '../platform/guild.js';
import { translator } from '../platform/i18n.js';
import { once } from '../platform/once.js';
import type { Made } from '../platform/outbox.js';
import { refuse } from './refusal.js';
import type { Languages, Place, Settings } from './settings.js';
import { parseLanguages, STATE_TAGS } from './settings.js';
import {
  type Found,
  type FoundChannel,
  isNameOf,
  nameOf,
  type Plan,
  planFrom,
  type SetupChoices,
  stateTag,
  tagsFor,
} from './setup-plan.js';

/** The continuation of everything that /setup makes; its argument is the place. */
export const SETUP_MADE = 'setup.made';

const PLAN_KEPT = 24 * 3_600_000;
/** After this long without an end, a setup is taken for stuck and may be applied again. */
const PATIENCE = 60_000;
/** Discord's numbers of channel types. */
const CATEGORY = 4;
const FORUM = 15;
/** Manage Messages and Manage Threads: what a moderator needs, and all that a new role gets. */
const MODERATOR_PERMISSIONS = String((1n << 13n) | (1n << 34n));

/** A plan that was shown, with the name that its button carries. */
export interface ShownPlan extends Plan {
  readonly id: string;
  /** An earlier plan is being applied. */
  readonly underWay: boolean;
}

export type Setup = ReturnType<typeof createSetup>;

export function createSetup(guild: Guild, settings: Settings, { now, newId }: Pick<Clock, 'now' | 'newId'>) {
  const { db, outbox } = guild;
  const addPlan = once(() => db.prepare<[string, string, number]>('INSERT INTO setup_plan VALUES (?, ?, ?)'));
  const takePlan = once(() =>
    db.prepare<[string], string>('DELETE FROM setup_plan WHERE id = ? RETURNING choices').pluck(),
  );
  const dropPlans = once(() => db.prepare<[number]>('DELETE FROM setup_plan WHERE made_at < ?'));

  const recorded = (place: Place) => settings.place(place)?.id;
  const isUnderWay = () => settings.waiting().since > now() - PATIENCE && settings.waiting().places.length > 0;

  function make(place: Place, languages: Languages): void {
    const name = nameOf(place, languages);
    const after = { name: SETUP_MADE, arg: place };
    if (place === 'role.helper') {
      // Mentionable, so that helpers hear of unanswered questions without the bot having to be allowed to mention everyone.
      outbox.add({ kind: 'role.create', body: { name, permissions: '0', hoist: true, mentionable: true } }, { after });
    } else if (place === 'role.moderator') {
      const body = { name, permissions: MODERATOR_PERMISSIONS, hoist: true, mentionable: false };
      outbox.add({ kind: 'role.create', body }, { after });
    } else if (place === 'category.questions') {
      outbox.add({ kind: 'channel.create', body: { name, type: CATEGORY } }, { after });
    } else if (place === 'channel.questions') {
      const topic = languages.map((locale) => translator(locale)('setup.forum.topic')).join('\n\n');
      const body = {
        name,
        type: FORUM,
        topic,
        available_tags: tagsFor(languages),
        parent_id: recorded('category.questions'),
      };
      outbox.add({ kind: 'channel.create', body }, { after });
    }
  }

  /** Adds the state tags that a forum lacks; its other tags stay as they are. */
  function addTags(forum: Pick<FoundChannel, 'id' | 'tags'>, languages: Languages): void {
    const missing = STATE_TAGS.filter((place) => !forum.tags.some(({ id }) => id === recorded(place)));
    if (missing.length === 0) return;
    const available_tags = [...forum.tags, ...missing.map((place) => stateTag(place, languages))];
    outbox.add(
      { kind: 'channel.edit', channel: forum.id, body: { available_tags } },
      { after: { name: SETUP_MADE, arg: 'tags' } },
    );
  }

  /** Notes which of a forum's tags are ours. */
  function noteTags(tags: readonly { id: string; name: string }[]): void {
    for (const place of STATE_TAGS) {
      if (tags.some(({ id }) => id === recorded(place))) continue;
      const tag = tags.find(({ name }) => isNameOf(place, name));
      if (tag) settings.setPlace(place, tag.id);
    }
  }

  return {
    /** What would be done here. Kept for a day, for the button that applies it. Refuses: role_unusable. */
    plan: guild.transaction((found: Found, choices: SetupChoices): ShownPlan => {
      for (const role of found.roles) {
        if (!role.usable && Object.values(choices.adopt).includes(role.id))
          refuse('role_unusable', { role: `<@&${role.id}>` });
      }
      dropPlans().run(now() - PLAN_KEPT);
      const id = newId();
      addPlan().run(id, JSON.stringify({ ...choices, languages: choices.languages.join(',') }), now());
      return { ...planFrom(found, settings, choices), id, underWay: isUnderWay() };
    }),

    /**
     * Applies a plan to the server as it is now, which may be another than when it was shown.
     * Refuses: plan_gone, setup_under_way. A plan that is blocked changes nothing and says why.
     */
    apply: guild.transaction((planId: string, found: Found): Plan => {
      if (isUnderWay()) refuse('setup_under_way');
      const choices = CHOICES.parse(JSON.parse(takePlan().get(planId) ?? refuse('plan_gone')));
      const plan = planFrom(found, settings, choices);
      if (plan.blocked.length > 0) return plan;
      const { languages, steps } = plan;
      settings.setLanguages(languages);
      for (const { place, id, state } of steps) if (id && state === 'adopt') settings.setPlace(place, id, now());
      const forum = found.channels.find(({ id }) => id === recorded('channel.questions'));
      const missing = steps.filter(({ id }) => id === undefined).map(({ place }) => place);
      settings.setWaiting(missing, now());
      for (const place of missing) {
        const waitsForCategory = place === 'channel.questions' && missing.includes('category.questions');
        if (!waitsForCategory) make(place, languages);
      }
      if (forum) addTags(forum, languages);
      return plan;
    }),

    /** Discord made, or had already, what a step wanted. */
    made: guild.transaction((place: Place | 'tags', { id, answer, adopted }: Made): void => {
      const languages = settings.languages();
      // Every post in a forum of our own making is ours to look after; in one that was here, only what comes from now on.
      if (place !== 'tags') settings.setPlace(place, id, adopted ? now() : 0);
      const forumWaits = settings.waiting().places.includes('channel.questions');
      if (place === 'category.questions' && forumWaits && !recorded('channel.questions'))
        make('channel.questions', languages);
      if (place === 'tags' || place === 'channel.questions') {
        const { available_tags: tags } = FORUM_ANSWER.parse(answer);
        noteTags(tags);
        if (place !== 'tags') addTags({ id, tags }, languages);
      }
      const { places, since } = settings.waiting();
      settings.setWaiting(
        places.filter((waiting) => recorded(waiting) === undefined),
        since,
      );
    }),
  };
}

const CHOICES = z.object({
  languages: z.string().transform((text) => parseLanguages(text) ?? refuse('plan_gone')),
  adopt: z.record(z.string(), z.string()),
});

/** What Discord says about a forum, as far as /setup needs it. Fields we do not know are kept: tags are written back whole. */
const FORUM_ANSWER = z.object({
  available_tags: z
    .array(
      z.looseObject({
        id: z.string(),
        name: z.string(),
        moderated: z.boolean(),
        emoji_id: z.string().nullable(),
        emoji_name: z.string().nullable(),
      }),
    )
    .default([]),
});
