/** What /setup would do: what a server has, against what the community needs. Pure; nothing is changed here. */
import type { APIGuildForumTag } from 'discord-api-types/v10';
import { LOCALES, type Locale, type MessageKey, translator } from '../platform/i18n.js';
import { FORUM_TAGS, type Forum, type Languages, type Place, SUBJECTS, type TagPlace } from './settings.js';

/** What the bot needs to look after questions; the names are Discord's. */
export const NEEDED_PERMISSIONS = [
  'ViewChannel',
  'SendMessages',
  'SendMessagesInThreads',
  'ManageThreads',
  'ManageMessages',
  'ManageChannels',
  'ManageRoles',
  'AttachFiles',
  'EmbedLinks',
  'ReadMessageHistory',
] as const;
export type Permission = (typeof NEEDED_PERMISSIONS)[number];

export interface FoundRole {
  readonly id: string;
  readonly name: string;
  /** False for @everyone and for roles that belong to an integration. */
  readonly usable: boolean;
}

export interface FoundChannel {
  readonly id: string;
  readonly name: string;
  readonly type: 'category' | 'forum' | 'text' | 'other';
  readonly tags: readonly APIGuildForumTag[];
  /** What the bot lacks here of what it needs. */
  readonly missing: readonly Permission[];
}

/** What a server has, as Discord says at that moment. */
export interface Found {
  readonly roles: readonly FoundRole[];
  readonly channels: readonly FoundChannel[];
  /** What the bot lacks in the whole server. */
  readonly missing: readonly Permission[];
}

/** What staff asked for; what is left out stays as it is, or is made. */
export interface SetupChoices {
  readonly languages: Languages;
  readonly adopt: Partial<Readonly<Record<Place, string>>>;
}

export interface PlanStep {
  readonly place: Place;
  /** `repair`: it was here once, and somebody deleted it. */
  readonly state: 'there' | 'adopt' | 'make' | 'repair';
  readonly name: string;
  /** Undefined for what is still to be made. */
  readonly id: string | undefined;
}

export type Blocked =
  | { readonly reason: 'permissions'; readonly permissions: readonly Permission[] }
  | { readonly reason: 'channel_permissions'; readonly channel: string; readonly permissions: readonly Permission[] }
  | { readonly reason: 'tags_full'; readonly channel: string; readonly count: number }
  | { readonly reason: 'roles_full' | 'channels_full' };

export interface Plan {
  readonly languages: Languages;
  readonly steps: readonly PlanStep[];
  /** Why it cannot be applied now; empty when it can. */
  readonly blocked: readonly Blocked[];
  /** Nothing is left to do. */
  readonly done: boolean;
}

const MOST_ROLES = 250;
const MOST_CHANNELS = 500;
const MOST_TAGS = 20;
/** Permissions that matter for the whole server: what a channel's own settings say about them is passed over. */
const SERVER_WIDE: readonly Permission[] = ['ManageRoles', 'ManageChannels', 'ManageMessages', 'EmbedLinks'];

/** What is known from earlier setups. */
export interface Recorded {
  readonly languages: () => Languages;
  readonly place: (place: Place) => { readonly id: string } | undefined;
}

/** The plan for a server. `recorded` is what was made or adopted before. */
export function planFrom(found: Found, recorded: Recorded, choices: SetupChoices): Plan {
  const { languages } = choices;
  const step = (place: Place, candidates: readonly { id: string; name: string }[]): PlanStep => {
    const known = recorded.place(place)?.id;
    const chosen = candidates.find(({ id }) => id === choices.adopt[place]);
    const there = candidates.find(({ id }) => id === known);
    const alike = candidates.find(({ name }) => isNameOf(place, name));
    const thing = chosen ?? there ?? alike;
    const state = thing ? (thing === there ? 'there' : 'adopt') : known ? 'repair' : 'make';
    return { place, state, name: thing?.name ?? nameOf(place, languages), id: thing?.id };
  };

  const roles = found.roles.filter(({ usable }) => usable);
  const ofType = (type: FoundChannel['type']) => found.channels.filter((channel) => channel.type === type);
  const channelOf = ({ id }: PlanStep) => found.channels.find((channel) => channel.id === id);
  /** Channels with the category that they stand in; those that are there already stay where they are. */
  const housed = (category: Place, ...channels: readonly PlanStep[]): PlanStep[] => {
    const house = step(category, ofType('category'));
    return channels.some(({ id }) => id === undefined) || house.state === 'there'
      ? [house, ...channels]
      : [...channels];
  };
  const tagged = (forum: PlanStep, tags: readonly Place[]): PlanStep[] =>
    tags.map((tag) => step(tag, channelOf(forum)?.tags ?? []));

  const questions = step('channel.questions', ofType('forum'));
  const hunts = step('channel.hunts', ofType('text'));
  const findings = step('channel.findings', ofType('forum'));
  const steps = [
    step('role.helper', roles),
    step('role.moderator', roles),
    ...housed('category.questions', questions),
    ...tagged(questions, FORUM_TAGS['channel.questions']),
    ...housed('category.hunts', hunts, findings),
    ...tagged(findings, FORUM_TAGS['channel.findings']),
  ];
  const blocked = whatBlocks(found, steps);
  const sameLanguages = recorded.languages().join() === languages.join();
  const done = sameLanguages && blocked.length === 0 && steps.every(({ state }) => state === 'there');
  return { languages, steps, blocked, done };
}

