/** What the server's staff chose, and where our things are in Discord. */
import type { Database } from 'better-sqlite3';
import { LOCALES, type Locale } from '../platform/i18n.js';
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
] as const;
export type Place = (typeof PLACES)[number];

export interface Placed {
  readonly id: string;
  /** When we came to know of it, in milliseconds. */
  readonly since: number;
}

export type Settings = ReturnType<typeof createSettings>;

/** Reads and writes the choices and places of one guild. Writes belong inside a transaction of the caller. */
export function createSettings(db: Database, now: () => number) {
  const getChoice = db.prepare<[string], string>('SELECT value FROM setting WHERE key = ?').pluck();
  const putChoice = db.prepare<[string, string]>(
    'INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  );
  const getPlace = db.prepare<[string], Placed>('SELECT id, since FROM place WHERE name = ?');
  const putPlace = db.prepare<[string, string, number]>(
    `INSERT INTO place VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET id = excluded.id, since = excluded.since WHERE id <> excluded.id`,
  );
  const removePlace = db.prepare<[string]>('DELETE FROM place WHERE id = ?');

  return {
    /** Both languages until staff chose. */
    languages: (): Languages => parseLanguages(getChoice.get('languages')) ?? ['zh-CN', 'en-US'],
    setLanguages(languages: Languages): void {
      putChoice.run('languages', languages.join(','));
    },

    place: (name: Place): Placed | undefined => getPlace.get(name),
    /** Notes where something is. The same place again changes nothing, not even its age. */
    setPlace(name: Place, id: string): void {
      putPlace.run(name, id, now());
    },
    /** Discord says that a role, channel or tag is gone. Returns whether it was one of ours. */
    forget: (id: string): boolean => removePlace.run(id).changes > 0,

    roles: (): StandingRoles => ({
      helper: getPlace.get('role.helper')?.id,
      moderator: getPlace.get('role.moderator')?.id,
    }),
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
