/** /setup: a plan of what is needed here, then its effects. Applying twice, or after somebody deleted a part, makes only what is missing. */
import { z } from 'zod';
import type { Clock } from '../platform/clock.js';
import type { Guild } from '../platform/guild.js';
import { type MessageKey, translator } from '../platform/i18n.js';
import { once } from '../platform/once.js';
import type { Made } from '../platform/outbox.js';
import { refuse } from './refusal.js';
import {
  FORUM_TAGS,
  type Forum,
  type Languages,
  PLACES,
  type Place,
  parseLanguages,
  type Settings,
} from './settings.js';
import {
  type Found,
  type FoundChannel,
  isForum,
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

/** What a continuation names: a place that was made, or a forum whose tags were written. */
export const MADE = z.enum([...PLACES, 'tags of channel.questions', 'tags of channel.findings']);
export type MadePlace = z.infer<typeof MADE>;
const isPlace = (what: MadePlace): what is Place => PLACES.some((place) => place === what);

const FORUMS = PLACES.filter(isForum);
/** Where a new channel goes. */
const CATEGORIES = {
  'channel.questions': 'category.questions',
  'channel.hunts': 'category.hunts',
  'channel.findings': 'category.hunts',
} as const satisfies Partial<Record<Place, Place>>;
const isHoused = (place: Place): place is keyof typeof CATEGORIES => Object.hasOwn(CATEGORIES, place);

const TOPICS = {
  'channel.questions': 'setup.forum.topic',
  'channel.hunts': 'setup.hunts.topic',
  'channel.findings': 'setup.findings.topic',
} as const satisfies Record<keyof typeof CATEGORIES, MessageKey>;
const topicOf = (place: keyof typeof CATEGORIES, languages: Languages): string =>
  languages.map((locale) => translator(locale)(TOPICS[place])).join('\n\n');

const PLAN_KEPT = 24 * 3_600_000;
/** After this long without an end, a setup is taken for stuck and may be applied again. */
const PATIENCE = 60_000;
/** Discord's numbers of channel types. */
const TEXT = 0;
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
    } else if (place.startsWith('category.')) {
      outbox.add({ kind: 'channel.create', body: { name, type: CATEGORY } }, { after });
    } else if (place === 'channel.hunts') {
      const body = { name, type: TEXT, topic: topicOf(place, languages), parent_id: recorded(CATEGORIES[place]) };
      outbox.add({ kind: 'channel.create', body }, { after });
    } else if (isForum(place)) {
      const body = {
        name,
        type: FORUM,
        topic: topicOf(place, languages),
        available_tags: tagsFor(place, languages),
        parent_id: recorded(CATEGORIES[place]),
      };
      outbox.add({ kind: 'channel.create', body }, { after });
    }
  }

  /** Adds the tags of ours that a forum lacks; its other tags stay as they are. */
  function addTags(place: Forum, forum: Pick<FoundChannel, 'id' | 'tags'>, languages: Languages): void {
    const missing = FORUM_TAGS[place].filter((tag) => !forum.tags.some(({ id }) => id === recorded(tag)));
    if (missing.length === 0) return;
    const available_tags = [...forum.tags, ...missing.map((tag) => stateTag(tag, languages))];
    outbox.add(
      { kind: 'channel.edit', channel: forum.id, body: { available_tags } },
      { after: { name: SETUP_MADE, arg: `tags of ${place}` } },
    );
  }

  /** Notes which of a forum's tags are ours. */
  function noteTags(forum: Forum, tags: readonly { id: string; name: string }[]): void {
    for (const place of FORUM_TAGS[forum]) {
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
      const missing = steps.filter(({ id }) => id === undefined).map(({ place }) => place);
      settings.setWaiting(missing, now());
      for (const place of missing) {
        const waitsForCategory = isHoused(place) && missing.includes(CATEGORIES[place]);
        if (!waitsForCategory) make(place, languages);
      }
      for (const place of FORUMS) {
        const forum = found.channels.find(({ id }) => id === recorded(place));
        if (forum) addTags(place, forum, languages);
      }
      return plan;
    }),

    /** Discord made, or had already, what a step wanted, or changed a forum's tags. */
    made: guild.transaction((what: MadePlace, { id, answer, adopted }: Made): void => {
      const languages = settings.languages();
      const forum = FORUMS.find((place) => what === place || what === `tags of ${place}`);
      // Every post in a forum of our own making is ours to look after; in one that was here, only what comes from now on.
      if (isPlace(what)) settings.setPlace(what, id, adopted ? now() : 0);
      for (const place of settings.waiting().places) {
        if (isHoused(place) && CATEGORIES[place] === what && !recorded(place)) make(place, languages);
      }
      if (forum) {
        const { available_tags: tags } = FORUM_ANSWER.parse(answer);
        noteTags(forum, tags);
        if (what === forum) addTags(forum, { id, tags }, languages);
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