function whatBlocks(found: Found, steps: readonly PlanStep[]): Blocked[] {
  const missing = (places: (place: Place) => boolean) =>
    steps.filter(({ id, place }) => id === undefined && places(place)).length;
  const kind = (start: string) => missing((place) => place.startsWith(start));
  const channels = steps.flatMap(({ place, id }) => {
    const channel = place.startsWith('channel.') ? found.channels.find((one) => one.id === id) : undefined;
    return channel ? [{ place, channel }] : [];
  });
  const blocked: (Blocked | false)[] = [
    found.missing.length > 0 && { reason: 'permissions', permissions: found.missing },
    ...channels.flatMap(({ place, channel }): (Blocked | false)[] => {
      const { id, tags } = channel;
      const here = missingOnlyHere(channel.missing, found.missing);
      const count = isForum(place) ? missing((one) => FORUM_TAGS[place].some((tag) => tag === one)) : 0;
      return [
        here.length > 0 && { reason: 'channel_permissions', channel: id, permissions: here },
        tags.length + count > MOST_TAGS && { reason: 'tags_full', channel: id, count },
      ];
    }),
    kind('role.') > MOST_ROLES - found.roles.length && { reason: 'roles_full' },
    kind('category.') + kind('channel.') > MOST_CHANNELS - found.channels.length && { reason: 'channels_full' },
  ];
  return blocked.filter((reason) => reason !== false);
}

/** What a channel's own settings take away from the bot. */
export const missingOnlyHere = (here: readonly Permission[], everywhere: readonly Permission[]): Permission[] =>
  here.filter((name) => !SERVER_WIDE.includes(name) && !everywhere.includes(name));

export const isForum = (place: Place): place is Forum => Object.hasOwn(FORUM_TAGS, place);

/** What a new thing is called, in the server's languages. */
export function nameOf(place: Place, languages: Languages): string {
  const joint = place.startsWith('channel.') ? '-' : ' ';
  return languages.map((locale) => translator(locale)(NAMES[place])).join(joint);
}

/** A tag to be made: Discord gives it its id. */
export interface NewTag {
  readonly name: string;
  readonly moderated: boolean;
  readonly emoji_name?: string;
}

/** The tags of a new forum: ours, which only moderators and the bot may set, then the subjects of questions. */
export function tagsFor(forum: Forum, languages: Languages): NewTag[] {
  const subjects = forum === 'channel.questions' ? SUBJECTS : [];
  return [
    ...FORUM_TAGS[forum].map((place) => stateTag(place, languages)),
    ...subjects.map((subject) => ({
      name: languages.map((locale) => translator(locale)(`subject.${subject}`)).join(' '),
      moderated: false,
    })),
  ];
}

export function stateTag(place: TagPlace, languages: Languages): NewTag {
  return { name: nameOf(place, languages), moderated: true, emoji_name: STATE_EMOJI[place] };
}

/** Is this what we would call it, in any of our languages? */
export function isNameOf(place: Place, name: string): boolean {
  return ORDERS.some((languages) => plain(nameOf(place, languages)) === plain(name));
}

const ORDERS: readonly Languages[] = LOCALES.flatMap((first): Languages[] => [
  [first],
  [first, ...LOCALES.filter((locale: Locale) => locale !== first)],
]);

/** Discord writes channel names in lower case with dashes, people as they like. */
function plain(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

const NAMES = {
  'role.helper': 'setup.name.role.helper',
  'role.moderator': 'setup.name.role.moderator',
  'category.questions': 'setup.name.category.questions',
  'channel.questions': 'setup.name.channel.questions',
  'tag.open': 'question.state.open',
  'tag.answered': 'question.state.answered',
  'tag.closed': 'question.state.closed',
  'category.hunts': 'setup.name.category.hunts',
  'channel.hunts': 'setup.name.channel.hunts',
  'channel.findings': 'setup.name.channel.findings',
  'tag.suspected': 'finding.standing.suspected',
  'tag.reproduced': 'finding.standing.reproduced',
  'tag.confirmed': 'finding.standing.confirmed',
  'tag.pre_existing': 'finding.standing.pre_existing',
  'tag.fixed': 'finding.status.fixed',
  'tag.duplicate': 'finding.status.duplicate',
  'tag.not_a_bug': 'finding.status.not_a_bug',
} as const satisfies Record<Place, MessageKey>;

const STATE_EMOJI = {
  'tag.open': '🟡',
  'tag.answered': '✅',
  'tag.closed': '🔒',
  'tag.suspected': '❓',
  'tag.reproduced': '🔁',
  'tag.confirmed': '🐞',
  'tag.pre_existing': '🕰️',
  'tag.fixed': '🛠️',
  'tag.duplicate': '👯',
  'tag.not_a_bug': '🚫',
} as const satisfies Record<TagPlace, string>;
