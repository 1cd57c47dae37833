/** What /setup would do: what a server has, against what the community needs. Pure; nothing is changed here. */
import type { APIGuildForumTag } from 'discord-api-types/v10';
import { LOCALES, type Locale, type MessageKey, translator } from '../platform/i18n.js';
import { type Languages, type Place, STATE_TAGS, SUBJECTS } from './settings.js';

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
  readonly type: 'category' | 'forum' | 'other';
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
/** Server-wide permissions that a channel cannot take away or give. */
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
  const forum = step('channel.questions', ofType('forum'));
  const channel = found.channels.find(({ id }) => id === forum.id);
  const category = step('category.questions', ofType('category'));
  const steps = [
    step('role.helper', roles),
    step('role.moderator', roles),
    // A forum that is there already stays where it is.
    ...(forum.id === undefined || category.state === 'there' ? [category] : []),
    forum,
    ...STATE_TAGS.map((tag) => step(tag, channel?.tags ?? [])),
  ];
  const blocked = whatBlocks(found, steps, channel);
  const sameLanguages = recorded.languages().join() === languages.join();
  const done = sameLanguages && blocked.length === 0 && steps.every(({ state }) => state === 'there');
  return { languages, steps, blocked, done };
}

function whatBlocks(found: Found, steps: readonly PlanStep[], forum: FoundChannel | undefined): Blocked[] {
  const toMake = (kind: string) => steps.filter(({ id, place }) => id === undefined && place.startsWith(kind)).length;
  const tags = toMake('tag.');
  const here = forum?.missing.filter((name) => !SERVER_WIDE.includes(name) && !found.missing.includes(name)) ?? [];
  const blocked: (Blocked | false)[] = [
    found.missing.length > 0 && { reason: 'permissions', permissions: found.missing },
    forum !== undefined && here.length > 0 && { reason: 'channel_permissions', channel: forum.id, permissions: here },
    forum !== undefined &&
      forum.tags.length + tags > MOST_TAGS && { reason: 'tags_full', channel: forum.id, count: tags },
    toMake('role.') > MOST_ROLES - found.roles.length && { reason: 'roles_full' },
    toMake('category.') + toMake('channel.') > MOST_CHANNELS - found.channels.length && { reason: 'channels_full' },
  ];
  return blocked.filter((reason) => reason !== false);
}

/** What a new thing is called, in the server's languages. */
export function nameOf(place: Place, languages: Languages): string {
  const joint = place === 'channel.questions' ? '-' : ' ';
  return languages.map((locale) => translator(locale)(NAMES[place])).join(joint);
}

/** A tag to be made: Discord gives it its id. */
export interface NewTag {
  readonly name: string;
  readonly moderated: boolean;
  readonly emoji_name?: string;
}

/** The tags of a new forum: the states, which only moderators and the bot may set, then subjects. */
export function tagsFor(languages: Languages): NewTag[] {
  return [
    ...STATE_TAGS.map((place) => stateTag(place, languages)),
    ...SUBJECTS.map((subject) => ({
      name: languages.map((locale) => translator(locale)(`subject.${subject}`)).join(' '),
      moderated: false,
    })),
  ];
}

export function stateTag(place: (typeof STATE_TAGS)[number], languages: Languages): NewTag {
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
} as const satisfies Record<Place, MessageKey>;

const STATE_EMOJI = { 'tag.open': '🟡', 'tag.answered': '✅', 'tag.closed': '🔒' } as const;
