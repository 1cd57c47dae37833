/** Finding questions: those that look alike, and pages of those that wait. */
import type { Database } from 'better-sqlite3';
import type { Locale } from '../platform/i18n.js';
import { once } from '../platform/once.js';
import { likeness, queryFor, queryForAny, tellingTokens } from '../platform/search-text.js';
import type { Asking, LISTED_STATES, QuestionState } from './question.js';

/** A question in a list. */
export interface ListedQuestion {
  readonly id: number;
  readonly thread: string;
  readonly asker: string;
  readonly title: string;
  readonly version: string | undefined;
  readonly language: Locale;
  readonly state: QuestionState;
  readonly askedAt: number;
  /** How many answers were accepted. */
  readonly answers: number;
}

export interface Similar extends ListedQuestion {
  /** From 0 to 1: how much of what is asked is found in this one. */
  readonly likeness: number;
}

export interface QuestionFilter {
  readonly state: (typeof LISTED_STATES)[number];
  /** Only those of this person. */
  readonly asker?: string;
  readonly language?: Locale;
  /** Part of the version, as `4.0`. */
  readonly version?: string;
  /** Words to be found in title, text or accepted answers. */
  readonly words?: string;
}

export interface QuestionPage {
  readonly items: readonly ListedQuestion[];
  /** From 0. */
  readonly page: number;
  /** At least 1. */
  readonly pages: number;
  readonly total: number;
}

/** So many lines fit a message with the longest titles. */
export const PAGE_SIZE = 10;

const MOST_SIMILAR = 5;
/** Less than this in common is chance: 云主机无法启动 and 主机名怎么改 share one pair of five. */
const LEAST_LIKENESS = 0.4;
/** So many places in the index are looked at: a word that every second question has tells nothing, and costs most. */
const MOST_PLACES = 500;
/** How many of the best by rank are compared closely. */
const CANDIDATES = 40;
/** How much of a long text says what it is about. */
const TELLING = 300;

interface Row {
  id: number;
  thread: string;
  asker: string;
  title: string;
  body: string;
  version: string | null;
  language: Locale;
  state: QuestionState;
  asked_at: number;
  answers: number;
}

const ROW = `q.id, q.thread, q.asker, q.title, q.body, q.version, q.language, q.state, q.asked_at,
             (SELECT count(*) FROM answer WHERE question = q.id AND accepted = 1) AS answers`;

/** Titles weigh most, then accepted answers, then texts. */
const RANK = 'bm25(question_search, 4, 1, 2)';

const FILTERED = `FROM question q
  WHERE q.state = :state AND q.thread IS NOT NULL
    AND (:asker IS NULL OR q.asker = :asker)
    AND (:language IS NULL OR q.language = :language)
    AND (:version IS NULL OR instr(lower(q.version), lower(:version)) > 0)
    AND (:match IS NULL OR q.id IN (SELECT rowid FROM question_search WHERE question_search MATCH :match))`;

export function createQuestionSearch(db: Database) {
  const alike = once(() =>
    db.prepare<[string, number], Row>(
      `SELECT ${ROW} FROM question_search s JOIN question q ON q.id = s.rowid
       WHERE question_search MATCH ? AND q.state <> 'gone' AND q.thread IS NOT NULL ORDER BY ${RANK} LIMIT ?`,
    ),
  );
  const places = once(() =>
    db
      .prepare<[string], number>(
        `SELECT count(*) FROM (SELECT 1 FROM question_search WHERE question_search MATCH ? LIMIT ${MOST_PLACES + 1})`,
      )
      .pluck(),
  );
  const count = once(() => db.prepare<[Bound], number>(`SELECT count(*) ${FILTERED}`).pluck());
  const page = once(() =>
    db.prepare<[Bound & { limit: number; offset: number }], Row>(
      `SELECT ${ROW} ${FILTERED} ORDER BY q.asked_at, q.id LIMIT :limit OFFSET :offset`,
    ),
  );

  /** In how many questions any of these words is, counted no further than matters. */
  const spreadOf = (words: readonly string[]): number => places().get(queryForAny(words)) ?? 0;

  /** The words of a title, if they are rare enough together; else the rarest of them that are, and the rarest one in any case. */
  function rarest(title: string): readonly string[] {
    const words = tellingTokens(title);
    const together = words.length > 0 ? spreadOf(words) : 0;
    if (together === 0) return [];
    if (together <= MOST_PLACES) return words;
    let sum = 0;
    return words
      .map((word) => ({ word, spread: spreadOf([word]) }))
      .filter(({ spread }) => spread > 0)
      .sort((one, other) => one.spread - other.spread)
      .filter(({ spread }, index) => {
        sum += spread;
        return index === 0 || sum <= MOST_PLACES;
      })
      .map(({ word }) => word);
  }

  return {
    /** Earlier questions that look like this one, the likeliest first; at most five. */
    similar({ title }: Pick<Asking, 'title'>): Similar[] {
      const words = rarest(title);
      if (words.length === 0) return [];
      return alike()
        .all(queryForAny(words), CANDIDATES)
        .map((row) => ({ ...listed(row), likeness: likeness(title, `${row.title} ${row.body.slice(0, TELLING)}`) }))
        .filter((similar) => similar.likeness >= LEAST_LIKENESS)
        .sort((one, other) => other.likeness - one.likeness || other.answers - one.answers)
        .slice(0, MOST_SIMILAR);
    },

    /** One page of the questions that pass the filter, oldest first. A page past the end gives the last one. */
    list(filter: QuestionFilter, wanted: number): QuestionPage {
      const match = filter.words === undefined ? undefined : queryFor(filter.words);
      if (filter.words !== undefined && match === undefined) return { items: [], page: 0, pages: 1, total: 0 };
      const bound: Bound = {
        state: filter.state,
        asker: filter.asker ?? null,
        language: filter.language ?? null,
        version: filter.version ?? null,
        match: match ?? null,
      };
      const total = count().get(bound) ?? 0;
      const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
      const shown = Math.min(Math.max(0, wanted), pages - 1);
      const rows = page().all({ ...bound, limit: PAGE_SIZE, offset: shown * PAGE_SIZE });
      return { items: rows.map(listed), page: shown, pages, total };
    },
  };
}

interface Bound {
  state: QuestionState;
  asker: string | null;
  language: Locale | null;
  version: string | null;
  match: string | null;
}

function listed({ asked_at, body: _, version, ...row }: Row): ListedQuestion {
  return { ...row, version: version ?? undefined, askedAt: asked_at };
}
