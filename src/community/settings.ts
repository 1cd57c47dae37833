/** What the server's staff chose, and where our things are in Discord. */
import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import { LOCALES, type Locale } from '../platform/i18n.js';
import { once } from '../platform/once.js';
import type { StandingRoles } from './actor.js';

/** The languages of public posts, the first one first. */
export type Languages = readonly [Locale, ...Locale[]];

/** Subjects that /setup makes tags for; staff may rename or remove them in Discord and add their own. */
export const SUBJECTS = ['deployment', 'compute', 'network', 'storage', 'upgrade', 'other'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** The names of what /setup looks after. */
export const PLACES = [
  'role.helper',
  'role.moderator',
  'category.questions',
  'channel.questions',
  'tag.open',
  'tag.answered',
  'tag.closed',
  'category.hunts',
  'channel.hunts',
  'channel.findings',
  'tag.suspected',
  'tag.reproduced',
  'tag.confirmed',
  'tag.pre_existing',
  'tag.fixed',
  'tag.duplicate',
  'tag.not_a_bug',
] as const;
export type Place = (typeof PLACES)[number];

/** The forum tags that show how a question stands. */
export const STATE_TAGS = ['tag.open', 'tag.answered', 'tag.closed'] as const satisfies readonly Place[];

/** The forum tags that show how far a finding is believed, then what became of it. */
export const FINDING_TAGS = [
  'tag.suspected',
  'tag.reproduced',
  'tag.confirmed',
  'tag.pre_existing',
  'tag.fixed',
  'tag.duplicate',
  'tag.not_a_bug',
] as const satisfies readonly Place[];

/** The forums that /setup looks after, each with the tags that are ours in it. */
export const FORUM_TAGS = {
  'channel.questions': STATE_TAGS,
  'channel.findings': FINDING_TAGS,
} as const satisfies Partial<Record<Place, readonly Place[]>>;
export type Forum = keyof typeof FORUM_TAGS;
export type TagPlace = (typeof FORUM_TAGS)[Forum][number];

export interface Placed {
  readonly id: string;
  /** From when on it is our business, in milliseconds. */
  readonly since: number;
}

const WAITING = z.object({ places: z.array(z.enum(PLACES)), since: z.number() });
/** What /setup has asked Discord for and not got yet, and when it asked. */
export type Waiting = z.infer<typeof WAITING>;

export type Settings = ReturnType<typeof createSettings>;

/** Everything that the tables hold: some twenty short rows. */
interface Rows {
  readonly choices: ReadonlyMap<string, string>;
  readonly languages: Languages;
  readonly places: ReadonlyMap<string, Placed>;
}

/** What was read last, by file: nobody else writes to it, and almost every answer needs it. */
const kept = new WeakMap<Database, Rows>();
/** Files whose transaction under way wrote settings: it may be rolled back yet. */
const unsettled = new WeakSet<Database>();

/** Reads and writes the choices and places of one guild. Writes belong inside a transaction of the caller. */
export function createSettings(db: Database) {
  const allChoices = once(() => db.prepare<[], [string, string]>('SELECT key, value FROM setting').raw());
  const allPlaces = once(() =>
    db.prepare<[], Placed & { name: string }>('SELECT name, id, since FROM place ORDER BY name'),
  );
  const putChoice = once(() =>
    db.prepare<[string, string]>('INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'),
  );
  const putPlace = once(() =>
    db.prepare<[string, string, number]>(
      `INSERT INTO place VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET id = excluded.id, since = excluded.since WHERE id <> excluded.id`,
    ),
  );
  const removePlace = once(() => db.prepare<[string]>('DELETE FROM place WHERE id = ?'));

  function rows(): Rows {
    const known = kept.get(db);
    if (known) return known;
    const choices = new Map(allChoices().all());
    const read: Rows = {
      choices,
      languages: parseLanguages(choices.get('languages')) ?? ['zh-CN', 'en-US'],
      places: new Map(
        allPlaces()
          .all()
          .map(({ name, id, since }) => [name, { id, since }]),
      ),
    };
    if (!unsettled.has(db)) kept.set(db, read);
    return read;
  }

  /** A transaction is synchronous: by the time a microtask runs, it has committed or rolled back. */
  function wrote<T>(result: T): T {
    kept.delete(db);
    unsettled.add(db);
    queueMicrotask(() => unsettled.delete(db));
    return result;
  }

  const place = (name: Place): Placed | undefined => rows().places.get(name);

  return {
    /** Both languages until staff chose. */
    languages: (): Languages => rows().languages,
    setLanguages(languages: Languages): void {
      wrote(putChoice().run('languages', languages.join(',')));
    },

    places: (): Placed[] => [...rows().places.values()],
    place,
    /** Notes where something is, and from when on it is our business. The same place again changes nothing. */
    setPlace(name: Place, id: string, since = 0): void {
      wrote(putPlace().run(name, id, since));
    },
    /** What a setup under way still waits for. */
    waiting: (): Waiting => WAITING.parse(JSON.parse(rows().choices.get('setup') ?? '{"places":[],"since":0}')),
    setWaiting(places: readonly Place[], since: number): void {
      wrote(putChoice().run('setup', JSON.stringify({ places, since })));
    },
    /** Discord says that a role, channel or tag is gone. Returns whether it was one of ours. */
    forget: (id: string): boolean => wrote(removePlace().run(id)).changes > 0,

    /** Ids of the tags that show how a question stands. */
    stateTags: (): ReadonlySet<string | undefined> => new Set(STATE_TAGS.map((name) => place(name)?.id)),

    roles: (): StandingRoles => ({ helper: place('role.helper')?.id, moderator: place('role.moderator')?.id }),
  };
}

/** Reads `zh-CN,en-US`; undefined for anything that is no list of our languages. */
export function parseLanguages(text: string | undefined): Languages | undefined {
  const words = (text ?? '').split(',');
  const [first, ...rest] = LOCALES.filter((locale) => words.includes(locale)).sort(
    (one, other) => words.indexOf(one) - words.indexOf(other),
  );
  return first && words.length === rest.length + 1 ? [first, ...rest] : undefined;
}
